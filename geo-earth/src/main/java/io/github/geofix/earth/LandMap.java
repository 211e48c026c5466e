package io.github.geofix.earth;

import io.github.geofix.core.geodesy.LatLng;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.WritableRaster;
import java.util.stream.IntStream;

/**
 * Where an {@link EarthImage} shows land and where water. Immutable and thread-safe.
 *
 * <p>A pixel is water if its blue is more than 1.2 times its red and its green. Against the water
 * mask of three-globe 2.45.2 ({@code earth-water.png}), between latitudes -58 and 76, this calls
 * 1.1 % of the water of the Blue Marble land and 0.5 % of its land water; the figures of a picture
 * with clouds or sea ice are worse.
 */
public final class LandMap {

  /** The class of water in {@link #classes}. */
  public static final int WATER = 0;

  /** The class of land in {@link #classes}. */
  public static final int LAND = 1;

  /** Surroundings: 6 degrees across, a middling photo. */
  private static final double SURROUNDINGS_RADIUS_DEGREES = 3;

  /** Rows of the grid on which the water of the surroundings is kept: half a degree. */
  private static final int GRID_ROWS = 360;

  private static final int GRID_COLUMNS = 2 * GRID_ROWS;

  private static final IndexColorModel PALETTE =
      new IndexColorModel(
          8, 2, new byte[] {26, (byte) 118}, new byte[] {64, (byte) 134}, new byte[] {112, 77});

  private final int width;
  private final int height;
  private final boolean[] water;
  private final float[] waterShare;

  private LandMap(EarthImage image) {
    width = image.width();
    height = image.height();
    water = new boolean[width * height];
    IntStream.range(0, height)
        .parallel()
        .forEach(
            row -> {
              for (int column = 0; column < width; column++) {
                water[row * width + column] = isWater(image.rgb(column, row));
              }
            });
    // In a small picture at least as far as the next row.
    waterShare = shareWithin(Math.max(SURROUNDINGS_RADIUS_DEGREES, 180.0 / height));
  }

  /** Finds the land of a picture, best of one without clouds and sea ice. */
  public static LandMap of(EarthImage image) {
    return new LandMap(image);
  }

  private static boolean isWater(int rgb) {
    int red = rgb >> 16 & 0xFF;
    int green = rgb >> 8 & 0xFF;
    int blue = rgb & 0xFF;
    return 5 * blue > 6 * Math.max(red, green);
  }

  /** Returns whether a point is water, to the nearest pixel. */
  public boolean isWater(LatLng point) {
    return isWaterAt(point.longitude() / 360 + 0.5, 0.5 - point.latitude() / 180);
  }

  private boolean isWaterAt(double u, double v) {
    int column = Math.min((int) (u * width), width - 1);
    int row = Math.min((int) (v * height), height - 1);
    return water[row * width + column];
  }

  /** Returns the share of water within 3 degrees of a point, 0 to 1, to the nearest half degree. */
  public double waterShare(LatLng point) {
    int row = Math.min((int) ((90 - point.latitude()) * GRID_ROWS / 180), GRID_ROWS - 1);
    int column = Math.min((int) ((point.longitude() + 180) * GRID_COLUMNS / 360), GRID_COLUMNS - 1);
    return waterShare[row * GRID_COLUMNS + column];
  }

  /**
   * Returns the classes seen in a view, {@link #WATER} or {@link #LAND}, to the nearest pixel.
   *
   * @param pixels width and height of the result
   * @return [pixels x pixels] row by row
   */
  public byte[] classes(EarthView view, int pixels) {
    byte[] classes = new byte[pixels * pixels];
    EarthImage.Projection projection = new EarthImage.Projection(view, pixels);
    for (int i = 0; i < pixels; i++) {
      projection.project(i);
      for (int j = 0; j < pixels; j++) {
        classes[i * pixels + j] =
            (byte) (isWaterAt(projection.u[j], projection.v[j]) ? WATER : LAND);
      }
    }
    return classes;
  }

  /** Returns {@link #classes} as a picture whose pixel values are the classes. */
  public BufferedImage classImage(EarthView view, int pixels) {
    BufferedImage image =
        new BufferedImage(pixels, pixels, BufferedImage.TYPE_BYTE_INDEXED, PALETTE);
    WritableRaster raster = image.getRaster();
    raster.setDataElements(0, 0, pixels, pixels, classes(view, pixels));
    return image;
  }

  /** Water in caps of the sphere around all grid points: rows of prefix sums, summed over rows. */
  private float[] shareWithin(double radiusDegrees) {
    int[][] sums = new int[height][];
    for (int row = 0; row < height; row++) {
      int[] sum = new int[width + 1];
      for (int column = 0; column < width; column++) {
        sum[column + 1] = sum[column] + (water[row * width + column] ? 1 : 0);
      }
      sums[row] = sum;
    }
    float[] share = new float[GRID_ROWS * GRID_COLUMNS];
    IntStream.range(0, GRID_ROWS)
        .parallel()
        .forEach(r -> shareOfRow(r, radiusDegrees, sums, share));
    return share;
  }

  private void shareOfRow(int gridRow, double radiusDegrees, int[][] sums, float[] share) {
    double lat = 90 - (gridRow + 0.5) * 180 / GRID_ROWS;
    double[] water = new double[GRID_COLUMNS];
    double area = 0;
    for (int row = 0; row < height; row++) {
      double rowLat = 90 - (row + 0.5) * 180 / height;
      if (Math.abs(rowLat - lat) >= radiusDegrees) {
        continue;
      }
      double pixelArea = Math.cos(Math.toRadians(rowLat));
      int half = (int) Math.round(halfWidthDegrees(lat, rowLat, radiusDegrees) * width / 360);
      int span = Math.min(2 * half + 1, width);
      area += pixelArea * span;
      for (int c = 0; c < GRID_COLUMNS; c++) {
        int center = (int) ((c + 0.5) * width / GRID_COLUMNS);
        water[c] += pixelArea * count(sums[row], Math.floorMod(center - half, width), span);
      }
    }
    for (int c = 0; c < GRID_COLUMNS; c++) {
      share[gridRow * GRID_COLUMNS + c] = (float) (water[c] / area);
    }
  }

  private int count(int[] sum, int start, int span) {
    int end = start + span;
    return end <= width ? sum[end] - sum[start] : sum[width] - sum[start] + sum[end - width];
  }

  /** Returns how far east the cap around {@code lat} reaches on the parallel {@code rowLat}. */
  private static double halfWidthDegrees(double lat, double rowLat, double radiusDegrees) {
    double a = Math.toRadians(lat);
    double b = Math.toRadians(rowLat);
    double cos =
        (Math.cos(Math.toRadians(radiusDegrees)) - Math.sin(a) * Math.sin(b))
            / (Math.cos(a) * Math.cos(b));
    return Math.toDegrees(Math.acos(Math.max(-1, Math.min(1, cos))));
  }
}
