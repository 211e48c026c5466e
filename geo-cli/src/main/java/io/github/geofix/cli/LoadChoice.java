package io.github.geofix.cli;

import io.github.geofix.core.LoadOptions;
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

  LoadOptions options() {
    return code.load().withPrecision(precision);
  }

  ModelFolder open(Path folder) {
    return ModelFolder.open(folder, options());
  }
}
