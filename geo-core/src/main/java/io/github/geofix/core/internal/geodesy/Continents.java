package io.github.geofix.core.internal.geodesy;

import io.github.geofix.core.geodesy.LatLng;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * The continent of a place: Africa, Antarctica, Asia, Europe, North America, Oceania or South
 * America; and its country.
 *
 * <p>A place belongs to the continent of its country; in Russia the 60th meridian, near the Urals,
 * parts Europe from Asia. A place at sea belongs to the nearest coast's. Borders are those of
 * Natural Earth at 1:110 million, good to some 10 km: for a breakdown of figures, not for law.
 * Thread-safe.
 */
public final class Continents {

  private static final double URALS = 60;

  private static final List<Ring> RINGS = read();

  private Continents() {}

  /**
   * Where a place is.
   *
   * @param continent as of {@link Continents#of(LatLng)}
   * @param country its name in English as Natural Earth spells it, such as {@code W. Sahara}; one
   *     too small for the scale, such as Malta, goes by its neighbor
   */
  public record Place(String continent, String country) {}

  /** Returns the continent of a place. Takes about 50 microseconds. */
  public static String of(LatLng place) {
    return placeOf(place).continent();
  }

  /** Returns continent and country of a place. Takes about 50 microseconds. */
  public static Place placeOf(LatLng place) {
    for (Ring ring : RINGS) {
      if (ring.contains(place)) {
        return ring.placeAt(place.longitude());
      }
    }
    double[] point = unit(place.longitude(), place.latitude());
    double best = Double.NEGATIVE_INFINITY;
    Place nearest = new Place("", "");
    for (Ring ring : RINGS) {
      for (int i = 0; i < ring.size(); i++) {
        // The greater the cosine, the shorter the arc.
        double cosine =
            point[0] * ring.units[3 * i]
                + point[1] * ring.units[3 * i + 1]
                + point[2] * ring.units[3 * i + 2];
        if (cosine > best) {
          best = cosine;
          nearest = ring.placeAt(ring.longitudes[i]);
        }
      }
    }
    return nearest;
  }

  /** Returns continents and countries of places, in the same order. */
  public static List<Place> placesOf(List<LatLng> places) {
    return places.parallelStream().map(Continents::placeOf).toList();
  }

  private static double[] unit(double longitude, double latitude) {
    double phi = Math.toRadians(latitude);
    double lambda = Math.toRadians(longitude);
    return new double[] {
      Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)
    };
  }

  /** One outline in degrees; its edges go the short way round, also over the 180th meridian. */
  private static final class Ring {
    private final String continent;
    private final String country;
    private final double[] longitudes;
    private final double[] latitudes;
    private final double[] units;
    private final double west;
    private final double east;

    Ring(String continent, String country, double[] longitudes, double[] latitudes) {
      this.continent = continent;
      this.country = country;
      this.longitudes = longitudes;
      this.latitudes = latitudes;
      this.units = new double[3 * longitudes.length];
      for (int i = 0; i < longitudes.length; i++) {
        System.arraycopy(unit(longitudes[i], latitudes[i]), 0, units, 3 * i, 3);
      }
      boolean wraps =
          IntStream.range(1, size())
              .anyMatch(i -> Math.abs(longitudes[i] - longitudes[i - 1]) > 180);
      west = wraps ? -180 : Arrays.stream(longitudes).min().orElseThrow();
      east = wraps ? 180 : Arrays.stream(longitudes).max().orElseThrow();
    }

    int size() {
      return longitudes.length;
    }

    Place placeAt(double longitude) {
      if (!continent.equals("Russia")) {
        return new Place(continent, country);
      }
      return new Place(longitude > 0 && longitude < URALS ? "Europe" : "Asia", country);
    }

    /**
     * Counts the edges that the meridian crosses on its way north, where no ring ends: inside if
     * odd. Unlike a line to the east it never comes back to where it began.
     */
    boolean contains(LatLng place) {
      if (place.longitude() < west || place.longitude() > east) {
        return false;
      }
      boolean inside = false;
      double from = turn(longitudes[size() - 1] - place.longitude());
      for (int i = 0, j = size() - 1; i < size(); j = i++) {
        double to = turn(longitudes[i] - place.longitude());
        // An edge goes the short way round: the long one would cross the opposite meridian.
        if (from > 0 != to > 0 && Math.abs(to - from) < 180) {
          double share = from / (from - to);
          inside ^= latitudes[j] + share * (latitudes[i] - latitudes[j]) > place.latitude();
        }
        from = to;
      }
      return inside;
    }

    /** Returns a difference of longitudes as a turn of -180 to 180 degrees. */
    private static double turn(double degrees) {
      return degrees > 180 ? degrees - 360 : degrees < -180 ? degrees + 360 : degrees;
    }
  }

  private static List<Ring> read() {
    try (InputStream in =
            Objects.requireNonNull(Continents.class.getResourceAsStream("continents.txt"));
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      List<Ring> rings = new ArrayList<>();
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (!line.startsWith("#")) {
          String[] fields = line.split("\t", -1);
          String[] numbers = fields[2].split(" ", -1);
          double[] longitudes = new double[numbers.length / 2];
          double[] latitudes = new double[numbers.length / 2];
          for (int i = 0; i < longitudes.length; i++) {
            longitudes[i] = Integer.parseInt(numbers[2 * i]) / 100.0;
            latitudes[i] = Integer.parseInt(numbers[2 * i + 1]) / 100.0;
          }
          rings.add(new Ring(fields[0], fields[1], longitudes, latitudes));
        }
      }
      return List.copyOf(rings);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the outlines of the continents", e);
    }
  }
}
