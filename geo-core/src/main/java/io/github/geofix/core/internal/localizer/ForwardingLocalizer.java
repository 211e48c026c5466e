package io.github.geofix.core.internal.localizer;

import io.github.geofix.core.Explanation;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.Photo;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A localizer that forwards to another one, for wrappers that change some of its methods. The
 * methods that {@link Localizer} defines by others keep their definition, so that they change with
 * those. Thread-safe if the other one is; closing it closes that.
 */
public abstract class ForwardingLocalizer implements Localizer {
  private final Localizer localizer;

  /**
   * Creates a wrapper.
   *
   * @param localizer closed with this one
   */
  protected ForwardingLocalizer(Localizer localizer) {
    this.localizer = localizer;
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
  public Optional<float[]> vector(Photo photo) {
    return localizer.vector(photo);
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
