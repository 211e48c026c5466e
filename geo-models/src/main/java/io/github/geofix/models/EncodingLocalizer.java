package io.github.geofix.models;

import io.github.geofix.core.Photo;
import io.github.geofix.core.internal.localizer.ForwardingLocalizer;
import java.util.Optional;

/** The localizer of a model that also gives the model's vectors. */
final class EncodingLocalizer extends ForwardingLocalizer {
  private final GeoModel model;

  EncodingLocalizer(GeoModel model) {
    super(model.localizer());
    this.model = model;
  }

  @Override
  public Optional<float[]> vector(Photo photo) {
    return model.vector(photo.read(photoLimits()), photo.file());
  }
}
