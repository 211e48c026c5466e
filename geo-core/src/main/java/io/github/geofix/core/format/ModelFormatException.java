package io.github.geofix.core.format;

/** Thrown for a file or folder that is damaged, of another version, or unsafe. */
public final class ModelFormatException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Creates the exception; the message states what was given and what is valid. */
  public ModelFormatException(String message) {
    super(message);
  }

  /** Creates the exception with a cause. */
  public ModelFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
