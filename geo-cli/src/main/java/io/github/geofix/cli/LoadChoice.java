package io.github.geofix.cli;

import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.Photo;
import io.github.geofix.models.io.ModelFolder;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;

/** How a model is loaded to answer. */
final class LoadChoice {
  @Mixin private final ComputeOptions compute = new ComputeOptions();

  @Mixin private final CodeOption code = new CodeOption();

  @Mixin private final PhotoLimitsOption photos = new PhotoLimitsOption();

  LoadOptions options() {
    return compute.in(code.load()).withPhotoLimits(photos.limits());
  }

  /** Returns the limits on photos that are read for the model. */
  Photo.Limits photoLimits() {
    return photos.limits();
  }

  ModelFolder open(Path folder) {
    return ModelFolder.open(folder, options());
  }
}
