package io.github.geofix.cli;

import io.github.geofix.core.LoadOptions;
import io.github.geofix.models.internal.io.NamesCode;
import io.github.geofix.models.io.ModelFolder;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The permission to run the code that a model folder names. */
final class CodeOption {
  @Option(
      names = "--allow-code",
      description =
          "Run code that the model folder names: a class on the class path, or a TorchScript file in"
              + " it. Only for folders from a source you trust.")
  private boolean allowCode;

  LoadOptions load() {
    return LoadOptions.defaults().withAllowCode(allowCode);
  }

  /**
   * Refuses code that a file names and the user did not.
   *
   * @throws IllegalArgumentException if the configuration names code that is not allowed
   */
  void check(Path file, Record config) {
    if (!allowCode && config instanceof NamesCode names && !names.code().isEmpty()) {
      throw new IllegalArgumentException(
          file
              + " names code, which training would run: "
              + String.join(", ", names.code())
              + ". If you trust its source, allow it by --allow-code");
    }
  }

  ModelFolder open(Path folder) {
    return ModelFolder.open(folder, load());
  }
}
