package io.github.geofix.models.decode;

/**
 * Which hypotheses a beam search keeps after a step.
 *
 * @param beamWidth the most that are kept, at least 1
 * @param margin those whose log-probability is lower than the best one's by more than this are
 *     dropped; at least 0, {@link Double#MAX_VALUE} to drop none for its score
 */
public record BeamOptions(int beamWidth, double margin) {

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a value is out of range
   */
  public BeamOptions {
    boolean valid = beamWidth >= 1 && margin >= 0 && margin <= Double.MAX_VALUE;
    if (!valid) {
      throw new IllegalArgumentException(
          "beamWidth %d and margin %s: needed are 1 or more, and a number of 0 or more"
              .formatted(beamWidth, margin));
    }
  }

  /** Returns options that drop no hypothesis for its score. */
  public static BeamOptions ofWidth(int beamWidth) {
    return new BeamOptions(beamWidth, Double.MAX_VALUE);
  }

  /** Returns options that keep the best hypothesis alone. */
  public static BeamOptions greedy() {
    return ofWidth(1);
  }

  /** Returns a copy with another beam width. */
  public BeamOptions withBeamWidth(int beamWidth) {
    return new BeamOptions(beamWidth, margin);
  }

  /** Returns a copy with another margin. */
  public BeamOptions withMargin(double margin) {
    return new BeamOptions(beamWidth, margin);
  }
}
