package io.github.geofix.train.data;

import io.github.geofix.core.Manifest;
import io.github.geofix.core.Photo;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.models.image.Photos;
import java.util.Optional;

/** The photos of a manifest, decoded on each request. Thread-safe. */
public final class ManifestPhotos implements PhotoSource {
  private final Manifest manifest;

  private final Photo.Limits limits;

  private ManifestPhotos(Manifest manifest, Photo.Limits limits) {
    this.manifest = manifest;
    this.limits = limits;
  }

  /** Returns the photos of a manifest, within {@link Photo.Limits#defaults}. */
  public static ManifestPhotos of(Manifest manifest) {
    return of(manifest, Photo.Limits.defaults());
  }

  /** Returns the photos of a manifest, within limits on each. */
  public static ManifestPhotos of(Manifest manifest, Photo.Limits limits) {
    return new ManifestPhotos(manifest, limits);
  }

  @Override
  public int size() {
    return manifest.size();
  }

  /**
   * {@inheritDoc}
   *
   * @throws java.io.UncheckedIOException if the file is missing, truncated, not an image or beyond
   *     the limits
   */
  @Override
  public LabeledPhoto photo(int epoch, int index) {
    Manifest.Entry entry = manifest.entries().get(index);
    return new LabeledPhoto(
        Photos.read(entry.image(), limits), entry.latLng(), Optional.of(entry.image()));
  }
}
