package io.github.geofix.models.internal.image;

import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A random change of a training photo that leaves the place recognizable. All are immutable,
 * thread-safe, leave the given photo alone, and draw on nothing but the given source of randomness,
 * so the same seed gives the same photo.
 *
 * <p>All but the crops take time proportional to the number of pixels: fit a large photo first.
 *
 * <pre>{@code
 * Augmentation colors = Augmentation.sometimes(0.5, new ColorJitter(0.2, 0.2, 0.2, 0.05));
 * BufferedImage small = preprocessor.fit(new ScaledCrop(0.7, 1).apply(photo, random));
 * float[] input = preprocessor.normalize(colors.apply(small, random));
 * }</pre>
 */
public sealed interface Augmentation {

  /**
   * Changes a photo.
   *
   * @param photo of any type and size
   * @return an image of type {@link BufferedImage#TYPE_3BYTE_BGR}, perhaps {@code photo} itself
   */
  BufferedImage apply(BufferedImage photo, SplittableRandom random);

  /** One after the other. */
  static Augmentation sequence(Augmentation... steps) {
    return new Sequence(List.of(steps));
  }

  /** One of several, each as likely. */
  static Augmentation oneOf(Augmentation... choices) {
    return new OneOf(List.of(choices));
  }

  /** An augmentation with a probability, nothing otherwise. */
  static Augmentation sometimes(double probability, Augmentation augmentation) {
    return new Sometimes(probability, augmentation);
  }

  /**
   * Several, one after the other.
   *
   * @param steps in order
   */
  record Sequence(List<Augmentation> steps) implements Augmentation {
    /** Copies the list. */
    public Sequence {
      steps = List.copyOf(steps);
    }

    @Override
    public BufferedImage apply(BufferedImage photo, SplittableRandom random) {
      BufferedImage result = Pixels.bgr(photo);
      for (Augmentation step : steps) {
        result = step.apply(result, random);
      }
      return result;
    }
  }

  /**
   * One of several, each as likely.
   *
   * @param choices at least one
   */
  record OneOf(List<Augmentation> choices) implements Augmentation {
    /** Copies the list and checks that there is a choice. */
    public OneOf {
      choices = List.copyOf(choices);
      if (choices.isEmpty()) {
        throw new IllegalArgumentException("no augmentation to choose from");
      }
    }

    @Override
    public BufferedImage apply(BufferedImage photo, SplittableRandom random) {
      return choices.get(random.nextInt(choices.size())).apply(photo, random);
    }
  }

  /**
   * An augmentation that is applied to some photos.
   *
   * @param probability 0 to 1
   * @param augmentation applied with this probability
   */
  record Sometimes(double probability, Augmentation augmentation) implements Augmentation {
    /** Checks the probability. */
    public Sometimes {
      Ranges.check("probability", probability, probability, 0, 1);
    }

    @Override
    public BufferedImage apply(BufferedImage photo, SplittableRandom random) {
      return random.nextDouble() < probability
          ? augmentation.apply(photo, random)
          : Pixels.bgr(photo);
    }
  }

  /**
   * A part of the photo at a random place, in its own pixels. Resized to a square by {@link
   * io.github.geofix.models.image.ImageSpec.Fit#STRETCH} it is torchvision's RandomResizedCrop.
   *
   * @param minArea smallest share of the photo's area, above 0
   * @param maxArea largest share, at most 1
   * @param minAspect smallest width / height, above 0
   * @param maxAspect largest width / height, at most 100
   */
  record Crop(double minArea, double maxArea, double minAspect, double maxAspect)
      implements Augmentation {
    private static final int ATTEMPTS = 10;

    /** Checks the ranges. */
    public Crop {
      Ranges.check("area", minArea, maxArea, 1e-6, 1);
      Ranges.check("aspect", minAspect, maxAspect, 0.01, 100);
    }

    @Override
    public BufferedImage apply(BufferedImage photo, SplittableRandom random) {
      BufferedImage bgr = Pixels.bgr(photo);
      int width = bgr.getWidth();
      int height = bgr.getHeight();
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        double area = (double) width * height * Ranges.draw(minArea, maxArea, random);
        // Drawn evenly in the logarithm, so that wide and high are as likely.
        double aspect = Math.exp(Ranges.draw(Math.log(minAspect), Math.log(maxAspect), random));
        int w = Math.max(1, (int) Math.round(Math.sqrt(area * aspect)));
        int h = Math.max(1, (int) Math.round(Math.sqrt(area / aspect)));
        if (w <= width && h <= height) {
          int x = random.nextInt(width - w + 1);
          int y = random.nextInt(height - h + 1);
          return Pixels.copy(bgr, new Rectangle(x, y, w, h));
        }
      }
      // A photo much longer than any allowed crop: the middle, as torchvision does.
      double aspect = Math.max(minAspect, Math.min(maxAspect, (double) width / height));
      int w = Math.max(1, Math.min(width, (int) Math.round(height * aspect)));
      int h = Math.max(1, Math.min(height, (int) Math.round(width / aspect)));
      return Pixels.copy(bgr, new Rectangle((width - w) / 2, (height - h) / 2, w, h));
    }
  }

  /**
   * A part of the photo at a random place, with the photo's own aspect ratio.
   *
   * @param minArea smallest share of the photo's area, above 0
   * @param maxArea largest share, at most 1
   */
  record ScaledCrop(double minArea, double maxArea) implements Augmentation {
    /** Checks the range. */
    public ScaledCrop {
      Ranges.check("area", minArea, maxArea, 1e-6, 1);
    }

    @Override
    public BufferedImage apply(BufferedImage photo, SplittableRandom random) {
      BufferedImage bgr = Pixels.bgr(photo);
      double scale = Math.sqrt(Ranges.draw(minArea, maxArea, random));
      int w = Math.max(1, (int) Math.round(scale * bgr.getWidth()));
      int h = Math.max(1, (int) Math.round(scale * bgr.getHeight()));
      int x = random.nextInt(bgr.getWidth() - w + 1);
      int y = random.nextInt(bgr.getHeight() - h + 1);
      return Pixels.copy(bgr, new Rectangle(x, y, w, h));
    }
  }

  /**
   * An augmentation of each square by itself: a wide photo is cut from left to right into squares
   * of its height, the last of which may be narrower.
   *
   * @param augmentation keeps the size of its photo
   */
  record EachSquare(Augmentation augmentation) implements Augmentation {
    @Override
    public BufferedImage apply(BufferedImage photo, SplittableRandom random) {
      BufferedImage result = Pixels.copy(photo);
      int side = photo.getHeight();
      for (int left = 0; left < photo.getWidth(); left += side) {
        int width = Math.min(side, photo.getWidth() - left);
        BufferedImage square = Pixels.copy(result, new Rectangle(left, 0, width, side));
        BufferedImage changed = augmentation.apply(square, random);
        result.getRaster().setRect(left, 0, changed.getRaster());
      }
      return result;
    }
  }

  /**
   * The traces of JPEG compression.
   *
   * @param minQuality 1 to 100
   * @param maxQuality {@code minQuality} to 100
   */
  record Jpeg(int minQuality, int maxQuality) implements Augmentation {
    /** Checks the range. */
    public Jpeg {
      Ranges.check("quality", minQuality, maxQuality, 1, 100);
    }

    @Override
    public BufferedImage apply(BufferedImage photo, SplittableRandom random) {
      return JpegTraces.of(photo, random.nextInt(minQuality, maxQuality + 1) / 100f);
    }
  }

  /**
   * Other light and another camera, in a random order, as torchvision's ColorJitter.
   *
   * @param brightness values are multiplied by 1 - brightness to 1 + brightness; 0 to 1
   * @param contrast distances from the mean gray likewise; 0 to 1
   * @param saturation distances from each pixel's gray likewise; 0 to 1
   * @param hue largest part of the color circle by which hues are turned; 0 to 0.5
   */
  record ColorJitter(double brightness, double contrast, double saturation, double hue)
      implements Augmentation {
    /** Checks the ranges. */
    public ColorJitter {
      Ranges.check("brightness", brightness, brightness, 0, 1);
      Ranges.check("contrast", contrast, contrast, 0, 1);
      Ranges.check("saturation", saturation, saturation, 0, 1);
      Ranges.check("hue", hue, hue, 0, 0.5);
    }

    @Override
    public BufferedImage apply(BufferedImage photo, SplittableRandom random) {
      BufferedImage result = Pixels.copy(photo);
      byte[] bgr = Pixels.bytes(result);
      int[] order = {0, 1, 2, 3};
      for (int i = 3; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int swapped = order[i];
        order[i] = order[j];
        order[j] = swapped;
      }
      for (int step : order) {
        switch (step) {
          case 0 -> Colors.brighten(bgr, Ranges.draw(1 - brightness, 1 + brightness, random));
          case 1 -> Colors.contrast(bgr, Ranges.draw(1 - contrast, 1 + contrast, random));
          case 2 -> Colors.saturate(bgr, Ranges.draw(1 - saturation, 1 + saturation, random));
          default -> Colors.turnHue(bgr, Ranges.draw(-hue, hue, random));
        }
      }
      return result;
    }
  }

  /** No colors. */
  record Gray() implements Augmentation {
    @Override
    public BufferedImage apply(BufferedImage photo, SplittableRandom random) {
      BufferedImage result = Pixels.copy(photo);
      Colors.saturate(Pixels.bytes(result), 0);
      return result;
    }
  }

  /**
   * A Gaussian blur.
   *
   * @param minSigma in pixels, above 0
   * @param maxSigma in pixels, at most 20
   */
  record Blur(double minSigma, double maxSigma) implements Augmentation {
    /** Checks the range. */
    public Blur {
      Ranges.check("sigma", minSigma, maxSigma, 1e-3, 20);
    }

    /** Returns deviations of 0.1 to 2 pixels. */
    public static Blur defaults() {
      return new Blur(0.1, 2);
    }

    @Override
    public BufferedImage apply(BufferedImage photo, SplittableRandom random) {
      return Gaussian.blurred(photo, Ranges.draw(minSigma, maxSigma, random));
    }
  }

  /**
   * Stronger edges: the difference from a blur of 1 pixel is added once more.
   *
   * @param minAmount share of the difference, not negative
   * @param maxAmount share of the difference, at most 10
   */
  record Sharpen(double minAmount, double maxAmount) implements Augmentation {
    /** Checks the range. */
    public Sharpen {
      Ranges.check("amount", minAmount, maxAmount, 0, 10);
    }

    /** Returns shares of 0.2 to 1. */
    public static Sharpen defaults() {
      return new Sharpen(0.2, 1);
    }

    @Override
    public BufferedImage apply(BufferedImage photo, SplittableRandom random) {
      double amount = Ranges.draw(minAmount, maxAmount, random);
      BufferedImage bgr = Pixels.bgr(photo);
      BufferedImage result = Gaussian.blurred(bgr, 1);
      byte[] from = Pixels.bytes(bgr);
      byte[] to = Pixels.bytes(result);
      for (int i = 0; i < to.length; i++) {
        int value = from[i] & 0xff;
        to[i] = Colors.toByte(value + amount * (value - (to[i] & 0xff)));
      }
      return result;
    }
  }

  /**
   * Black squares in a regular grid at a random place (Chen et al., "GridMask", 2020).
   *
   * @param ratio side of a square over the step of the grid, above 0 and below 1
   * @param minStep of the grid, as a share of the photo's shorter side, above 0
   * @param maxStep of the grid, as a share of the photo's shorter side, at most 1
   */
  record GridDropout(double ratio, double minStep, double maxStep) implements Augmentation {
    /** Checks the ranges. */
    public GridDropout {
      Ranges.check("ratio", ratio, ratio, 0.01, 0.99);
      Ranges.check("step", minStep, maxStep, 1e-3, 1);
    }

    /** Returns squares of a share of a step of 1/10 to 1/3 of the shorter side. */
    public static GridDropout ofRatio(double ratio) {
      return new GridDropout(ratio, 0.1, 1 / 3.0);
    }

    @Override
    public BufferedImage apply(BufferedImage photo, SplittableRandom random) {
      BufferedImage result = Pixels.copy(photo);
      int shorter = Math.min(result.getWidth(), result.getHeight());
      int step = Math.max(2, (int) Math.round(shorter * Ranges.draw(minStep, maxStep, random)));
      int side = Math.max(1, (int) Math.round(step * ratio));
      int left = random.nextInt(step);
      int top = random.nextInt(step);
      for (int y = top - step; y < result.getHeight(); y += step) {
        for (int x = left - step; x < result.getWidth(); x += step) {
          Pixels.blacken(result, new Rectangle(x, y, side, side));
        }
      }
      return result;
    }
  }

  /**
   * Black rectangles at random places (DeVries and Taylor, "Cutout", 2017).
   *
   * @param minHoles fewest rectangles, not negative
   * @param maxHoles most rectangles, at most 1000
   * @param minSide shortest side, as a share of the photo's shorter side, above 0
   * @param maxSide longest side, as a share of the photo's shorter side, at most 1
   */
  record CoarseDropout(int minHoles, int maxHoles, double minSide, double maxSide)
      implements Augmentation {
    /** Checks the ranges. */
    public CoarseDropout {
      Ranges.check("holes", minHoles, maxHoles, 0, 1000);
      Ranges.check("side", minSide, maxSide, 1e-6, 1);
    }

    /** 10 to 25 rectangles with sides of 0.1 to 0.2, as Sample4Geo cuts them. */
    public static CoarseDropout defaults() {
      return new CoarseDropout(10, 25, 0.1, 0.2);
    }

    @Override
    public BufferedImage apply(BufferedImage photo, SplittableRandom random) {
      BufferedImage result = Pixels.copy(photo);
      int holes = random.nextInt(minHoles, maxHoles + 1);
      int shorter = Math.min(result.getWidth(), result.getHeight());
      for (int i = 0; i < holes; i++) {
        int w = side(shorter, random);
        int h = side(shorter, random);
        int x = random.nextInt(result.getWidth() - w + 1);
        int y = random.nextInt(result.getHeight() - h + 1);
        Pixels.blacken(result, new Rectangle(x, y, w, h));
      }
      return result;
    }

    private int side(int whole, SplittableRandom random) {
      return Math.max(1, (int) Math.round(whole * Ranges.draw(minSide, maxSide, random)));
    }
  }
}
