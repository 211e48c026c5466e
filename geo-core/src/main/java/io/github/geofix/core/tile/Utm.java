package io.github.geofix.core.tile;

import org.jspecify.annotations.Nullable;

/** Universal Transverse Mercator by EPSG code. */
final class Utm {
  private Utm() {}

  /**
   * Returns the projection of an EPSG code, or null if the code is not UTM.
   *
   * @throws IllegalStateException if proj4j is missing
   */
  static @Nullable Projection of(int epsg) {
    String parameters = parameters(epsg);
    return parameters.isEmpty() ? null : MapProjection.ofParameters(parameters);
  }

  private static String parameters(int epsg) {
    int zone = epsg % 100;
    boolean valid = zone >= 1 && zone <= 60;
    String zoned = "+proj=utm +zone=" + zone + " +units=m +no_defs ";
    return switch (valid ? epsg / 100 : 0) {
      case 326 -> zoned + "+datum=WGS84";
      case 327 -> zoned + "+south +datum=WGS84";
      // Both on the GRS 80 ellipsoid, within a meter or two of WGS 84.
      case 258, 269 -> zoned + "+ellps=GRS80 +towgs84=0,0,0";
      default -> "";
    };
  }
}
