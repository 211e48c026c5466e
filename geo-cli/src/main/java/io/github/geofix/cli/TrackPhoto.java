package io.github.geofix.cli;

import io.github.geofix.core.PhotoRow;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.image.ExifTime;
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
import java.util.List;
import java.util.Optional;

/**
 * A photo of a camera on its way.
 *
 * @param truth where it was taken, if a list says so; never from the photo itself
 */
record TrackPhoto(Path image, Instant time, Optional<LatLng> truth) {

  /** Returns photos in the order of the times that the camera wrote into them. */
  static List<TrackPhoto> ofFiles(List<Path> images) {
    List<TrackPhoto> photos = new ArrayList<>();
    try (Bar bar = Bar.of("read times", images.size())) {
      for (Path image : images) {
        photos.add(new TrackPhoto(image, exifTime(image, image.toString()), Optional.empty()));
        bar.stepTo(photos.size());
      }
    }
    photos.sort(Comparator.comparing(TrackPhoto::time));
    return photos;
  }

  /**
   * Reads a list.
   *
   * @throws IllegalArgumentException if it is empty, an image is missing, a photo has no time, or
   *     the rows are not in the order of time
   */
  static List<TrackPhoto> readCsv(Path csv) {
    List<TrackPhoto> photos = new ArrayList<>();
    for (PhotoRow row : PhotoRow.readCsv(csv)) {
      String where = csv + " line " + row.line() + ": " + row.image();
      TrackPhoto photo = new TrackPhoto(row.image(), time(row, where), row.latLng());
      if (!photos.isEmpty() && photo.time.isBefore(last(photos).time)) {
        throw new IllegalArgumentException(
            where
                + " was taken at "
                + photo.time
                + ", before the photo above it at "
                + last(photos).time
                + ": sort the list by time, and give each camera a list of its own");
      }
      photos.add(photo);
    }
    if (photos.isEmpty()) {
      throw new IllegalArgumentException(csv + " lists no photo");
    }
    return photos;
  }

  static List<Path> images(List<TrackPhoto> photos) {
    return photos.stream().map(TrackPhoto::image).toList();
  }

  private static TrackPhoto last(List<TrackPhoto> photos) {
    return photos.get(photos.size() - 1);
  }

  private static Instant time(PhotoRow row, String where) {
    if (!Files.isReadable(row.image())) {
      throw new IllegalArgumentException(where + " is missing, or you are not allowed to read it");
    }
    String written = row.extra().get("time");
    return written == null ? exifTime(row.image(), where) : time(written.strip(), where);
  }

  /** A time without a zone is taken for UTC, as {@link ExifTime} does. */
  private static Instant time(String written, String where) {
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

  private static Instant exifTime(Path image, String where) {
    return ExifTime.read(image)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    where
                        + " does not say when it was taken (EXIF DateTimeOriginal): leave it out,"
                        + " or give a list with the columns image and time by --data"));
  }
}
