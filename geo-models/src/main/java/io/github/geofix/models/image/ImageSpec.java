package io.github.geofix.models.image;

/**
 * The image a network was trained to read: {@code [3, height, width]} floats, red first, each value
 * {@code (v / 255 - mean) / std}. Immutable.
 *
 * @param height in pixels
 * @param width in pixels
 * @param fit how a photo of another shape gets this shape
 * @param interpolation how it is resized
 * @param mean subtracted from each channel, on the scale of 0 to 1
 * @param std each channel is divided by, positive
 */
public record ImageSpec(
    int height, int width, Fit fit, Interpolation interpolation, Rgb mean, Rgb std) {

  /** The largest side, in pixels, that a network may ask for. */
  public static final int MAX_SIDE = 16_384;

  /** Channel means and deviations of ImageNet, as torchvision and timm state them. */
  private static final Rgb IMAGENET_MEAN = new Rgb(0.485f, 0.456f, 0.406f);

  private static final Rgb IMAGENET_STD = new Rgb(0.229f, 0.224f, 0.225f);

  /**
   * Channel means and deviations of the images CLIP was trained on, from its released code, rounded
   * to float.
   */
  private static final Rgb CLIP_MEAN = new Rgb(0.48145467f, 0.4578275f, 0.40821072f);

  private static final Rgb CLIP_STD = new Rgb(0.26862955f, 0.2613026f, 0.2757771f);

  /** Checks the sides, that nothing is missing, and that the deviations are positive. */
  public ImageSpec {
    if (height < 1 || height > MAX_SIDE || width < 1 || width > MAX_SIDE) {
      throw new IllegalArgumentException(
          "an image of " + height + " x " + width + " pixels: each side is 1 to " + MAX_SIDE);
    }
    if (fit == null || interpolation == null || mean == null || std == null) {
      throw new IllegalArgumentException(
          "an image needs fit, interpolation, mean and std: %s, %s, %s, %s"
              .formatted(fit, interpolation, mean, std));
    }
    boolean positive = std.red() > 0 && std.green() > 0 && std.blue() > 0;
    if (!positive) {
      throw new IllegalArgumentException("std is not positive: " + std);
    }
  }

  /** A square of ImageNet's mean and deviation: ConvNeXt and DINOv2. Middle crop, bilinear. */
  public static ImageSpec imageNet(int size) {
    return new ImageSpec(size, size, Fit.CROP, Interpolation.BILINEAR, IMAGENET_MEAN, IMAGENET_STD);
  }

  /** A square as CLIP reads it. Middle crop, bicubic. */
  public static ImageSpec clip(int size) {
    return new ImageSpec(size, size, Fit.CROP, Interpolation.BICUBIC, CLIP_MEAN, CLIP_STD);
  }

  /** A square of values from -1 to 1, for networks trained from scratch. Middle crop, bilinear. */
  public static ImageSpec symmetric(int size) {
    return new ImageSpec(
        size, size, Fit.CROP, Interpolation.BILINEAR, Rgb.all(0.5f), Rgb.all(0.5f));
  }

  /** Returns a copy of another size. */
  public ImageSpec withSize(int newHeight, int newWidth) {
    return new ImageSpec(newHeight, newWidth, fit, interpolation, mean, std);
  }

  /** Returns a copy with another way to fit. */
  public ImageSpec withFit(Fit newFit) {
    return new ImageSpec(height, width, newFit, interpolation, mean, std);
  }

  /** Returns a copy with another interpolation. */
  public ImageSpec withInterpolation(Interpolation newInterpolation) {
    return new ImageSpec(height, width, fit, newInterpolation, mean, std);
  }

  /** Returns the number of floats of one image, {@code 3 * height * width}. */
  public int length() {
    return Math.multiplyExact(3, Math.multiplyExact(height, width));
  }

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
     * As {@link #CROP}, with the first pixel kept rounded down, as in the image processors of
     * Hugging Face. Differs by one pixel for one photo in four.
     */
    CROP_FLOOR,
    /** Keeps the largest middle part of the wanted proportions, then resizes it. */
    CROP_FIRST
  }

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

  /**
   * One number for each color channel.
   *
   * @param red of the first channel
   * @param green of the second channel
   * @param blue of the third channel
   */
  public record Rgb(float red, float green, float blue) {
    /** Checks that all three are finite. */
    public Rgb {
      if (!Float.isFinite(red) || !Float.isFinite(green) || !Float.isFinite(blue)) {
        throw new IllegalArgumentException(
            "not three finite numbers: " + red + ", " + green + ", " + blue);
      }
    }

    /** Returns {@code value} for all channels. */
    public static Rgb all(float value) {
      return new Rgb(value, value, value);
    }

    public float get(int channel) {
      return switch (channel) {
        case 0 -> red;
        case 1 -> green;
        default -> blue;
      };
    }

    /** Returns the three numbers with commas between them. */
    @Override
    public String toString() {
      return red + ", " + green + ", " + blue;
    }
  }
}
