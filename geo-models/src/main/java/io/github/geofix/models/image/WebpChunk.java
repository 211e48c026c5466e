package io.github.geofix.models.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import javax.imageio.IIOException;

/**
 * A chunk of a WebP file (RFC 9649).
 *
 * @param start the index of its content
 * @param length of its content, which lies within the file
 */
record WebpChunk(int start, int length) {
  static final int HEADER_BYTES = 8;
  private static final int FILE_HEADER_BYTES = 12;

  static boolean isWebp(byte[] file) {
    return MetadataBlocks.startsWith(file, 0, MetadataBlocks.ascii("RIFF"))
        && MetadataBlocks.startsWith(file, 8, MetadataBlocks.ascii("WEBP"));
  }

  /**
   * Checks that all chunks of a WebP file lie within it. The decoder takes what is missing for
   * zeros, and allocates what a chunk claims.
   *
   * @throws IIOException if the file is cut short or damaged
   */
  static void checkLengths(byte[] file) throws IIOException {
    if (!isWebp(file)) {
      return;
    }
    ByteBuffer chunks = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    long end = HEADER_BYTES + (chunks.getInt(4) & 0xffffffffL);
    for (long at = FILE_HEADER_BYTES; at + HEADER_BYTES <= Math.min(end, file.length); ) {
      long length = chunks.getInt((int) at + 4) & 0xffffffffL;
      end = Math.max(end, at + HEADER_BYTES + length);
      at += HEADER_BYTES + length + length % 2;
    }
    if (end > file.length) {
      throw new IIOException((end - file.length) + " bytes are missing");
    }
  }

  /** Returns the first chunk of a type that is not within another; empty in other files. */
  static Optional<WebpChunk> find(byte[] file, String type) {
    if (!isWebp(file)) {
      return Optional.empty();
    }
    ByteBuffer chunks = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    byte[] wanted = MetadataBlocks.ascii(type);
    long at = FILE_HEADER_BYTES;
    while (at + HEADER_BYTES <= file.length) {
      long length = chunks.getInt((int) at + 4) & 0xffffffffL;
      long start = at + HEADER_BYTES;
      if (start + length <= file.length && MetadataBlocks.startsWith(file, (int) at, wanted)) {
        return Optional.of(new WebpChunk((int) start, (int) length));
      }
      at = start + length + length % 2;
    }
    return Optional.empty();
  }
}
