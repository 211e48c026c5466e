package io.github.geofix.models.image;

/**
 * How pixels are computed when an image is resized. Both filters widen when the image shrinks, so
 * that every source pixel counts (antialiasing), as in Pillow and torchvision.
 */
public enum Interpolation {
  /** A triangle, two pixels wide at scale 1. */
  BILINEAR,
  /** Keys' cubic convolution with a = -0.5, four pixels wide at scale 1; overshoots at edges. */
  BICUBIC
}
