package io.github.geofix.train.data;

import io.github.geofix.core.Manifest;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.models.image.Photos;
import java.util.Optional;

/** The photos of a manifest, decoded on each request. Thread-safe. */
public final class ManifestPhotos implements PhotoSource {
  private final Manifest manifest;

  private ManifestPhotos(Manifest manifest) {
    this.manifest = manifest;
  }

  /** Returns the photos of a manifest. */
  public static ManifestPhotos of(Manifest manifest) {
    return new ManifestPhotos(manifest);
  }

  @Override
  public int size() {
    return manifest.size();
  }

  /**
   * {@inheritDoc}
   *
   * @throws java.io.UncheckedIOException if the file is missing, truncated or not an image
   */
  @Override
  public Photo photo(int epoch, int index) {
    Manifest.Entry entry = manifest.entries().get(index);
    return new Photo(Photos.read(entry.image()), entry.latLng(), Optional.of(entry.image()));
  }
}
