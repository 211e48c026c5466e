package io.github.geofix.core.format;

/** A file or folder is not what its reader can read: damaged, of another version, or unsafe. */
public final class ModelFormatException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Creates the exception with a message that says what was given and what fits. */
  public ModelFormatException(String message) {
    super(message);
  }

  /** Creates the exception with a message and what was noticed first. */
  public ModelFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
