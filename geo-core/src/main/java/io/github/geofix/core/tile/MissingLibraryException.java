package io.github.geofix.core.tile;

/** A kind of imagery needs a library that is not on the class path; the message names it. */
final class MissingLibraryException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  /**
   * @param artifact the Maven coordinates to add
   */
  MissingLibraryException(String purpose, String artifact, Throwable cause) {
    super("%s: add %s to the class path".formatted(purpose, artifact), cause);
  }
}
