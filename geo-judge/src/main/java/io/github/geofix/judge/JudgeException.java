package io.github.geofix.judge;

/** Thrown if no photo can be judged as things are set up: a wrong key, model or address. */
public final class JudgeException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  JudgeException(String message) {
    super(message);
  }
}
