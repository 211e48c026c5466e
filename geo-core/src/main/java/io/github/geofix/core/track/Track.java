package io.github.geofix.core.track;

import io.github.geofix.core.Location;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.csv.PhotoRow;
import io.github.geofix.core.internal.geodesy.GeoJsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.TemporalAccessor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
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

  /**
   * A photo of a moving camera, with its time.
   *
   * <p>The caller supplies a function that reads times from photos: {@code Exif::time} of
   * geo-models.
   *
   * @param image the photo's file
   * @param time when it was taken
   * @param truth its position if a list has it; never from the photo itself
   */
  public record TimedPhoto(Path image, Instant time, Optional<LatLng> truth) {

    /**
     * Returns photos sorted by the times in their metadata.
     *
     * @param timeOf reads the time from a photo
     * @throws IllegalArgumentException if a photo has no time
     * @throws java.io.UncheckedIOException if a photo cannot be read
     */
    public static List<TimedPhoto> ofFiles(
        List<Path> images, Function<Path, Optional<Instant>> timeOf) {
      return images.stream()
          .map(
              image ->
                  new TimedPhoto(
                      image, fromMetadata(image, image.toString(), timeOf), Optional.empty()))
          .sorted(Comparator.comparing(TimedPhoto::time))
          .toList();
    }

    /**
     * Reads a list in chronological order, with the columns {@code image} and, if known, {@code
     * time} in ISO 8601, {@code latitude} and {@code longitude}. A time without a zone is in UTC.
     *
     * @param timeOf reads the time from a photo; called only if there is no column {@code time}
     * @throws IllegalArgumentException if the list is empty, an image is missing, a photo has no
     *     time, or the rows are not in chronological order
     * @throws java.io.UncheckedIOException if a file cannot be read
     */
    public static List<TimedPhoto> readCsv(Path csv, Function<Path, Optional<Instant>> timeOf) {
      List<TimedPhoto> photos = new ArrayList<>();
      for (PhotoRow row : PhotoRow.readCsv(csv)) {
        String where = csv + " line " + row.line() + ": " + row.image();
        TimedPhoto photo = new TimedPhoto(row.image(), time(row, where, timeOf), row.latLng());
        TimedPhoto last = photos.isEmpty() ? photo : photos.get(photos.size() - 1);
        if (photo.time.isBefore(last.time)) {
          throw new IllegalArgumentException(
              where
                  + " was taken at "
                  + photo.time
                  + ", before the photo above it at "
                  + last.time
                  + ": sort the list by time, and give each camera a list of its own");
        }
        photos.add(photo);
      }
      if (photos.isEmpty()) {
        throw new IllegalArgumentException(csv + " lists no photo");
      }
      return List.copyOf(photos);
    }

    private static Instant time(
        PhotoRow row, String where, Function<Path, Optional<Instant>> timeOf) {
      if (!Files.isReadable(row.image())) {
        throw new IllegalArgumentException(
            where + " is missing, or you are not allowed to read it");
      }
      String written = row.extra().get("time");
      return written == null
          ? fromMetadata(row.image(), where, timeOf)
          : parse(written.strip(), where);
    }

    private static Instant parse(String written, String where) {
      try {
        TemporalAccessor time =
            DateTimeFormatter.ISO_DATE_TIME.parseBest(
                written.replaceFirst(" +", "T"), OffsetDateTime::from, LocalDateTime::from);
        return time instanceof OffsetDateTime zoned
            ? zoned.toInstant()
            : ((LocalDateTime) time).toInstant(ZoneOffset.UTC);
      } catch (DateTimeParseException e) {
        throw new IllegalArgumentException(
            where
                + (written.isEmpty() ? " has no time" : " has the time " + written)
                + ": write it as 2026-05-01T08:30:15Z, as 2026-05-01T10:30:15+02:00, or all without"
                + " a zone as 2026-05-01 08:30:15",
            e);
      }
    }

    private static Instant fromMetadata(
        Path image, String where, Function<Path, Optional<Instant>> timeOf) {
      return timeOf
          .apply(image)
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      where
                          + " has no time (EXIF DateTimeOriginal): leave it out, or give a list"
                          + " with the columns image and time"));
    }
  }
}
