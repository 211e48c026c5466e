package io.github.geofix.cli;

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
 * A localizer with something to do after it is closed, such as closing what it uses.
 *
 * @param localizer closed first
 * @param closing what is run then, in this order
 */
record OwningLocalizer(Localizer localizer, List<Runnable> closing) implements Localizer {

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
  public Optional<float[]> vector(Photo photo) {
    return localizer.vector(photo);
  }

  @Override
  public Photo.Limits photoLimits() {
    return localizer.photoLimits();
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
  public void warmUp() {
    localizer.warmUp();
  }

  @Override
  public void close() {
    localizer.close();
    closing.forEach(Runnable::run);
  }
}
