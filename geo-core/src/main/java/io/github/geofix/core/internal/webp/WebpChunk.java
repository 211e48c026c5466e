package io.github.geofix.core.internal.webp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import javax.imageio.IIOException;

/**
 * A chunk of a WebP file (RFC 9649, 2.3).
 *
 * @param start the index of its content
 * @param length of its content, which lies within the file
 */
public record WebpChunk(int start, int length) {
  static final int HEADER_BYTES = 8;
  static final int FILE_HEADER_BYTES = 12;

  /** Returns whether a file begins as a WebP does. */
  public static boolean isWebp(byte[] file) {
    return file.length >= FILE_HEADER_BYTES && isAt(file, 0, "RIFF") && isAt(file, 8, "WEBP");
  }

  private static boolean isAt(byte[] file, int at, String type) {
    return new String(file, at, 4, StandardCharsets.ISO_8859_1).equals(type);
  }

  /**
   * Checks that all chunks of a WebP lie within it.
   *
   * @throws IIOException if the file is cut short or damaged
   */
  static void checkLengths(byte[] file) throws IIOException {
    ByteBuffer chunks = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    long end = HEADER_BYTES + (chunks.getInt(4) & 0xffffffffL);
    for (long at = FILE_HEADER_BYTES; at + HEADER_BYTES <= Math.min(end, file.length); ) {
      long length = chunks.getInt((int) at + 4) & 0xffffffffL;
      end = Math.max(end, at + HEADER_BYTES + length);
      at += HEADER_BYTES + length + length % 2;
    }
    if (end > file.length) {
      throw new IIOException("it has %d of its %d bytes".formatted(file.length, end));
    }
  }

  /** Returns the first chunk of a type that is not within another; empty in other files. */
  public static Optional<WebpChunk> find(byte[] file, String type) {
    return isWebp(file) ? find(file, FILE_HEADER_BYTES, file.length, type) : Optional.empty();
  }

  /** Returns the first chunk of a type among those within this one. */
  Optional<WebpChunk> findWithin(byte[] file, int offset, String type) {
    return find(file, start + offset, start + length, type);
  }

  private static Optional<WebpChunk> find(byte[] file, int from, int end, String type) {
    ByteBuffer chunks = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    long at = from;
    while (at + HEADER_BYTES <= end) {
      long length = chunks.getInt((int) at + 4) & 0xffffffffL;
      long start = at + HEADER_BYTES;
      if (start + length <= end && isAt(file, (int) at, type)) {
        return Optional.of(new WebpChunk((int) start, (int) length));
      }
      at = start + length + length % 2;
    }
    return Optional.empty();
  }
}
