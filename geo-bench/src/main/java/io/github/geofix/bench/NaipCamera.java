package io.github.geofix.bench;

import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.image.PolarTransform;
import io.github.geofix.models.recombine.RecombineConfig;
import io.github.geofix.models.recombine.RecombineConfig.Augment;
import io.github.geofix.models.recombine.RecombineConfig.Ground;
import io.github.geofix.models.recombine.RecombineConfig.Loss;
import java.awt.image.BufferedImage;
import java.util.SplittableRandom;

/**
 * A camera on the ground: its photos are polar transforms of aerial images, with noise.
 *
 * @param tile pixels along a tile's side; a panorama of a full circle is twice as wide and half as
 *     high
 * @param fieldOfView in degrees
 */
record NaipCamera(int tile, double fieldOfView) {
  /** Meters a pixel of the aerial images. */
  static final int FINEST = 5;

  /**
   * Returns the camera of tiles with pixels of so many meters.
   *
   * @param pixelMeters 5 or more
   */
  static NaipCamera of(int pixelMeters, double fieldOfView) {
    return new NaipCamera(NaipCells.SIDE * FINEST / pixelMeters, fieldOfView);
  }

  /** Returns the width of a full circle. */
  int panoramaWidth() {
    return 2 * tile;
  }

  private int columns() {
    return (int) Math.round(panoramaWidth() * fieldOfView / 360);
  }

  /** Returns what the camera sees from the middle of an aerial image, without noise. */
  BufferedImage view(BufferedImage aerial, double heading) {
    return new PolarTransform(columns(), tile / 2, heading, fieldOfView).apply(aerial);
  }

  /** Returns a photo from the middle of an aerial image. */
  BufferedImage photo(BufferedImage aerial, double heading, SplittableRandom random) {
    return noisy(view(aerial, heading), random);
  }

  /** Returns the full circle around the middle of an aerial image, north in the middle. */
  BufferedImage panorama(BufferedImage aerial, SplittableRandom random) {
    return noisy(PolarTransform.of(panoramaWidth(), tile / 2).apply(aerial), random);
  }

  /**
   * Returns the configuration of a model of the smallest size.
   *
   * @param headings that are tried
   * @param unrolled whether tiles are unrolled into panoramas, and one backbone reads both
   * @param regions that are recombined; 1 for global pooling
   */
  RecombineConfig config(int headings, boolean unrolled, int regions, Loss loss) {
    ImageSpec photo = ImageSpec.symmetric(tile).withSize(tile / 2, columns());
    ImageSpec view =
        unrolled ? photo.withSize(tile / 2, panoramaWidth()) : ImageSpec.symmetric(tile);
    RecombineConfig tiny = RecombineConfig.tiny();
    return tiny.withPhotos(new Ground(headings, fieldOfView, Augment.TURNS, unrolled))
        .withEncoder(tiny.encoder().withShared(unrolled).withImages(photo, view))
        .withRecombination(RecombineConfig.Recombination.defaults().withRegions(regions))
        .withLoss(loss);
  }

  /** Changes gain by up to a fifth and brightness by 20 levels, and adds noise of 8 levels. */
  private static BufferedImage noisy(BufferedImage image, SplittableRandom random) {
    double gain = random.nextDouble(0.8, 1.2);
    double bias = random.nextDouble(-20, 20);
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int rgb = image.getRGB(x, y);
        int changed = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
          double value = gain * ((rgb >> shift) & 0xff) + bias + 8 * random.nextGaussian();
          changed = changed << 8 | (int) Math.max(0, Math.min(255, value + 0.5));
        }
        image.setRGB(x, y, changed);
      }
    }
    return image;
  }
}
