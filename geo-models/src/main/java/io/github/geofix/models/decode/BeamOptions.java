package io.github.geofix.models.decode;

/**
 * Which hypotheses a beam search keeps after a step.
 *
 * @param width the most that are kept, at least 1
 * @param margin those whose log-probability is lower than the best one's by more than this are
 *     dropped; at least 0, infinity to drop none for its score
 */
public record BeamOptions(int width, double margin) {

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a value is out of range
   */
  public BeamOptions {
    boolean possible = width >= 1 && margin >= 0;
    if (!possible) {
      throw new IllegalArgumentException(
          "width " + width + " and margin " + margin + ": at least 1 and at least 0 needed");
    }
  }

  /** Returns options that drop no hypothesis for its score. */
  public static BeamOptions ofWidth(int width) {
    return new BeamOptions(width, Double.POSITIVE_INFINITY);
  }

  /** Returns options that keep the best hypothesis alone. */
  public static BeamOptions greedy() {
    return ofWidth(1);
  }

  /** Returns a copy with another width. */
  public BeamOptions withWidth(int width) {
    return new BeamOptions(width, margin);
  }

  /** Returns a copy with another margin. */
  public BeamOptions withMargin(double margin) {
    return new BeamOptions(width, margin);
  }
}
