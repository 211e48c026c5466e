package io.github.geofix.models.image;

import com.drew.metadata.exif.ExifSubIFDDirectory;
import com.drew.metadata.exif.GpsDirectory;
import io.github.geofix.core.Photo;
import io.github.geofix.core.geodesy.LatLng;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The EXIF position and capture time of a photo, to make a manifest of a folder of photos or to put
 * the photos of a track in order. Nothing that locates single photos uses them. Thread-safe.
 */
public final class Exif {
  /** EXIF 2.32, DateTimeOriginal. Lenient dates would make one of the zeros of an unset clock. */
  private static final DateTimeFormatter DATE_TIME =
      DateTimeFormatter.ofPattern("uuuu:MM:dd HH:mm:ss").withResolverStyle(ResolverStyle.STRICT);

  private Exif() {}

  /**
   * Returns the position in a photo's metadata; empty if there is none, if it is out of range, if
   * it is exactly 0, 0, which devices write without a fix, or if the file is no JPEG, PNG, WebP or
   * TIFF.
   *
   * @throws UncheckedIOException if the file cannot be read
   */
  public static Optional<LatLng> position(Path photo) {
    byte[] file = Photos.bytes(photo, Photo.Limits.defaults());
    return ExifTags.metadata(MetadataBlocks.of(file))
        .getDirectoriesOfType(GpsDirectory.class)
        .stream()
        .map(GpsDirectory::getGeoLocation)
        .filter(Objects::nonNull)
        .filter(p -> !p.isZero())
        .filter(p -> Math.abs(p.getLatitude()) <= 90 && Math.abs(p.getLongitude()) <= 180)
        .map(p -> new LatLng(p.getLatitude(), p.getLongitude()))
        .findFirst();
  }

  /**
   * Returns the time in a photo's metadata: {@code DateTimeOriginal} with {@code
   * SubSecTimeOriginal}, in the zone of {@code OffsetTimeOriginal}. Without a zone it is taken for
   * UTC, so that only differences between the photos of one camera count. Empty if there is no
   * time, none that a calendar has, or if the file is no JPEG, PNG, WebP or TIFF.
   *
   * @throws UncheckedIOException if the file cannot be read
   */
  public static Optional<Instant> time(Path photo) {
    byte[] file = Photos.bytes(photo, Photo.Limits.defaults());
    return ExifTags.metadata(MetadataBlocks.of(file))
        .getDirectoriesOfType(ExifSubIFDDirectory.class)
        .stream()
        .flatMap(Exif::instant)
        .findFirst();
  }

  private static Stream<Instant> instant(ExifSubIFDDirectory exif) {
    String dateTime = exif.getString(ExifSubIFDDirectory.TAG_DATETIME_ORIGINAL);
    if (dateTime == null) {
      return Stream.empty();
    }
    try {
      return Stream.of(
          LocalDateTime.parse(dateTime.strip(), DATE_TIME)
              .plusNanos(nanos(exif.getString(ExifSubIFDDirectory.TAG_SUBSECOND_TIME_ORIGINAL)))
              .toInstant(zone(exif.getString(ExifSubIFDDirectory.TAG_TIME_ZONE_ORIGINAL))));
    } catch (DateTimeException e) {
      return Stream.empty();
    }
  }

  /** The digits after the decimal point of the seconds. */
  private static long nanos(@Nullable String digits) {
    return digits != null && digits.strip().matches("\\d{1,9}")
        ? Math.round(Double.parseDouble("0." + digits.strip()) * 1e9)
        : 0;
  }

  private static ZoneOffset zone(@Nullable String offset) {
    return offset != null && offset.strip().matches("[+-]\\d\\d:\\d\\d")
        ? ZoneOffset.of(offset.strip())
        : ZoneOffset.UTC;
  }
}
