package io.github.geofix.core;

import java.io.UncheckedIOException;
import java.nio.file.Path;

/** The result for one photo file of several: its location, or why it could not be read. */
public sealed interface PhotoOutcome {

  /** Returns the photo. */
  Path photo();

  /**
   * A photo that was located.
   *
   * @param photo the photo
   * @param location where it was taken, as the model has it
   */
  record Located(Path photo, Location location) implements PhotoOutcome {}

  /**
   * A photo that could not be read.
   *
   * @param photo the photo
   * @param error why: missing, truncated, not an image
   */
  record Failed(Path photo, UncheckedIOException error) implements PhotoOutcome {

    /** Returns the reason in words, with the name of the photo. */
    public String reason() {
      return String.valueOf(error.getMessage());
    }
  }
}
