package io.github.geofix.models.image;

/**
 * How pixels are computed when an image is resized. Both filters widen when the image shrinks, so
 * that every source pixel counts (antialiasing), as in Pillow and torchvision.
 */
public enum Interpolation {
  /** A triangle, two pixels wide at scale 1. */
  BILINEAR,
  /** Keys' cubic convolution with a = -0.5, four pixels wide at scale 1; overshoots at edges. */
  BICUBIC,
  /**
   * {@link #BICUBIC} with weights rounded to 15 bits, as torchvision resizes tensors of bytes and
   * so the image processors of Transformers 5: up to 1 in 150 values differs by a level or two.
   */
  BICUBIC_TENSOR
}
