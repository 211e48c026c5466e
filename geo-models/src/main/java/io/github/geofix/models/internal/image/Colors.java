package io.github.geofix.models.internal.image;

import java.awt.Color;

/** Changes of color in place, on blue, green, red bytes. */
final class Colors {
  private Colors() {}

  static void brighten(byte[] bgr, double factor) {
    for (int i = 0; i < bgr.length; i++) {
      bgr[i] = toByte((bgr[i] & 0xff) * factor);
    }
  }

  /** Moves all values towards or away from the mean gray. */
  static void contrast(byte[] bgr, double factor) {
    double sum = 0;
    for (int i = 0; i < bgr.length; i += 3) {
      sum += gray(bgr, i);
    }
    double mean = sum / (bgr.length / 3.0);
    for (int i = 0; i < bgr.length; i++) {
      bgr[i] = toByte(mean + factor * ((bgr[i] & 0xff) - mean));
    }
  }

  /** Moves the colors of each pixel towards or away from its gray. */
  static void saturate(byte[] bgr, double factor) {
    for (int i = 0; i < bgr.length; i += 3) {
      int gray = gray(bgr, i);
      for (int channel = 0; channel < 3; channel++) {
        bgr[i + channel] = toByte(gray + factor * ((bgr[i + channel] & 0xff) - gray));
      }
    }
  }

  /** Turns hues by a part of the color circle. */
  static void turnHue(byte[] bgr, double part) {
    float[] hsb = new float[3];
    for (int i = 0; i < bgr.length; i += 3) {
      Color.RGBtoHSB(bgr[i + 2] & 0xff, bgr[i + 1] & 0xff, bgr[i] & 0xff, hsb);
      int rgb = Color.HSBtoRGB((float) (hsb[0] + part), hsb[1], hsb[2]);
      bgr[i] = (byte) rgb;
      bgr[i + 1] = (byte) (rgb >> 8);
      bgr[i + 2] = (byte) (rgb >> 16);
    }
  }

  /** Luma of ITU-R BT.601 in 16-bit fixed point, as Pillow computes it. */
  static int gray(byte[] bgr, int at) {
    return (19595 * (bgr[at + 2] & 0xff)
            + 38470 * (bgr[at + 1] & 0xff)
            + 7471 * (bgr[at] & 0xff)
            + 0x8000)
        >> 16;
  }

  static byte toByte(double value) {
    return (byte) Math.max(0, Math.min(255, Math.round(value)));
  }
}
