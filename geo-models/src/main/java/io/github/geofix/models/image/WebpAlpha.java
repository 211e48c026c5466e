package io.github.geofix.models.image;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.Optional;
import javax.imageio.IIOException;

/** The uncompressed alpha channel of lossy WebP (RFC 9649, 2.7.1.2), which the decoder ignores. */
final class WebpAlpha {
  private static final int UNCOMPRESSED = 0;

  private WebpAlpha() {}

  /** Sets the alpha of a decoded image, if the file has such a channel. */
  static void restore(byte[] file, BufferedImage decoded) throws IIOException {
    Optional<WebpChunk> found = WebpChunk.find(file, "ALPH");
    if (found.isEmpty()
        || found.get().length() == 0
        || !decoded.getColorModel().hasAlpha()
        || (file[found.get().start()] & 3) != UNCOMPRESSED) {
      return;
    }
    int width = decoded.getWidth();
    int height = decoded.getHeight();
    if (found.get().length() != 1 + width * height) {
      throw new IIOException("the alpha channel has " + found.get().length() + " bytes");
    }
    int start = found.get().start();
    byte[] alpha = Arrays.copyOfRange(file, start + 1, start + 1 + width * height);
    unfilter(alpha, file[start] >> 2 & 3, width);
    int[] row = new int[width];
    int band = decoded.getRaster().getNumBands() - 1;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        row[x] = alpha[width * y + x] & 0xff;
      }
      decoded.getRaster().setSamples(0, y, width, 1, band, row);
    }
  }

  /** Adds to each value what its neighbors predict. */
  private static void unfilter(byte[] alpha, int filter, int width) {
    for (int i = 1; filter != 0 && i < alpha.length; i++) {
      int left = i % width == 0 ? -1 : alpha[i - 1] & 0xff;
      int above = i < width ? -1 : alpha[i - width] & 0xff;
      int predicted;
      if (left < 0 || above < 0) {
        predicted = Math.max(left, above);
      } else {
        predicted =
            switch (filter) {
              case 1 -> left;
              case 2 -> above;
              default -> Math.max(0, Math.min(255, left + above - (alpha[i - width - 1] & 0xff)));
            };
      }
      alpha[i] += (byte) predicted;
    }
  }
}
