package io.github.geofix.models.image;

import com.drew.metadata.exif.ExifSubIFDDirectory;
import io.github.geofix.core.Photo;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The EXIF capture time of a photo, to put the photos of a track in order. Nothing that locates
 * single photos uses it. Thread-safe.
 */
public final class ExifTime {
  /** EXIF 2.32, DateTimeOriginal. Lenient dates would make one of the zeros of an unset clock. */
  private static final DateTimeFormatter DATE_TIME =
      DateTimeFormatter.ofPattern("uuuu:MM:dd HH:mm:ss").withResolverStyle(ResolverStyle.STRICT);

  private ExifTime() {}

  /**
   * Returns the time in a photo's metadata: {@code DateTimeOriginal} with {@code
   * SubSecTimeOriginal}, in the zone of {@code OffsetTimeOriginal}. Without a zone it is taken for
   * UTC, so that only differences between the photos of one camera count. Empty if there is no
   * time, none that a calendar has, or if the file is no JPEG, PNG, WebP or TIFF.
   *
   * @throws UncheckedIOException if the file cannot be read
   */
  public static Optional<Instant> read(Path photo) {
    byte[] file = Photos.bytes(photo, Photo.Limits.defaults());
    return Exif.metadata(MetadataBlocks.of(file))
        .getDirectoriesOfType(ExifSubIFDDirectory.class)
        .stream()
        .flatMap(ExifTime::time)
        .findFirst();
  }

  private static Stream<Instant> time(ExifSubIFDDirectory exif) {
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
