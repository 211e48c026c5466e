package io.github.geofix.cli;

import io.github.geofix.core.internal.AtomicFiles;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The files that a command was asked to write. */
final class OutputFiles {
  private OutputFiles() {}

  /**
   * Refuses what could not be written, before the work.
   *
   * @param files those asked for; null stands for one that was not
   * @throws UncheckedIOException if a file cannot be written
   * @throws IllegalArgumentException if two are the same, so that one would be lost
   */
  static void check(@Nullable Path... files) {
    Set<Path> seen = new HashSet<>();
    for (Path file : files) {
      if (file != null) {
        AtomicFiles.check(file);
        if (!seen.add(file.toAbsolutePath().normalize())) {
          throw new IllegalArgumentException(
              "two results were to be written to " + file + ": give each a file of its own");
        }
      }
    }
  }

  /** Writes a text, if it was asked for. */
  static void write(@Nullable Path file, String text) {
    if (file != null) {
      AtomicFiles.writeString(file, text);
    }
  }
}
