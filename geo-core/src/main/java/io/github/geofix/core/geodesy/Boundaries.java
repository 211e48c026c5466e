package io.github.geofix.core.geodesy;

import io.github.geofix.core.internal.Count;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Named regions with outlines, such as the states of a country, from a GeoJSON file. Immutable and
 * thread-safe.
 *
 * <p>Edges are straight in degrees, and outlines are cut at the antimeridian or extend beyond 180
 * degrees, as RFC 7946 has it. Several features of one name are one region.
 */
public final class Boundaries {

  /** Outlines may extend beyond 180 degrees, on either side. */
  private static final int[] TURNS = {0, 360, -360};

  private final List<Outline> outlines;

  /**
   * The outlines of one feature; those inside others are holes.
   *
   * @param name the region's name
   * @param rings longitude and latitude of each corner in turn
   * @param span the box around all
   */
  record Outline(String name, List<double[]> rings, LatLngSpan span) {
    Outline(String name, List<double[]> rings) {
      this(name, rings, LatLngSpan.of(rings));
    }

    /** Returns whether a line to the east crosses the outlines an odd number of times. */
    boolean contains(double latitude, double longitude) {
      if (!span.contains(latitude, longitude)) {
        return false;
      }
      boolean inside = false;
      for (double[] ring : rings) {
        for (int i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
          if (ring[i + 1] > latitude != ring[j + 1] > latitude) {
            double share = (latitude - ring[i + 1]) / (ring[j + 1] - ring[i + 1]);
            inside ^= longitude < ring[i] + share * (ring[j] - ring[i]);
          }
        }
      }
      return inside;
    }
  }

  /** A box in degrees, whose longitudes may be beyond 180. */
  record LatLngSpan(double south, double west, double north, double east) {
    static LatLngSpan of(List<double[]> rings) {
      double south = Double.POSITIVE_INFINITY;
      double west = Double.POSITIVE_INFINITY;
      double north = Double.NEGATIVE_INFINITY;
      double east = Double.NEGATIVE_INFINITY;
      for (double[] ring : rings) {
        for (int i = 0; i < ring.length; i += 2) {
          west = Math.min(west, ring[i]);
          east = Math.max(east, ring[i]);
          south = Math.min(south, ring[i + 1]);
          north = Math.max(north, ring[i + 1]);
        }
      }
      return new LatLngSpan(south, west, north, east);
    }

    boolean contains(double latitude, double longitude) {
      return latitude >= south && latitude <= north && longitude >= west && longitude <= east;
    }
  }

  Boundaries(Collection<Outline> outlines) {
    this.outlines = List.copyOf(outlines);
  }

  /**
   * Reads the polygons of a GeoJSON feature collection (RFC 7946). Features without the property,
   * or where it is null, have no name and are left out.
   *
   * <p>Coordinates take 16 bytes a corner. A file may hold up to 50 million corners.
   *
   * @param nameProperty the property that names a region, such as {@code name}
   * @throws IllegalArgumentException if the file is missing or not such a collection, if a geometry
   *     is no polygon or a coordinate out of range, or if no feature has the property; the message
   *     lists those that there are
   * @throws UncheckedIOException if the file cannot be read
   */
  public static Boundaries readGeoJson(Path file, String nameProperty) {
    return new Boundaries(new BoundaryReader(file, nameProperty).read());
  }

  /** Returns the names of the regions, in the order of the file. */
  public List<String> names() {
    return outlines.stream()
        .map(Outline::name)
        .collect(Collectors.toCollection(LinkedHashSet::new))
        .stream()
        .toList();
  }

  /**
   * Returns the name of the region that holds a place, the first of the file if several do. Takes
   * time in proportion to the number of features, and to the corners of those whose box holds it.
   */
  public Optional<String> regionOf(LatLng place) {
    for (Outline outline : outlines) {
      for (int turn : TURNS) {
        if (outline.contains(place.latitude(), place.longitude() + turn)) {
          return Optional.of(outline.name());
        }
      }
    }
    return Optional.empty();
  }

  /** Returns the number of regions and their names, shortened. */
  @Override
  public String toString() {
    List<String> names = names();
    return Count.of(names.size(), "regions")
        + ": "
        + String.join(", ", names.subList(0, Math.min(5, names.size())));
  }
}
