package io.github.geofix.core.internal.geodesy;

import io.github.geofix.core.geodesy.Frame;
import io.github.geofix.core.geodesy.LatLng;

/**
 * A square of the Web-Mercator world.
 *
 * @param x the west edge, 0 to 1, as {@link WebMercator#x}
 * @param y the north edge, 0 to 1, as {@link WebMercator#y}
 * @param size the side in worlds, above 0 and at most 1
 */
public record MercatorFrame(double x, double y, double size) implements Frame {

  /** The whole square world. */
  public static final MercatorFrame WORLD = new MercatorFrame(0, 0, 1);

  /** Tolerance for rounding where a child's edge is the edge of the world. */
  private static final double ROUNDING = 1e-12;

  /**
   * Checks that the square is inside the world.
   *
   * @throws IllegalArgumentException if it does not
   */
  public MercatorFrame {
    boolean inside =
        x >= -ROUNDING && y >= -ROUNDING && x + size <= 1 + ROUNDING && y + size <= 1 + ROUNDING;
    if (!(size > 0 && inside)) {
      throw new IllegalArgumentException(
          "not a square within the world 0 to 1: x " + x + ", y " + y + ", size " + size);
    }
  }

  @Override
  public LatLng at(double u, double v) {
    double longitude = WebMercator.longitude(x + u * size);
    return new LatLng(WebMercator.latitude(y + v * size), Math.max(-180, Math.min(180, longitude)));
  }

  /**
   * Returns the coordinates {@code {u, v}} of a position, the inverse of {@link #at}; below 0 or
   * above 1 outside the square.
   */
  public double[] locate(LatLng place) {
    return new double[] {
      (WebMercator.x(place.longitude()) - x) / size, (WebMercator.y(place.latitude()) - y) / size
    };
  }
}
