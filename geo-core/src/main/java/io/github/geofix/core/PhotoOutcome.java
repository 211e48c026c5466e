package io.github.geofix.core;

import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * The result for one of several photo files: its location, the reason why there is none, or the
 * error of reading it.
 */
public sealed interface PhotoOutcome {

  /** Returns the photo. */
  Path photo();

  /**
   * A photo that was located.
   *
   * @param photo the photo
   * @param location the estimated location
   */
  record Located(Path photo, Location location) implements PhotoOutcome {}

  /**
   * A photo that could not be read.
   *
   * @param photo the photo
   * @param error the reason: missing, truncated, not an image
   */
  record Failed(Path photo, UncheckedIOException error) implements PhotoOutcome {

    /** Returns the message of the error, which has the name of the photo. */
    public String reason() {
      return String.valueOf(error.getMessage());
    }
  }

  /**
   * A photo that was read, but that the localizer declines to locate.
   *
   * @param photo the photo
   * @param reason why, such as that it resembles no photo of a gallery
   */
  record Unanswered(Path photo, String reason) implements PhotoOutcome {}
}
