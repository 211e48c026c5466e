package io.github.geofix.core.internal;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;

/** Images for people to view, in another size or type. */
public final class ScaledImages {
  private ScaledImages() {}

  /**
   * Returns a copy, by bilinear interpolation.
   *
   * @param type of the copy, such as {@link BufferedImage#TYPE_INT_RGB}
   */
  public static BufferedImage draw(BufferedImage image, int width, int height, int type) {
    BufferedImage copy = new BufferedImage(width, height, type);
    Graphics2D graphics = copy.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.drawImage(image, 0, 0, width, height, null);
    graphics.dispose();
    return copy;
  }
}
