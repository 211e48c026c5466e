package io.github.geofix.models.image;

/** How an image of any shape becomes one of a fixed shape. */
public enum Fit {
  /** Resizes both sides independently: all of the image is seen, its proportions change. */
  STRETCH,
  /** Resizes until the image just covers the wanted shape, then keeps the middle. */
  CROP
}
