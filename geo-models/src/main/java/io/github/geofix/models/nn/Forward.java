package io.github.geofix.models.nn;

/**
 * The circumstances of one forward pass.
 *
 * @param training true to drop out, to use batch statistics and to update running ones
 */
public record Forward(boolean training) {
  /** A pass that only infers. */
  public static final Forward INFERENCE = new Forward(false);

  /** A pass of training. */
  public static final Forward TRAINING = new Forward(true);
}
