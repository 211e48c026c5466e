package io.github.geofix.models.image;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.PixelInterleavedSampleModel;

/**
 * Interpolates the chroma of lossy WebP as libwebp does. The decoder repeats each chroma sample
 * over a block of 2 x 2 pixels; libwebp weighs the nearest four by 9, 3, 3 and 1. Here the samples
 * are found back from the decoded colors and interpolated.
 */
final class WebpChroma {
  // ITU-R BT.601, from studio range to RGB.
  private static final double RED_OF_V = 1.402 * 255 / 224;
  private static final double GREEN_OF_U = 0.344136 * 255 / 224;
  private static final double GREEN_OF_V = 0.714136 * 255 / 224;
  private static final double BLUE_OF_U = 1.772 * 255 / 224;

  /** The weights of red, green and blue in the luma. */
  private static final double RED = 0.299;

  private static final double GREEN = 0.587;
  private static final double BLUE = 0.114;

  private final byte[] samples;
  private final int[] offsets;
  private final int pixelStride;
  private final int lineStride;
  private final int width;
  private final int height;

  /** The chroma of each block, less 128, row by row. */
  private final float[][] u;

  private final float[][] v;

  private WebpChroma(BufferedImage image, PixelInterleavedSampleModel model) {
    samples = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    offsets = model.getBandOffsets();
    pixelStride = model.getPixelStride();
    lineStride = model.getScanlineStride();
    width = image.getWidth();
    height = image.getHeight();
    // Only three rows of blocks are needed at a time.
    u = new float[3][(width + 1) / 2];
    v = new float[3][(width + 1) / 2];
  }

  /**
   * Interpolates in place, if the file holds one lossy image. Images of other layouts than the
   * decoder makes are left alone.
   */
  static void interpolate(byte[] file, BufferedImage decoded) {
    if (WebpChunk.find(file, "VP8 ").isPresent()
        && decoded.getSampleModel() instanceof PixelInterleavedSampleModel model
        && decoded.getRaster().getDataBuffer() instanceof DataBufferByte
        && model.getNumBands() >= 3
        && decoded.getRaster().getParent() == null) {
      new WebpChroma(decoded, model).interpolate();
    }
  }

  private void interpolate() {
    int rows = (height + 1) / 2;
    read(0);
    for (int row = 0; row < rows; row++) {
      if (row + 1 < rows) {
        read(row + 1);
      }
      int above = Math.max(0, row - 1);
      int below = Math.min(rows - 1, row + 1);
      write(2 * row, row, above);
      if (2 * row + 1 < height) {
        write(2 * row + 1, row, below);
      }
    }
  }

  /** Finds the chroma of a row of blocks. */
  private void read(int row) {
    for (int column = 0; column < u[0].length; column++) {
      double sumU = 0;
      double sumV = 0;
      double sumWeights = 0;
      for (int y = 2 * row; y < Math.min(height, 2 * row + 2); y++) {
        for (int x = 2 * column; x < Math.min(width, 2 * column + 2); x++) {
          int at = lineStride * y + pixelStride * x;
          int r = samples[at + offsets[0]] & 0xff;
          int g = samples[at + offsets[1]] & 0xff;
          int b = samples[at + offsets[2]] & 0xff;
          // A sample at the end of its range may have been cut off.
          double weight = isInside(r) && isInside(g) && isInside(b) ? 1 : 1e-6;
          double luma = RED * r + GREEN * g + BLUE * b;
          sumU += weight * (b - luma) / BLUE_OF_U;
          sumV += weight * (r - luma) / RED_OF_V;
          sumWeights += weight;
        }
      }
      u[row % 3][column] = (float) Math.rint(sumU / sumWeights);
      v[row % 3][column] = (float) Math.rint(sumV / sumWeights);
    }
  }

  /**
   * Interpolates a row of pixels.
   *
   * @param near the row of blocks that it lies in
   * @param far the row of blocks next to it; the same at the border
   */
  private void write(int y, int near, int far) {
    float[] nearU = u[near % 3];
    float[] nearV = v[near % 3];
    float[] farU = u[far % 3];
    float[] farV = v[far % 3];
    for (int x = 0; x < width; x++) {
      int column = x / 2;
      int side = Math.max(0, Math.min(nearU.length - 1, column + (x % 2 == 0 ? -1 : 1)));
      float newU =
          (9 * nearU[column] + 3 * nearU[side] + 3 * farU[column] + farU[side]) * (1 / 16f);
      float newV =
          (9 * nearV[column] + 3 * nearV[side] + 3 * farV[column] + farV[side]) * (1 / 16f);
      recolor(lineStride * y + pixelStride * x, nearU[column], nearV[column], newU, newV);
    }
  }

  private void recolor(int at, float oldU, float oldV, float newU, float newV) {
    int r = samples[at + offsets[0]] & 0xff;
    int g = samples[at + offsets[1]] & 0xff;
    int b = samples[at + offsets[2]] & 0xff;
    double luma = luma(r, g, b, oldU, oldV);
    samples[at + offsets[0]] = toByte(luma + RED_OF_V * newV);
    samples[at + offsets[1]] = toByte(luma - GREEN_OF_U * newU - GREEN_OF_V * newV);
    samples[at + offsets[2]] = toByte(luma + BLUE_OF_U * newU);
  }

  /** Returns the luma in RGB's range, from the samples that were not cut off. */
  private static double luma(int r, int g, int b, float u, float v) {
    double ofRed = r - RED_OF_V * v;
    double ofGreen = g + GREEN_OF_U * u + GREEN_OF_V * v;
    double ofBlue = b - BLUE_OF_U * u;
    if (isInside(r) && isInside(g) && isInside(b)) {
      return RED * ofRed + GREEN * ofGreen + BLUE * ofBlue;
    }
    double sum = 0;
    double weights = 0;
    if (isInside(r)) {
      sum += RED * ofRed;
      weights += RED;
    }
    if (isInside(g)) {
      sum += GREEN * ofGreen;
      weights += GREEN;
    }
    if (isInside(b)) {
      sum += BLUE * ofBlue;
      weights += BLUE;
    }
    return weights > 0 ? sum / weights : RED * ofRed + GREEN * ofGreen + BLUE * ofBlue;
  }

  private static boolean isInside(int sample) {
    return sample > 0 && sample < 255;
  }

  private static byte toByte(double value) {
    return (byte) Math.max(0, Math.min(255, (int) (value + 0.5)));
  }
}
