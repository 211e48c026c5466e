package io.github.geofix.models.internal.image;

import java.awt.image.BufferedImage;

/** Gaussian blur; pixels outside of the image are those at its edge. */
final class Gaussian {
  private Gaussian() {}

  /** Returns a blurred copy; the kernel is cut at three sigma. */
  static BufferedImage blurred(BufferedImage image, double sigma) {
    BufferedImage bgr = Pixels.bgr(image);
    int width = bgr.getWidth();
    int height = bgr.getHeight();
    float[] kernel = kernel(sigma);
    byte[] source = Pixels.bytes(bgr);
    float[] across = new float[source.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int channel = 0; channel < 3; channel++) {
          float sum = 0;
          for (int k = 0; k < kernel.length; k++) {
            int from = Math.max(0, Math.min(width - 1, x + k - kernel.length / 2));
            sum += kernel[k] * (source[3 * (y * width + from) + channel] & 0xff);
          }
          across[3 * (y * width + x) + channel] = sum;
        }
      }
    }
    BufferedImage result = Pixels.create(width, height);
    byte[] to = Pixels.bytes(result);
    int stride = 3 * width;
    for (int y = 0; y < height; y++) {
      for (int i = 0; i < stride; i++) {
        float sum = 0;
        for (int k = 0; k < kernel.length; k++) {
          int from = Math.max(0, Math.min(height - 1, y + k - kernel.length / 2));
          sum += kernel[k] * across[stride * from + i];
        }
        to[stride * y + i] = Colors.toByte(sum);
      }
    }
    return result;
  }

  private static float[] kernel(double sigma) {
    int radius = Math.max(1, (int) Math.ceil(3 * sigma));
    float[] kernel = new float[2 * radius + 1];
    double sum = 0;
    for (int k = -radius; k <= radius; k++) {
      sum += Math.exp(-k * k / (2 * sigma * sigma));
    }
    for (int k = -radius; k <= radius; k++) {
      kernel[radius + k] = (float) (Math.exp(-k * k / (2 * sigma * sigma)) / sum);
    }
    return kernel;
  }
}
