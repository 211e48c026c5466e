package io.github.geofix.cli;

import io.github.geofix.models.io.ModelFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Whether a command may replace a model. */
final class ModelOutput {
  @Option(names = "--overwrite", description = "Replace the model that --out holds already.")
  private boolean overwrite;

  /**
   * Refuses a folder that cannot be written, or holds a model that must stay.
   *
   * @throws IllegalArgumentException if it holds a model
   */
  void check(Path folder) {
    ModelFolder.check(folder);
    if (!overwrite && Files.exists(folder.resolve("config.json"))) {
      throw new IllegalArgumentException(
          folder + " holds a model: add --overwrite to replace it, or name another folder");
    }
  }
}
