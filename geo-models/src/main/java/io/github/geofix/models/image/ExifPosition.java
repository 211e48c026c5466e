package io.github.geofix.models.image;

import com.drew.metadata.exif.GpsDirectory;
import io.github.geofix.core.Photo;
import io.github.geofix.core.geodesy.LatLng;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * The EXIF position of a photo, to make a manifest of a folder of photos. Nothing that locates
 * photos uses it. Thread-safe.
 */
public final class ExifPosition {
  private ExifPosition() {}

  /**
   * Returns the position in a photo's metadata; empty if there is none, if it is out of range, if
   * it is exactly 0, 0, which devices write when they do not know, or if the file is no JPEG, PNG,
   * WebP or TIFF.
   *
   * @throws UncheckedIOException if the file cannot be read
   */
  public static Optional<LatLng> read(Path photo) {
    byte[] file = Photos.bytes(photo, Photo.Limits.defaults());
    return Exif.metadata(MetadataBlocks.of(file)).getDirectoriesOfType(GpsDirectory.class).stream()
        .map(GpsDirectory::getGeoLocation)
        .filter(Objects::nonNull)
        .filter(p -> !p.isZero())
        .filter(p -> Math.abs(p.getLatitude()) <= 90 && Math.abs(p.getLongitude()) <= 180)
        .map(p -> new LatLng(p.getLatitude(), p.getLongitude()))
        .findFirst();
  }
}
