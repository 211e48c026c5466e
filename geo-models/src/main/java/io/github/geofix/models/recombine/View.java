package io.github.geofix.models.recombine;

/** From where an image was taken. The shape of an image does not decide: either may be square. */
public enum View {
  /** A full circle seen from the ground, clockwise from left to right, north in the middle. */
  GROUND,

  /** Seen from above, north up. */
  AERIAL
}
