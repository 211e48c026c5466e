package io.github.geofix.models.image;

/** How an image of any shape becomes one of a fixed shape. */
public enum Fit {
  /** Resizes both sides independently: all of the image is seen, its proportions change. */
  STRETCH,
  /**
   * Resizes until the image just covers the wanted shape, then keeps the middle. The first pixel
   * kept is rounded half to even, as in torchvision.
   */
  CROP,
  /**
   * As {@link #CROP}, with the first pixel kept rounded down, as in the image processors of Hugging
   * Face. Differs by one pixel for one photo in four.
   */
  CROP_FLOOR,
  /** Keeps the largest middle part of the wanted proportions, then resizes it. */
  CROP_FIRST
}
