package io.github.geofix.judge;

import io.github.geofix.core.geodesy.LatLng;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Optional;

/**
 * Decides where a photo was taken, given the guesses of a localizer. Called from several threads.
 */
@FunctionalInterface
public interface Judge {

  /**
   * Decides.
   *
   * @param photo upright
   * @param guesses of a localizer, its own answer first and then the best; at least one
   * @return the decision; empty if there is none, for whatever reason
   * @throws JudgeException if no photo can be judged, such as with a wrong key
   */
  Optional<LatLng> decide(BufferedImage photo, List<LatLng> guesses);

  /** Thrown if no photo can be judged as things are set up: a wrong key, model or address. */
  final class JudgeException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    JudgeException(String message) {
      super(message);
    }
  }
}
