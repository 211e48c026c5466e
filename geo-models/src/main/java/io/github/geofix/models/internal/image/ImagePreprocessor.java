package io.github.geofix.models.internal.image;

import io.github.geofix.models.image.ClassMap;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.image.ImageSpec.Fit;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Turns an upright photo into the numbers a network reads, as torchvision's transforms and the
 * image processors of Hugging Face do: to the same bytes after resizing and cropping, to the same
 * floats after normalizing. Immutable and thread-safe.
 */
public final class ImagePreprocessor {
  private final ImageSpec spec;

  /** The normalized value of each byte, for red, green and blue. */
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
   * Fits and normalizes a photo.
   *
   * @param photo of any type and size
   * @return {@code [3, height, width]} in row-major order, red first
   * @throws IllegalArgumentException if the photo is millions of times as long as wide
   */
  public float[] apply(BufferedImage photo) {
    return normalize(fit(photo));
  }

  /**
   * Returns the image that normalized values stand for.
   *
   * @param pixels {@code [3, height, width]}, as of {@link #apply}
   */
  public BufferedImage image(float[] pixels) {
    int width = spec.width();
    int height = spec.height();
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    for (int i = 0; i < width * height; i++) {
      int rgb = 0;
      for (int channel = 0; channel < 3; channel++) {
        float value = pixels[channel * width * height + i] * spec.std().get(channel);
        int level = Math.round(255 * (value + spec.mean().get(channel)));
        rgb = rgb << 8 | Math.max(0, Math.min(255, level));
      }
      image.setRGB(i % width, i / width, rgb);
    }
    return image;
  }

  /** Resizes a photo to the size of {@link #spec()}, cropped as {@link Fit} has it. */
  public BufferedImage fit(BufferedImage photo) {
    return resized(photo, whole(photo.getWidth(), photo.getHeight()));
  }

  /**
   * Cuts the four corners and the middle out of a photo resized so that its shorter side has {@code
   * shortSide} pixels, then out of its mirror image, and normalizes each.
   *
   * @param shortSide at least the larger side of {@link #spec()}
   * @return ten images: top left, top right, bottom left, bottom right, middle; those mirrored
   * @throws IllegalArgumentException if {@code shortSide} is too small
   */
  public List<float[]> tenCrops(BufferedImage photo, int shortSide) {
    List<BufferedImage> crops = new ArrayList<>(cutFive(photo, shortSide));
    crops.addAll(cutFive(Pixels.mirrored(photo), shortSide));
    return crops.stream().map(this::normalize).toList();
  }

  private List<BufferedImage> cutFive(BufferedImage photo, int shortSide) {
    BufferedImage bgr = Pixels.bgr(photo);
    return five(photo.getWidth(), photo.getHeight(), shortSide).stream()
        .map(cut -> resized(bgr, cut))
        .toList();
  }

  private BufferedImage resized(BufferedImage photo, Cut cut) {
    Rectangle source = cut.source();
    BufferedImage part =
        source.width == photo.getWidth() && source.height == photo.getHeight()
            ? photo
            : photo.getSubimage(source.x, source.y, source.width, source.height);
    return Resampling.resize(part, cut.width(), cut.height(), spec.interpolation(), cut.part());
  }

  /**
   * Fits a class map as {@link #apply(BufferedImage)} fits the photo it belongs to; classes are not
   * mixed, each pixel takes that of the nearest.
   *
   * @param map of the photo's proportions; it may be smaller or larger
   * @return {@code [height, width]} in row-major order: class numbers, -1 for unknown
   */
  public float[] apply(ClassMap map) {
    return nearest(map, whole(map.width(), map.height()));
  }

  /** As {@link #tenCrops(BufferedImage, int)}, of a class map. */
  public List<float[]> tenCrops(ClassMap map, int shortSide) {
    List<Cut> cuts = five(map.width(), map.height(), shortSide);
    ClassMap mirrored = map.mirrored();
    return Stream.concat(
            cuts.stream().map(cut -> nearest(map, cut)),
            cuts.stream().map(cut -> nearest(mirrored, cut)))
        .toList();
  }

  private float[] nearest(ClassMap map, Cut cut) {
    float[] classes = new float[spec.height() * spec.width()];
    Rectangle source = cut.source();
    for (int i = 0; i < spec.height(); i++) {
      int y = source.y + (int) ((cut.part().y + i + 0.5) * source.height / cut.height());
      for (int j = 0; j < spec.width(); j++) {
        int x = source.x + (int) ((cut.part().x + j + 0.5) * source.width / cut.width());
        int found = map.at(x, y);
        classes[i * spec.width() + j] = found == ClassMap.UNKNOWN ? -1 : found;
      }
    }
    return classes;
  }

  /** The part of an image that is resized to width and height, and the part of it that is kept. */
  private record Cut(Rectangle source, int width, int height, Rectangle part) {}

  /** Where {@link #spec()} cuts a photo of the given size. */
  private Cut whole(int width, int height) {
    return switch (spec.fit()) {
      case STRETCH -> stretched(new Rectangle(width, height));
      case CROP -> covering(width, height, Place.CENTER);
      case CROP_FLOOR -> covering(width, height, Place.CENTER_FLOOR);
      case CROP_FIRST -> stretched(largestMiddle(width, height));
    };
  }

  private Cut stretched(Rectangle source) {
    return new Cut(source, spec.width(), spec.height(), new Rectangle(spec.width(), spec.height()));
  }

  private Rectangle largestMiddle(int width, int height) {
    long across = Math.min(width, (long) height * spec.width() / spec.height());
    long down = Math.min(height, (long) width * spec.height() / spec.width());
    if (across < 1 || down < 1) {
      throw new IllegalArgumentException(
          "a photo of %d x %d pixels has no part with the proportions of %d x %d"
              .formatted(width, height, spec.width(), spec.height()));
    }
    return Place.CENTER.in(width, height, (int) across, (int) down);
  }

  private Cut covering(int width, int height, Place place) {
    return covering(width, height, spec.height(), spec.width(), List.of(place)).get(0);
  }

  private List<Cut> five(int width, int height, int shortSide) {
    if (shortSide < Math.max(spec.height(), spec.width())) {
      throw new IllegalArgumentException(
          "cannot cut "
              + spec.width()
              + " x "
              + spec.height()
              + " pixels out of a photo whose shorter side has "
              + shortSide);
    }
    return covering(width, height, shortSide, shortSide, Place.FIVE);
  }

  /** Resizes until the photo just covers the given size, then cuts parts of the spec's size. */
  private List<Cut> covering(
      long width, long height, int coverHeight, int coverWidth, List<Place> places) {
    boolean wide = width * coverHeight >= height * coverWidth;
    long across = wide ? coverHeight * width / height : coverWidth;
    long down = wide ? coverHeight : coverWidth * height / width;
    if (Math.max(across, down) > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "a photo of %d x %d pixels is too long: to cover %d x %d it would become %d x %d"
              .formatted(width, height, coverWidth, coverHeight, across, down));
    }
    int newWidth = (int) across;
    int newHeight = (int) down;
    return places.stream()
        .map(
            place ->
                new Cut(
                    new Rectangle((int) width, (int) height),
                    newWidth,
                    newHeight,
                    place.in(newWidth, newHeight, spec.width(), spec.height())))
        .toList();
  }

  /**
   * Normalizes an image that has the right size already.
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

  /** Where a crop is cut. */
  private enum Place {
    TOP_LEFT,
    TOP_RIGHT,
    BOTTOM_LEFT,
    BOTTOM_RIGHT,
    CENTER,
    CENTER_FLOOR;

    /** In the order of torchvision's FiveCrop. */
    static final List<Place> FIVE = List.of(TOP_LEFT, TOP_RIGHT, BOTTOM_LEFT, BOTTOM_RIGHT, CENTER);

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
        case CENTER_FLOOR -> new Rectangle(right / 2, bottom / 2, partWidth, partHeight);
      };
    }
  }
}
