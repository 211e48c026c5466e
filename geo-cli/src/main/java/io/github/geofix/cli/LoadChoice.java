package io.github.geofix.cli;

import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.PhotoLimits;
import io.github.geofix.core.Precision;
import io.github.geofix.models.io.ModelFolder;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a model is loaded to answer. */
final class LoadChoice {
  @Option(
      names = "--precision",
      defaultValue = "float32",
      paramLabel = "PRECISION",
      description =
          "float32, bfloat16 for half the memory of large encoders, or auto: bfloat16 on processors"
              + " with instructions for it, where it is faster (default: ${DEFAULT-VALUE}).")
  private Precision precision;

  @Mixin private final CodeOption code = new CodeOption();

  @Option(
      names = "--photo-limits",
      defaultValue = "default",
      paramLabel = "PROFILE",
      description =
          "What photos may take: default, 100 million pixels and 2 GB of memory, or server, for"
              + " photos of strangers: 50 million pixels, files of 32 MB and 320 MB of memory"
              + " (default: ${DEFAULT-VALUE}).")
  private Profile photoLimits;

  /** The limits on photos that have a name. */
  enum Profile {
    DEFAULT,
    SERVER
  }

  LoadOptions options() {
    return code.load()
        .withPrecision(precision)
        .withPhotoLimits(
            switch (photoLimits) {
              case DEFAULT -> PhotoLimits.defaults();
              case SERVER -> PhotoLimits.server();
            });
  }

  ModelFolder open(Path folder) {
    return ModelFolder.open(folder, options());
  }
}
