package io.github.geofix.core.tile;

import java.util.Locale;
import java.util.Map;
import org.locationtech.proj4j.CRSFactory;
import org.locationtech.proj4j.CoordinateReferenceSystem;
import org.locationtech.proj4j.CoordinateTransform;
import org.locationtech.proj4j.CoordinateTransformFactory;
import org.locationtech.proj4j.ProjCoordinate;

/** A map projection in units of its coordinate system, computed by proj4j. Thread-safe. */
final class MapProjection implements Projection {
  private static final String WGS_84 = "+proj=longlat +datum=WGS84 +no_defs";

  /**
   * PROJ parameters of EPSG codes of published imagery. The data set of all codes has terms of its
   * own and is another artifact.
   */
  private static final Map<String, String> KNOWN =
      Map.of(
          // NAD83 / Maryland, of the orthophotos of Washington DC.
          "epsg:26985",
          "+proj=lcc +lat_0=37.6666666666667 +lon_0=-77 +lat_1=39.45 +lat_2=38.3 +x_0=400000"
              + " +y_0=0 +ellps=GRS80 +towgs84=0,0,0 +units=m +no_defs",
          "epsg:3857",
          "+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m"
              + " +nadgrids=@null +no_defs");

  /** A transform keeps scratch values, so that each thread needs its own. */
  private final ThreadLocal<CoordinateTransform> transform;

  private MapProjection(CoordinateReferenceSystem meters) {
    CoordinateReferenceSystem degrees = new CRSFactory().createFromParameters("WGS 84", WGS_84);
    this.transform =
        ThreadLocal.withInitial(
            () -> new CoordinateTransformFactory().createTransform(degrees, meters));
  }

  /**
   * Returns the projection of PROJ parameters.
   *
   * @param parameters such as {@code +proj=utm +zone=18 +datum=WGS84}
   * @throws IllegalArgumentException if they define no projection
   * @throws IllegalStateException if proj4j is missing
   */
  static MapProjection ofParameters(String parameters) {
    return create(parameters, parameters);
  }

  /**
   * Returns the projection of a coordinate system.
   *
   * @param crs {@code epsg:} and a code, or PROJ parameters. EPSG:3857, EPSG:26985 and UTM on WGS
   *     84, ETRS89 and NAD83 are built in; other codes need {@code proj4j-epsg} on the class path
   * @throws IllegalArgumentException if it is no projected coordinate system
   * @throws IllegalStateException if proj4j is missing
   */
  static Projection of(String crs) {
    String name = crs.strip().toLowerCase(Locale.ROOT);
    if (name.startsWith("+")) {
      return ofParameters(crs.strip());
    }
    if (!name.matches("epsg:\\d{1,6}")) {
      throw new IllegalArgumentException(
          "the coordinate system " + crs + ": needed is epsg: and a code, or PROJ parameters");
    }
    Projection utm = Utm.of(Integer.parseInt(name.substring("epsg:".length())));
    if (utm != null) {
      return utm;
    }
    String parameters = KNOWN.get(name);
    return create(parameters == null ? name : parameters, crs);
  }

  /**
   * @param definition PROJ parameters, or the name of a code
   */
  private static MapProjection create(String definition, String crs) {
    try {
      CRSFactory factory = new CRSFactory();
      CoordinateReferenceSystem system =
          definition.startsWith("+")
              ? factory.createFromParameters(null, definition)
              : factory.createFromName(definition.toUpperCase(Locale.ROOT));
      if (!system.getProjection().isGeographic()) {
        return new MapProjection(system);
      }
    } catch (NoClassDefFoundError e) {
      throw new MissingLibraryException(
          "imagery in a map projection is placed by proj4j", "org.locationtech.proj4j:proj4j", e);
    } catch (IllegalStateException e) {
      throw new MissingLibraryException(
          "the parameters of " + crs + " are in proj4j's EPSG data",
          "org.locationtech.proj4j:proj4j-epsg",
          e);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "the coordinate system " + crs + " cannot be used: " + e.getMessage(), e);
    }
    throw new IllegalArgumentException(
        "the coordinate system " + crs + " has degrees; needed is one of a map projection");
  }

  @Override
  public void project(double latitude, double longitude, double[] xy) {
    ProjCoordinate meters = new ProjCoordinate();
    try {
      transform.get().transform(new ProjCoordinate(longitude, latitude), meters);
      xy[0] = meters.x;
      xy[1] = -meters.y;
    } catch (RuntimeException e) {
      // Too far from the projection's area to have a position: outside the image.
      xy[0] = Double.NaN;
      xy[1] = Double.NaN;
    }
  }

  @Override
  public boolean isPeriodic() {
    return false;
  }
}
