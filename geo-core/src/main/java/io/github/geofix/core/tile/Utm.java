package io.github.geofix.core.tile;

import org.jspecify.annotations.Nullable;
import org.locationtech.proj4j.CRSFactory;
import org.locationtech.proj4j.CoordinateReferenceSystem;
import org.locationtech.proj4j.CoordinateTransform;
import org.locationtech.proj4j.CoordinateTransformFactory;
import org.locationtech.proj4j.ProjCoordinate;

/** Universal Transverse Mercator, computed by proj4j. */
final class Utm implements Projection {

  /** A transform keeps scratch values, so that each thread needs its own. */
  private final ThreadLocal<CoordinateTransform> transform;

  private Utm(String parameters) {
    CRSFactory factory = new CRSFactory();
    CoordinateReferenceSystem degrees =
        factory.createFromParameters("WGS 84", "+proj=longlat +datum=WGS84 +no_defs");
    CoordinateReferenceSystem meters = factory.createFromParameters("UTM", parameters);
    this.transform =
        ThreadLocal.withInitial(
            () -> new CoordinateTransformFactory().createTransform(degrees, meters));
  }

  /**
   * Returns the projection of an EPSG code, or null if the code is not UTM.
   *
   * @throws IllegalStateException if proj4j is missing
   */
  static @Nullable Projection of(int epsg) {
    String parameters = parameters(epsg);
    if (parameters.isEmpty()) {
      return null;
    }
    try {
      return new Utm(parameters);
    } catch (NoClassDefFoundError e) {
      throw new MissingLibraryException(
          "imagery in UTM is placed by proj4j", "org.locationtech.proj4j:proj4j", e);
    }
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

  @Override
  public void project(double latitude, double longitude, double[] xy) {
    ProjCoordinate meters = new ProjCoordinate();
    try {
      transform.get().transform(new ProjCoordinate(longitude, latitude), meters);
      xy[0] = meters.x;
      xy[1] = -meters.y;
    } catch (RuntimeException e) {
      // Too far from the zone to have a position: outside the image.
      xy[0] = Double.NaN;
      xy[1] = Double.NaN;
    }
  }

  @Override
  public boolean isPeriodic() {
    return false;
  }
}
