package io.github.geofix.models.image;

import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns an upright photo into the numbers a network reads, as torchvision's transforms do: to the
 * same bytes after resizing and cropping, to the same floats after normalising. Immutable and
 * thread-safe.
 */
public final class ImagePreprocessor {
  private final ImageSpec spec;

  /** The normalised value of each byte, for red, green and blue. */
  private final float[][] normalized = new float[3][256];

  private ImagePreprocessor(ImageSpec spec) {
    this.spec = spec;
    for (int channel = 0; channel < 3; channel++) {
      for (int value = 0; value < 256; value++) {
        normalized[channel][value] =
            (value / 255f - spec.mean().get(channel)) / spec.std().get(channel);
      }
    }
  }

  /** Returns a preprocessor for the images that {@code spec} describes. */
  public static ImagePreprocessor of(ImageSpec spec) {
    return new ImagePreprocessor(spec);
  }

  /** Returns the description this preprocessor was made from. */
  public ImageSpec spec() {
    return spec;
  }

  /**
   * Fits and normalises a photo.
   *
   * @param photo of any type and size
   * @return {@code [3, height, width]} in row-major order, red first
   */
  public float[] apply(BufferedImage photo) {
    return normalize(fit(photo));
  }

  /** Resizes a photo to the size of {@link #spec()}, cutting what {@link Fit} says. */
  public BufferedImage fit(BufferedImage photo) {
    if (spec.fit() == Fit.STRETCH) {
      return Resampling.resize(photo, spec.width(), spec.height(), spec.interpolation());
    }
    return resizeAndCut(photo, spec.height(), spec.width(), List.of(Place.CENTER)).get(0);
  }

  /**
   * Cuts the four corners and the middle out of a photo resized so that its shorter side has {@code
   * shortSide} pixels, and normalises each.
   *
   * @param shortSide at least the larger side of {@link #spec()}
   * @return five images: top left, top right, bottom left, bottom right, middle
   * @throws IllegalArgumentException if {@code shortSide} is too small
   */
  public List<float[]> fiveCrops(BufferedImage photo, int shortSide) {
    return cutFive(photo, shortSide).stream().map(this::normalize).toList();
  }

  /**
   * Returns {@link #fiveCrops} of a photo, then those of its mirror image.
   *
   * @return ten images
   * @throws IllegalArgumentException if {@code shortSide} is too small
   */
  public List<float[]> tenCrops(BufferedImage photo, int shortSide) {
    List<BufferedImage> crops = new ArrayList<>(cutFive(photo, shortSide));
    crops.addAll(cutFive(Pixels.mirrored(photo), shortSide));
    return crops.stream().map(this::normalize).toList();
  }

  private List<BufferedImage> cutFive(BufferedImage photo, int shortSide) {
    if (shortSide < Math.max(spec.height(), spec.width())) {
      throw new IllegalArgumentException(
          "cannot cut "
              + spec.width()
              + " x "
              + spec.height()
              + " pixels out of a photo whose shorter side has "
              + shortSide);
    }
    return resizeAndCut(photo, shortSide, shortSide, List.of(Place.values()));
  }

  /** Resizes until the photo just covers the given size, then cuts parts of the spec's size. */
  private List<BufferedImage> resizeAndCut(
      BufferedImage photo, int coverHeight, int coverWidth, List<Place> places) {
    long width = photo.getWidth();
    long height = photo.getHeight();
    boolean wide = width * coverHeight >= height * coverWidth;
    int newWidth = wide ? (int) (coverHeight * width / height) : coverWidth;
    int newHeight = wide ? coverHeight : (int) (coverWidth * height / width);
    BufferedImage bgr = Pixels.bgr(photo);
    List<BufferedImage> parts = new ArrayList<>();
    for (Place place : places) {
      Rectangle part = place.in(newWidth, newHeight, spec.width(), spec.height());
      parts.add(Resampling.resize(bgr, newWidth, newHeight, spec.interpolation(), part));
    }
    return parts;
  }

  /**
   * Normalises an image that has the right size already.
   *
   * @return {@code [3, height, width]} in row-major order, red first
   * @throws IllegalArgumentException if the size is not that of {@link #spec()}
   */
  public float[] normalize(BufferedImage image) {
    if (image.getWidth() != spec.width() || image.getHeight() != spec.height()) {
      throw new IllegalArgumentException(
          "an image of "
              + image.getWidth()
              + " x "
              + image.getHeight()
              + " pixels where "
              + spec.width()
              + " x "
              + spec.height()
              + " are wanted: fit it first");
    }
    byte[] bgr = Pixels.bytes(Pixels.bgr(image));
    int plane = bgr.length / 3;
    float[] values = new float[spec.length()];
    for (int i = 0; i < plane; i++) {
      values[i] = normalized[0][bgr[3 * i + 2] & 0xff];
      values[plane + i] = normalized[1][bgr[3 * i + 1] & 0xff];
      values[2 * plane + i] = normalized[2][bgr[3 * i] & 0xff];
    }
    return values;
  }

  /** Where a crop is cut; the order is that of torchvision's FiveCrop. */
  private enum Place {
    TOP_LEFT,
    TOP_RIGHT,
    BOTTOM_LEFT,
    BOTTOM_RIGHT,
    CENTER;

    Rectangle in(int width, int height, int partWidth, int partHeight) {
      int right = width - partWidth;
      int bottom = height - partHeight;
      return switch (this) {
        case TOP_LEFT -> new Rectangle(0, 0, partWidth, partHeight);
        case TOP_RIGHT -> new Rectangle(right, 0, partWidth, partHeight);
        case BOTTOM_LEFT -> new Rectangle(0, bottom, partWidth, partHeight);
        case BOTTOM_RIGHT -> new Rectangle(right, bottom, partWidth, partHeight);
        // Rounds half to even, as Python does.
        case CENTER ->
            new Rectangle(
                (int) Math.rint(right / 2.0), (int) Math.rint(bottom / 2.0), partWidth, partHeight);
      };
    }
  }
}
