package io.github.geofix.earth;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * One camera's look: gamma, blur, a linear change of colors, and noise, applied in this order.
 *
 * <p>At strength s, with U uniform on -1 to 1 and V on 0 to 1: gamma e^(0.5 s U); blur of sigma 1.5
 * s V pixels; each color takes 0.15 s U of each other one; saturation 1 + 0.6 s U; gain 1 + 0.4 s U
 * and bias 0.2 s U of full scale; noise of sigma 0.1 s V of full scale.
 */
final class Appearance {
  private static final int BLUR_RADIUS = 2;

  /** The logarithm of each byte as a share of full scale. */
  private static final double[] LOG =
      IntStream.range(0, 256).mapToDouble(i -> Math.log(i / 255.0)).toArray();

  private final float[] gamma = new float[256];
  private final float[] blur = new float[BLUR_RADIUS + 1];
  private final float[] mix = new float[12];
  private final float noise;

  /** Draws a look; {@code gray} leaves only its brightness. */
  Appearance(double strength, boolean gray, SplittableRandom random) {
    double exponent = Math.exp(0.5 * strength * symmetric(random));
    for (int i = 0; i < gamma.length; i++) {
      gamma[i] = (float) (255 * Math.exp(exponent * LOG[i]));
    }
    drawBlur(1.5 * strength * random.nextDouble());
    drawMix(strength, gray, random);
    noise = (float) (255 * 0.1 * strength * random.nextDouble());
  }

  private void drawBlur(double sigma) {
    double sum = 0;
    for (int d = -BLUR_RADIUS; d <= BLUR_RADIUS; d++) {
      sum += gauss(d, sigma);
    }
    for (int d = 0; d <= BLUR_RADIUS; d++) {
      blur[d] = (float) (gauss(d, sigma) / sum);
    }
  }

  private static double gauss(int distance, double sigma) {
    return distance == 0 ? 1 : Math.exp(-0.5 * distance * distance / (sigma * sigma));
  }

  private void drawMix(double strength, boolean gray, SplittableRandom random) {
    double[] mixed = new double[9];
    for (int to = 0; to < 3; to++) {
      double others = 0;
      for (int from = 0; from < 3; from++) {
        if (from != to) {
          mixed[3 * to + from] = 0.15 * strength * symmetric(random);
          others += mixed[3 * to + from];
        }
      }
      // Rows sum to one: a gray picture stays as it is.
      mixed[3 * to + to] = 1 - others;
    }
    double drawn = 1 + 0.6 * strength * symmetric(random);
    double saturation = gray ? 0 : drawn;
    double gain = 1 + 0.4 * strength * symmetric(random);
    double bias = 255 * 0.2 * strength * symmetric(random);
    for (int to = 0; to < 3; to++) {
      for (int from = 0; from < 3; from++) {
        double mean = (mixed[from] + mixed[3 + from] + mixed[6 + from]) / 3;
        mix[4 * to + from] = (float) (gain * (mean + saturation * (mixed[3 * to + from] - mean)));
      }
      mix[4 * to + 3] = (float) bias;
    }
  }

  private static double symmetric(SplittableRandom random) {
    return 2 * random.nextDouble() - 1;
  }

  /** Changes a square picture of {@code 0xRRGGBB} in place. */
  void apply(int[] rgb, int side, SplittableRandom random) {
    int n = side * side;
    float[][] planes = new float[3][n];
    for (int c = 0; c < 3; c++) {
      int shift = 16 - 8 * c;
      for (int i = 0; i < n; i++) {
        planes[c][i] = gamma[rgb[i] >> shift & 0xFF];
      }
      float[] rows = new float[n];
      blurAlong(planes[c], rows, side, 1, side);
      blurAlong(rows, planes[c], side, side, 1);
    }
    for (int i = 0; i < n; i++) {
      float red = planes[0][i];
      float green = planes[1][i];
      float blue = planes[2][i];
      int color = 0;
      for (int to = 0; to < 12; to += 4) {
        float value =
            mix[to] * red
                + mix[to + 1] * green
                + mix[to + 2] * blue
                + mix[to + 3]
                + noise * normal(random.nextLong());
        color = color << 8 | (int) (Math.max(0, Math.min(value, 255)) + 0.5f);
      }
      rgb[i] = color;
    }
  }

  /** Blurs each line of {@code side} pixels {@code step} apart; the border is repeated. */
  private void blurAlong(float[] from, float[] to, int side, int step, int stride) {
    float[] line = new float[side + 2 * BLUR_RADIUS];
    for (int start = 0; start < side * stride; start += stride) {
      for (int k = 0; k < side; k++) {
        line[k + BLUR_RADIUS] = from[start + k * step];
      }
      Arrays.fill(line, 0, BLUR_RADIUS, line[BLUR_RADIUS]);
      Arrays.fill(line, side + BLUR_RADIUS, line.length, line[side + BLUR_RADIUS - 1]);
      for (int k = 0; k < side; k++) {
        to[start + k * step] =
            blur[0] * line[k + 2]
                + blur[1] * (line[k + 1] + line[k + 3])
                + blur[2] * (line[k] + line[k + 4]);
      }
    }
  }

  /** Makes a nearly normal number, mean 0 and variance 1, of 64 random bits: four uniform ones. */
  private static float normal(long bits) {
    long sum = (bits & 0xFFFF) + (bits >>> 16 & 0xFFFF) + (bits >>> 32 & 0xFFFF) + (bits >>> 48);
    return (sum - 2 * 65535) * (float) (Math.sqrt(3) / 65536);
  }
}
