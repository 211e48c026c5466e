package io.github.geofix.models.internal.recombine;

/**
 * The pooling weights of the directions of a feature map. The directions are R equal angles,
 * clockwise from south: for R = 4 those between south and west, west and north, north and east,
 * east and south.
 *
 * <p>Each method returns a matrix {@code [cells, R]}, row-major, whose column r holds the weights
 * of a mean over region r: they sum to 1, or are all 0 if the region is outside the map.
 */
public final class Regions {
  private static final double CIRCLE = 360;

  /** Points on a side of a cell, by which its share of a wedge is measured. */
  private static final int POINTS = 8;

  private Regions() {}

  /** Returns strips of whole columns; the last one takes the remainder of the division. */
  public static float[] strips(int rows, int columns, int regions) {
    double[][] shares = new double[rows * columns][regions];
    int width = columns / regions;
    for (int cell = 0; cell < shares.length; cell++) {
      if (width > 0) {
        shares[cell][Math.min(cell % columns / width, regions - 1)] = 1;
      }
    }
    return complete(means(shares, regions), "ground", rows, columns, regions);
  }

  /** Returns wedges around the middle, which is rounded up and left to a corner of cells. */
  public static float[] wedges(int rows, int columns, int regions) {
    double[][] shares = new double[rows * columns][regions];
    int middleRow = rows / 2;
    int middleColumn = columns / 2;
    for (int y = 0; y < rows * POINTS; y++) {
      for (int x = 0; x < columns * POINTS; x++) {
        double south = ((y + 0.5) / POINTS - middleRow) / rows;
        double west = (middleColumn - (x + 0.5) / POINTS) / columns;
        double turn = Math.atan2(west, south) / (2 * Math.PI);
        int region = Math.min((int) ((turn < 0 ? turn + 1 : turn) * regions), regions - 1);
        shares[y / POINTS * columns + x / POINTS][region]++;
      }
    }
    return complete(means(shares, regions), "air", rows, columns, regions);
  }

  /**
   * Returns strips of a map of any heading, with borders within columns where needed.
   *
   * @param heading direction of the middle, degrees clockwise from north
   * @param fieldOfView angle that the columns span, above 0 to 360 degrees
   */
  public static float[] strips(
      int rows, int columns, int regions, double heading, double fieldOfView) {
    double[][] shares = new double[rows * columns][regions];
    double angle = fieldOfView / columns;
    double region = CIRCLE / regions;
    for (int cell = 0; cell < shares.length; cell++) {
      double fromSouth = heading - fieldOfView / 2 + cell % columns * angle - CIRCLE / 2;
      double left = fromSouth - CIRCLE * Math.floor(fromSouth / CIRCLE);
      for (int r = 0; r < regions; r++) {
        double once = overlap(left, angle, r * region, region);
        double around = overlap(left - CIRCLE, angle, r * region, region);
        shares[cell][r] = once + around;
      }
    }
    return means(shares, regions);
  }

  private static double overlap(double left, double width, double otherLeft, double otherWidth) {
    double right = Math.min(left + width, otherLeft + otherWidth);
    double common = right - Math.max(left, otherLeft);
    // Rounding leaves slivers between angles that only touch.
    return common > 1e-9 ? common : 0;
  }

  private static float[] means(double[][] shares, int regions) {
    double[] sums = new double[regions];
    for (double[] cell : shares) {
      for (int r = 0; r < regions; r++) {
        sums[r] += cell[r];
      }
    }
    float[] weights = new float[shares.length * regions];
    for (int cell = 0; cell < shares.length; cell++) {
      for (int r = 0; r < regions; r++) {
        weights[cell * regions + r] = sums[r] > 0 ? (float) (shares[cell][r] / sums[r]) : 0;
      }
    }
    return weights;
  }

  private static float[] complete(
      float[] weights, String place, int rows, int columns, int regions) {
    for (int r = 0; r < regions; r++) {
      if (isEmpty(weights, regions, r)) {
        throw new IllegalArgumentException(
            "a map of "
                + rows
                + " x "
                + columns
                + " cells has none in region "
                + r
                + " of the "
                + regions
                + " seen from the "
                + place
                + ": use larger images or fewer regions");
      }
    }
    return weights;
  }

  /** Returns whether all weights of a region are 0. */
  public static boolean isEmpty(float[] weights, int regions, int region) {
    for (int i = region; i < weights.length; i += regions) {
      if (weights[i] != 0) {
        return false;
      }
    }
    return true;
  }
}
