package io.github.geofix.core.tile;

import io.github.geofix.core.internal.geodesy.WebMercator;

/** The map projection of an imagery source: x grows eastward, y southward. */
interface Projection {

  /** In worlds, see {@link WebMercator}; x repeats after 1. */
  Projection WEB_MERCATOR =
      new Projection() {
        @Override
        public void project(double latitude, double longitude, double[] xy) {
          xy[0] = WebMercator.x(longitude);
          xy[1] = WebMercator.y(latitude);
        }

        @Override
        public boolean isPeriodic() {
          return true;
        }
      };

  /** Degrees / 360 from longitude -180 and from the north pole; x repeats after 1. */
  Projection EQUIRECTANGULAR =
      new Projection() {
        @Override
        public void project(double latitude, double longitude, double[] xy) {
          xy[0] = (longitude + 180) / 360;
          xy[1] = (90 - latitude) / 360;
        }

        @Override
        public boolean isPeriodic() {
          return true;
        }
      };

  /** Writes the coordinates of a position into {@code xy}. Thread-safe. */
  void project(double latitude, double longitude, double[] xy);

  /** Returns whether x and x + 1 are the same position. */
  boolean isPeriodic();
}
