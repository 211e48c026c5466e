package io.github.geofix.models.internal;

import io.github.geofix.core.Explanation;
import io.github.geofix.core.internal.Images;
import java.awt.image.BufferedImage;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.Supplier;

/** The pictures of an explanation. */
public final class Pictures {
  private Pictures() {}

  /**
   * Returns a picture of the size of the options; empty if they request none, or it cannot be read:
   * evidence without a picture is better than none.
   */
  public static Optional<BufferedImage> of(
      Explanation.Options options, Supplier<BufferedImage> image) {
    if (options.pixels() == 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(scaled(image.get(), options.pixels()));
    } catch (UncheckedIOException | IllegalStateException e) {
      return Optional.empty();
    }
  }

  private static BufferedImage scaled(BufferedImage image, int pixels) {
    double scale = (double) pixels / Math.max(image.getWidth(), image.getHeight());
    int width = Math.max(1, (int) Math.round(scale * image.getWidth()));
    int height = Math.max(1, (int) Math.round(scale * image.getHeight()));
    return Images.draw(image, width, height, BufferedImage.TYPE_3BYTE_BGR);
  }
}
