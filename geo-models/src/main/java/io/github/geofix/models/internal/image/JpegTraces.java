package io.github.geofix.models.internal.image;

import io.github.geofix.core.Photo;
import io.github.geofix.models.image.Photos;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** What is left of an image after JPEG compression. */
final class JpegTraces {
  private JpegTraces() {}

  /** Compresses and decompresses; quality is 0 to 1. */
  static BufferedImage of(BufferedImage image, float quality) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
    try (ImageOutputStream out = new MemoryCacheImageOutputStream(jpeg)) {
      ImageWriteParam param = writer.getDefaultWriteParam();
      param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      param.setCompressionQuality(quality);
      writer.setOutput(out);
      writer.write(null, new IIOImage(Pixels.bgr(image), null, null), param);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot compress an image as JPEG", e);
    } finally {
      writer.dispose();
    }
    long pixels = (long) image.getWidth() * image.getHeight();
    return Photos.decode(
        jpeg.toByteArray(), "compressed again", Photo.Limits.defaults().withMaxPixels(pixels));
  }
}
