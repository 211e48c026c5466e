package io.github.geofix.models;

import io.github.geofix.core.Explanation;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Localizer.PhotoOutcome;
import io.github.geofix.core.Location;
import io.github.geofix.core.Photo;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A localizer that gives the vectors of its model.
 *
 * @param localizer closed with this one
 * @param model of the localizer
 */
record EncodingLocalizer(Localizer localizer, GeoModel model) implements Localizer {

  /** Returns the localizer of a model. */
  static Localizer of(GeoModel model) {
    return new EncodingLocalizer(model.localizer(), model);
  }

  @Override
  public Optional<float[]> vector(Photo photo) {
    return model.vector(photo.read(photoLimits()), photo.file());
  }

  @Override
  public Location locate(Photo photo) {
    return localizer.locate(photo);
  }

  @Override
  public Explanation explain(Photo photo, Explanation.Options options) {
    return localizer.explain(photo, options);
  }

  @Override
  public List<Location> locateAll(List<Path> photos) {
    return localizer.locateAll(photos);
  }

  @Override
  public void locateEach(List<Path> photos, Consumer<? super PhotoOutcome> action) {
    localizer.locateEach(photos, action);
  }

  @Override
  public List<Location> locateImages(List<BufferedImage> photos) {
    return localizer.locateImages(photos);
  }

  @Override
  public Photo.Limits photoLimits() {
    return localizer.photoLimits();
  }

  @Override
  public void warmUp() {
    localizer.warmUp();
  }

  @Override
  public void close() {
    localizer.close();
  }
}
