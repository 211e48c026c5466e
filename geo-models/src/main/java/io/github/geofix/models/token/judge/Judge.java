package io.github.geofix.models.token.judge;

import io.github.geofix.core.geodesy.LatLng;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Optional;

/** Someone who looks at a photo and decides where it was taken. Called from several threads. */
@FunctionalInterface
public interface Judge {

  /**
   * Decides.
   *
   * @param guesses what a model thinks, the likeliest first; at least one
   * @return the decision; empty if there is none, for whatever reason
   */
  Optional<LatLng> decide(BufferedImage photo, List<LatLng> guesses);
}
