package io.github.geofix.core.internal.webp;

import java.util.Arrays;
import javax.imageio.IIOException;

/** The alpha channel of a lossy WebP, a chunk of its own (RFC 9649, 2.7.1.2). */
final class WebpAlpha {
  private static final int HEADER_BYTES = 1;
  private static final int UNCOMPRESSED = 0;
  private static final int LOSSLESS = 1;

  /** What is taken from a value: nothing, the left, the upper or what both predict. */
  private static final int NONE = 0;

  private static final int HORIZONTAL = 1;
  private static final int VERTICAL = 2;

  private WebpAlpha() {}

  /**
   * Decodes a channel.
   *
   * @return a byte for each pixel, row by row
   * @throws IIOException if it is damaged
   */
  static byte[] decode(byte[] file, WebpChunk chunk, int width, int height) throws IIOException {
    int header = chunk.length() < HEADER_BYTES ? -1 : file[chunk.start()];
    int compression = header & 3;
    if (header == -1 || compression > LOSSLESS) {
      throw new IIOException("the alpha channel is of an unknown kind");
    }
    byte[] alpha;
    if (compression == UNCOMPRESSED) {
      int size = width * height;
      if (chunk.length() - HEADER_BYTES < size) {
        throw new IIOException(
            "the alpha channel has %d of %d bytes".formatted(chunk.length() - HEADER_BYTES, size));
      }
      int start = chunk.start() + HEADER_BYTES;
      alpha = Arrays.copyOfRange(file, start, start + size);
    } else {
      int[] pixels = Vp8lDecoder.decode(file, chunk, HEADER_BYTES, width, height);
      alpha = new byte[pixels.length];
      for (int i = 0; i < alpha.length; i++) {
        alpha[i] = (byte) (pixels[i] >> 8);
      }
    }
    unfilter(alpha, header >> 2 & 3, width);
    return alpha;
  }

  /** Adds to each value what its neighbors predict. */
  private static void unfilter(byte[] alpha, int filter, int width) {
    if (filter == NONE) {
      return;
    }
    for (int x = 1; x < width; x++) {
      alpha[x] += alpha[x - 1];
    }
    for (int row = width; row < alpha.length; row += width) {
      alpha[row] += alpha[row - width];
      for (int i = row + 1; i < row + width; i++) {
        byte left = alpha[i - 1];
        byte above = alpha[i - width];
        alpha[i] +=
            switch (filter) {
              case HORIZONTAL -> left;
              case VERTICAL -> above;
              default -> gradient(left, above, alpha[i - width - 1]);
            };
      }
    }
  }

  private static byte gradient(byte left, byte above, byte corner) {
    return Vp8Transform.clamp((left & 0xff) + (above & 0xff) - (corner & 0xff));
  }
}
