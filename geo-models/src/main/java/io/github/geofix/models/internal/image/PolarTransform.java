package io.github.geofix.models.internal.image;

import java.awt.image.BufferedImage;

/**
 * Polar transform of an aerial image into a panorama: columns are directions, clockwise from left
 * to right, rows are distances, the nearest at the bottom and half the side of the image at the
 * top. Immutable and thread-safe.
 *
 * <p>Shi, Liu, Yu and Li, "Spatial-aware feature aggregation for image based cross-view
 * geo-localization", NeurIPS 2019, eq. 1, taken at the middle of each pixel. The paper begins in
 * the north; here the middle column faces {@code heading}, north if 0, as in {@link PanoramaPair}.
 * Between the pixels of the aerial image values are bilinear; nothing is averaged, so a result much
 * smaller than the image has aliases.
 *
 * @param width columns of the result, 1 or more
 * @param height rows of the result, 1 or more
 * @param heading where the middle column faces, degrees clockwise from north
 * @param fieldOfView angle that the columns span, above 0 to 360 degrees
 */
public record PolarTransform(int width, int height, double heading, double fieldOfView) {

  /** Checks the ranges. */
  public PolarTransform {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException(
          "a result of " + width + " x " + height + " pixels: at least 1 x 1 needed");
    }
    boolean angles = fieldOfView > 0 && fieldOfView <= 360 && Double.isFinite(heading);
    if (!angles) {
      throw new IllegalArgumentException(
          "a heading of "
              + heading
              + " and a field of view of "
              + fieldOfView
              + " degrees: a finite one and one above 0 to 360 needed");
    }
  }

  /** A full circle, north in the middle. */
  public static PolarTransform of(int width, int height) {
    return new PolarTransform(width, height, 0, 360);
  }

  /** Returns a copy with another heading. */
  public PolarTransform withHeading(double newHeading) {
    return new PolarTransform(width, height, newHeading, fieldOfView);
  }

  /**
   * Transforms an image.
   *
   * @param aerial square, north up
   * @return {@code width} x {@code height} pixels of type {@link BufferedImage#TYPE_3BYTE_BGR}
   * @throws IllegalArgumentException if the image is not square
   */
  public BufferedImage apply(BufferedImage aerial) {
    int side = aerial.getWidth();
    if (aerial.getHeight() != side) {
      throw new IllegalArgumentException(
          "the aerial image of "
              + side
              + " x "
              + aerial.getHeight()
              + " pixels is not square: fit it first");
    }
    byte[] from = Pixels.bytes(Pixels.bgr(aerial));
    BufferedImage panorama = Pixels.create(width, height);
    byte[] to = Pixels.bytes(panorama);
    for (int column = 0; column < width; column++) {
      double bearing = Math.toRadians(heading + fieldOfView * ((column + 0.5) / width - 0.5));
      double sin = Math.sin(bearing);
      double cos = Math.cos(bearing);
      for (int row = 0; row < height; row++) {
        double distance = side / 2.0 * (height - row - 0.5) / height;
        sample(
            from,
            side,
            side / 2.0 + distance * sin,
            side / 2.0 - distance * cos,
            to,
            3 * (row * width + column));
      }
    }
    return panorama;
  }

  /** Reads a position between the middles of four pixels; the border is repeated. */
  private static void sample(byte[] from, int side, double x, double y, byte[] to, int at) {
    double left = Math.max(0, Math.min(side - 1, x - 0.5));
    double top = Math.max(0, Math.min(side - 1, y - 0.5));
    int column = Math.min((int) left, Math.max(0, side - 2));
    int row = Math.min((int) top, Math.max(0, side - 2));
    double right = left - column;
    double below = top - row;
    int a = 3 * (row * side + column);
    int across = side > 1 ? 3 : 0;
    int down = side > 1 ? 3 * side : 0;
    for (int c = 0; c < 3; c++) {
      double above = (1 - right) * (from[a + c] & 0xff) + right * (from[a + across + c] & 0xff);
      double under =
          (1 - right) * (from[a + down + c] & 0xff) + right * (from[a + down + across + c] & 0xff);
      to[at + c] = (byte) (int) ((1 - below) * above + below * under + 0.5);
    }
  }
}
