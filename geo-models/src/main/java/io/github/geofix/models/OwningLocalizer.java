package io.github.geofix.models;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.PhotoOutcome;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** A localizer whose closing closes the model. */
final class OwningLocalizer implements Localizer {
  private final OpenModel model;
  private final Localizer localizer;

  OwningLocalizer(GeoModel model) {
    this.model = new OpenModel(model, "localizer");
    this.localizer = this.model.part(model::localizer);
  }

  @Override
  public List<Location> locateAll(List<Path> photos) {
    return model.call(() -> localizer.locateAll(photos));
  }

  @Override
  public void locateEach(List<Path> photos, Consumer<? super PhotoOutcome> action) {
    model.run(() -> localizer.locateEach(photos, action));
  }

  @Override
  public List<Location> locateImages(List<BufferedImage> photos) {
    return model.call(() -> localizer.locateImages(photos));
  }

  @Override
  public void close() {
    model.close();
  }
}
