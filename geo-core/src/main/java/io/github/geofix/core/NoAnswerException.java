package io.github.geofix.core;

import io.github.geofix.core.Localizer.PhotoOutcome;

/**
 * Thrown for a photo that a localizer can read but declines to locate, such as one that resembles
 * no photo of a gallery. {@link Localizer#locateEach} reports it as {@link PhotoOutcome.Unanswered}
 * instead.
 */
public final class NoAnswerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * Creates an exception.
   *
   * @param reason why there is no answer
   */
  public NoAnswerException(String reason) {
    super(reason);
  }
}
