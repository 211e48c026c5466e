package io.github.geofix.core.internal.webp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Files of WebP: those beside the tests, and parts of which tests make others. */
public final class WebpFiles {
  private static final int FILE_HEADER_BYTES = 12;

  private WebpFiles() {}

  /** Returns the rows of the list of files: name, width, height and digest of the pixels. */
  public static List<String> rows() {
    String text = new String(read("expected.csv"), StandardCharsets.US_ASCII);
    return text.lines().filter(line -> line.contains(".webp,")).toList();
  }

  /** Returns every file of the list. */
  public static List<byte[]> all() {
    return rows().stream().map(row -> read(row.substring(0, row.indexOf(',')))).toList();
  }

  /** Returns a file. */
  public static byte[] read(String name) {
    try (InputStream in = WebpFiles.class.getResourceAsStream("/webp/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns a file of chunks. */
  static byte[] file(byte[]... chunks) {
    byte[] content = joined(chunks);
    ByteBuffer file =
        ByteBuffer.allocate(FILE_HEADER_BYTES + content.length).order(ByteOrder.LITTLE_ENDIAN);
    file.put(ascii("RIFF")).putInt(4 + content.length).put(ascii("WEBP")).put(content);
    return file.array();
  }

  /** Returns the chunks of a file. */
  static byte[] chunks(byte[] file) {
    return Arrays.copyOfRange(file, FILE_HEADER_BYTES, file.length);
  }

  static byte[] chunk(String type, byte[]... content) {
    byte[] bytes = joined(content);
    int padded = bytes.length + bytes.length % 2;
    ByteBuffer chunk = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
    return chunk.put(ascii(type)).putInt(bytes.length).put(bytes).array();
  }

  /** Returns the chunk that states the size of a canvas. */
  static byte[] extended(int flags, int width, int height) {
    return chunk("VP8X", little(flags, 4), little(width - 1, 3), little(height - 1, 3));
  }

  /** Returns a frame of an animation. */
  static byte[] frame(int left, int top, int width, int height, byte[] chunks) {
    return chunk(
        "ANMF",
        joined(little(left / 2, 3), little(top / 2, 3), little(width - 1, 3)),
        joined(little(height - 1, 3), new byte[4], chunks));
  }

  private static byte[] little(int number, int bytes) {
    byte[] little = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      little[i] = (byte) (number >> (8 * i));
    }
    return little;
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
