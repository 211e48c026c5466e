package io.github.geofix.earth;

/**
 * Area averages along a line of {@code 0xRRGGBB} pixels; the lengths need not divide each other.
 */
record Shrink(int from, int to) {

  /**
   * Returns the average over the share of the line that falls to pixel {@code target} of {@code
   * to}.
   *
   * @param start index of the line's first pixel
   * @param stride from one pixel of the line to the next
   */
  int average(int[] rgb, int start, int stride, int target) {
    double begin = (double) target * from / to;
    double end = (double) (target + 1) * from / to;
    float red = 0;
    float green = 0;
    float blue = 0;
    for (int i = (int) begin; i < end; i++) {
      float weight = (float) ((Math.min(i + 1, end) - Math.max(i, begin)) / (end - begin));
      int color = rgb[start + i * stride];
      red += weight * (color >> 16 & 0xFF);
      green += weight * (color >> 8 & 0xFF);
      blue += weight * (color & 0xFF);
    }
    return Math.round(red) << 16 | Math.round(green) << 8 | Math.round(blue);
  }
}
