package io.github.geofix.eval.protocol;

import io.github.geofix.core.geodesy.LatLng;
import java.util.Optional;
import org.locationtech.proj4j.CRSFactory;
import org.locationtech.proj4j.CoordinateTransform;
import org.locationtech.proj4j.CoordinateTransformFactory;
import org.locationtech.proj4j.ProjCoordinate;

/**
 * Zone 55 south of Universal Transverse Mercator on WGS 84, where Canberra lies; computed by
 * proj4j, whose transforms keep scratch values: not thread-safe.
 */
final class Zone55 {
  private final CoordinateTransform toDegrees;

  Zone55() {
    CRSFactory factory = new CRSFactory();
    this.toDegrees =
        new CoordinateTransformFactory()
            .createTransform(
                factory.createFromParameters("UTM", "+proj=utm +zone=55 +south +datum=WGS84"),
                factory.createFromParameters("WGS 84", "+proj=longlat +datum=WGS84"));
  }

  /**
   * Returns the place of coordinates in meters, empty where those are none of the zone.
   *
   * @param easting 100,000 to 900,000
   * @param northing 1,000,000 to 10,000,000, less in the south
   */
  Optional<LatLng> place(double easting, double northing) {
    boolean inside =
        easting >= 100_000 && easting <= 900_000 && northing >= 1_000_000 && northing <= 10_000_000;
    if (!inside) {
      return Optional.empty();
    }
    ProjCoordinate degrees = new ProjCoordinate();
    toDegrees.transform(new ProjCoordinate(easting, northing), degrees);
    return Optional.of(new LatLng(degrees.y, degrees.x));
  }
}
