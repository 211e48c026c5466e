package io.github.geofix.core.index;

import java.nio.file.Path;
import java.util.Locale;

/** The names of files of vectors, which decide how they are written and read. */
final class VectorNames {
  private VectorNames() {}

  static boolean isNpy(Path file) {
    return endsWith(file, ".npy");
  }

  static boolean isSafetensors(Path file) {
    return endsWith(file, ".safetensors");
  }

  private static boolean endsWith(Path file, String ending) {
    return file.toString().toLowerCase(Locale.ROOT).endsWith(ending);
  }

  /**
   * Refuses a name by which vectors could not be opened again.
   *
   * @throws IllegalArgumentException if it is of neither kind
   */
  static void check(Path file) {
    if (!isNpy(file) && !isSafetensors(file)) {
      throw new IllegalArgumentException(
          "vectors are written as .npy or .safetensors: let the name of " + file + " end so");
    }
  }
}
