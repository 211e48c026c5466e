package io.github.geofix.models.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Files of photos made byte by byte. */
final class PhotoFiles {
  private PhotoFiles() {}

  /** Returns a PNG with another chunk after its header. */
  static byte[] withChunk(byte[] png, String type, byte[] content) {
    int at = 33;
    ByteBuffer chunk = ByteBuffer.allocate(12 + content.length);
    chunk.putInt(content.length).put(ascii(type)).put(content);
    CRC32 crc = new CRC32();
    crc.update(chunk.array(), 4, 4 + content.length);
    chunk.putInt((int) crc.getValue());
    return joined(Arrays.copyOf(png, at), chunk.array(), Arrays.copyOfRange(png, at, png.length));
  }

  static byte[] deflated(byte[] content) {
    Deflater deflater = new Deflater(9);
    deflater.setInput(content);
    deflater.finish();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] buffer = new byte[1 << 16];
    while (!deflater.finished()) {
      out.write(buffer, 0, deflater.deflate(buffer));
    }
    deflater.end();
    return out.toByteArray();
  }

  /** Returns a PNG header that promises an image, with nothing behind it. */
  static byte[] pngHeader(int width, int height, int bits, int colorType) {
    byte[] signature = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    ByteBuffer chunk = ByteBuffer.allocate(25);
    chunk.putInt(13).put(ascii("IHDR")).putInt(width).putInt(height);
    chunk.put((byte) bits).put((byte) colorType).put(new byte[3]);
    CRC32 crc = new CRC32();
    crc.update(chunk.array(), 4, 17);
    chunk.putInt((int) crc.getValue());
    return joined(signature, chunk.array(), new byte[4], ascii("IDAT"), new byte[4]);
  }

  /** Returns an uncompressed gray TIFF of one strip, with every pixel the same. */
  static byte[] grayTiff(int width, int height, int bits, int sampleFormat, byte[] pixel) {
    int bytes = width * height * pixel.length;
    int[][] strip = {{273, 4, 0}, {278, 3, height}, {279, 4, bytes}};
    return grayTiff(width, height, bits, sampleFormat, strip, bytes, pixel);
  }

  /** Returns an uncompressed gray TIFF of one square tile; of the larger ones only a part. */
  static byte[] grayTiff(
      int width, int height, int bits, int tile, int sampleFormat, byte[] pixel) {
    int bytes = Math.min(tile, 1000) * Math.min(tile, 1000) * pixel.length;
    int[][] tiles = {{322, 4, tile}, {323, 4, tile}, {324, 4, 0}, {325, 4, bytes}};
    return grayTiff(width, height, bits, sampleFormat, tiles, bytes, pixel);
  }

  private static byte[] grayTiff(
      int width, int height, int bits, int sampleFormat, int[][] layout, int bytes, byte[] pixel) {
    List<int[]> tags =
        new ArrayList<>(
            List.of(
                new int[] {256, 4, width},
                new int[] {257, 4, height},
                new int[] {258, 3, bits},
                new int[] {259, 3, 1},
                new int[] {262, 3, 1}));
    tags.addAll(Arrays.asList(layout));
    tags.add(new int[] {339, 3, sampleFormat});
    int data = 8 + 2 + 12 * tags.size() + 4;
    ByteBuffer tiff = ByteBuffer.allocate(data + bytes).order(ByteOrder.LITTLE_ENDIAN);
    tiff.put(ascii("II")).putShort((short) 42).putInt(8).putShort((short) tags.size());
    for (int[] tag : tags) {
      boolean offset = tag[0] == 273 || tag[0] == 324;
      tiff.putShort((short) tag[0]).putShort((short) tag[1]).putInt(1);
      tiff.putInt(offset ? data : tag[2]);
    }
    tiff.putInt(0);
    while (tiff.hasRemaining()) {
      tiff.put(pixel);
    }
    return tiff.array();
  }

  /** Returns a WebP of chunks. */
  static byte[] webp(byte[]... chunks) {
    byte[] content = joined(chunks);
    ByteBuffer file = ByteBuffer.allocate(12 + content.length).order(ByteOrder.LITTLE_ENDIAN);
    file.put(ascii("RIFF")).putInt(4 + content.length).put(ascii("WEBP")).put(content);
    return file.array();
  }

  static byte[] webpChunk(String type, byte[] content) {
    int padded = content.length + content.length % 2;
    ByteBuffer chunk = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
    return chunk.put(ascii(type)).putInt(content.length).put(content).array();
  }

  /** Returns the chunk of a WebP with further features. */
  static byte[] webpExtended(int flags, int width, int height) {
    ByteBuffer content = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
    content.putInt(flags).put((byte) (width - 1)).putShort((short) 0);
    content.put((byte) (height - 1)).putShort((short) 0);
    return webpChunk("VP8X", content.array());
  }

  static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
