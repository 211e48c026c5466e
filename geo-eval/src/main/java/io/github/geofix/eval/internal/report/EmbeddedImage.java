package io.github.geofix.eval.internal.report;

import io.github.geofix.core.internal.Images;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Iterator;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/**
 * An image inside a page, as a {@code data:} address.
 *
 * @param address the address, for example {@code data:image/jpeg;base64,...}
 * @param width the width in pixels
 * @param height the height in pixels
 */
public record EmbeddedImage(String address, int width, int height) {

  /** High enough that small crops show no blocks, at a quarter of the size of a PNG. */
  private static final float JPEG_QUALITY = 0.85f;

  /**
   * Checks that the address fetches nothing.
   *
   * @throws IllegalArgumentException if it is not a {@code data:image/} address
   */
  public EmbeddedImage {
    if (!address.startsWith("data:image/")) {
      throw new IllegalArgumentException("not a data:image/ address");
    }
  }

  /** Encodes an image as JPEG; transparent parts become black. */
  public static EmbeddedImage jpeg(BufferedImage image) {
    Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName("jpeg");
    ImageWriter writer = writers.next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      parameters.setCompressionQuality(JPEG_QUALITY);
      writer.setOutput(out);
      writer.write(null, new IIOImage(opaque(image), null, null), parameters);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot encode the image: " + e.getMessage(), e);
    } finally {
      writer.dispose();
    }
    return embed("image/jpeg", bytes.toByteArray(), image);
  }

  /** Encodes an image as PNG, without loss. */
  public static EmbeddedImage png(BufferedImage image) {
    return embed("image/png", Images.encode(image, "png"), image);
  }

  /**
   * Encodes an image as JPEG, made smaller where a side is longer than {@code maxSide} pixels.
   *
   * @throws IllegalArgumentException if {@code maxSide} is not positive
   */
  public static EmbeddedImage thumbnail(BufferedImage image, int maxSide) {
    if (maxSide < 1) {
      throw new IllegalArgumentException("maxSide must be 1 or more: " + maxSide);
    }
    BufferedImage smaller = opaque(image);
    // Halving keeps the bilinear filter from skipping pixels.
    while (Math.max(smaller.getWidth(), smaller.getHeight()) > maxSide) {
      double scale =
          Math.max(0.5, (double) maxSide / Math.max(smaller.getWidth(), smaller.getHeight()));
      smaller =
          Images.draw(
              smaller,
              Math.max(1, (int) Math.round(smaller.getWidth() * scale)),
              Math.max(1, (int) Math.round(smaller.getHeight() * scale)),
              BufferedImage.TYPE_INT_RGB);
    }
    return jpeg(smaller);
  }

  private static BufferedImage opaque(BufferedImage image) {
    return image.getType() == BufferedImage.TYPE_INT_RGB
            || image.getType() == BufferedImage.TYPE_3BYTE_BGR
        ? image
        : Images.draw(image, image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
  }

  private static EmbeddedImage embed(String mediaType, byte[] bytes, BufferedImage image) {
    String base64 = Base64.getEncoder().encodeToString(bytes);
    return new EmbeddedImage(
        "data:" + mediaType + ";base64," + base64, image.getWidth(), image.getHeight());
  }

  /** Returns the size only: the address can be megabytes long. */
  @Override
  public String toString() {
    return "EmbeddedImage[" + width + " x " + height + "]";
  }
}
