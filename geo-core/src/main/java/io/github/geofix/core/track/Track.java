package io.github.geofix.core.track;

import io.github.geofix.core.Location;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.geodesy.GeoJsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * The locations of a camera at the times of its photos. Immutable and thread-safe.
 *
 * @param times the times of the photos, ascending
 * @param locations one per photo
 */
public record Track(List<Instant> times, List<Location> locations) {

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if there is no photo, the lists differ in length, or the times
   *     are not ascending
   */
  public Track {
    times = List.copyOf(times);
    locations = List.copyOf(locations);
    if (times.isEmpty() || times.size() != locations.size()) {
      throw new IllegalArgumentException(
          times.size() + " times and " + locations.size() + " locations: one or more are needed");
    }
    for (int i = 1; i < times.size(); i++) {
      if (times.get(i).isBefore(times.get(i - 1))) {
        throw new IllegalArgumentException(
            "photo %d of %s is before photo %d of %s: sort them by time"
                .formatted(i, times.get(i), i - 1, times.get(i - 1)));
      }
    }
  }

  /** Returns the best position of each photo. */
  public List<LatLng> path() {
    return locations.stream().map(Location::latLng).toList();
  }

  /**
   * Returns GeoJSON of the path as a line, unless there is only one photo, and of a point with time
   * and score for each photo.
   */
  public String toGeoJson() {
    return toGeoJson(t -> Map.of());
  }

  /**
   * As {@link #toGeoJson()}, with the property "image" for each point.
   *
   * @param images the names of the photos
   * @throws IllegalArgumentException if there is not one for each photo
   */
  public String toGeoJson(List<String> images) {
    if (images.size() != locations.size()) {
      throw new IllegalArgumentException(
          Count.of(images.size(), "names for ") + Count.of(locations.size(), "photos"));
    }
    return toGeoJson(t -> Map.of("image", images.get(t)));
  }

  private String toGeoJson(IntFunction<Map<String, String>> more) {
    StringWriter out = new StringWriter();
    try (GeoJsonWriter writer = new GeoJsonWriter(out)) {
      if (locations.size() > 1) {
        writer.line(
            path(),
            Map.of(
                "start", times.get(0).toString(), "end", times.get(times.size() - 1).toString()));
      }
      for (int t = 0; t < times.size(); t++) {
        Map<String, Object> properties = new LinkedHashMap<>(more.apply(t));
        properties.put("time", times.get(t).toString());
        properties.put("score", locations.get(t).score());
        writer.point(locations.get(t).latLng(), properties);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }
}
