package io.github.geofix.core.internal;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/** Images for people to view. */
public final class Images {
  private Images() {}

  /**
   * Returns a copy of another size or type, by bilinear interpolation.
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

  /**
   * Returns the bytes of an image file.
   *
   * @param format {@code jpeg} or {@code png}
   */
  public static byte[] encode(BufferedImage image, String format) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, format, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot encode the image: " + e.getMessage(), e);
    }
    return bytes.toByteArray();
  }
}
