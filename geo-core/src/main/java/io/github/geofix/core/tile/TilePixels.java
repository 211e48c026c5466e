package io.github.geofix.core.tile;

import io.github.geofix.core.internal.ImageReaders;
import io.github.geofix.core.internal.Services;
import java.awt.AlphaComposite;
import java.awt.Graphics2D;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferInt;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageReader;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.ImageInputStream;

/** A decoded picture. Immutable. */
final class TilePixels {

  private static final ImageReaders READERS =
      ImageReaders.preferring(Services.load(ImageReaderSpi.class, TilePixels.class));

  private final int width;
  private final int height;
  private final int[] rgb;

  /**
   * @param rgb {@code width * height} values 0xRRGGBB, row by row from the top; not copied
   */
  TilePixels(int width, int height, int[] rgb) {
    this.width = width;
    this.height = height;
    this.rgb = rgb;
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  /** Returns 0xRRGGBB of a pixel. */
  int rgb(int x, int y) {
    return rgb[y * width + x];
  }

  /** Returns the memory that the picture takes. */
  int bytes() {
    return 64 + 4 * rgb.length;
  }

  /**
   * Decodes a picture after checking its size; the stream stays open.
   *
   * @param maxPixels the most pixels to make room for
   * @throws IOException if the bytes are no picture, damaged, cut short or too large; the message
   *     states which
   */
  static TilePixels decode(ImageInputStream stream, long maxPixels) throws IOException {
    ImageReader reader =
        READERS
            .find(stream)
            .orElseThrow(
                () ->
                    new IOException(
                        "not an image of a kind that can be read, such as JPEG or PNG"));
    try {
      reader.setInput(stream, true, true);
      long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
      if (pixels > maxPixels) {
        throw new IOException(
            "%d x %d pixels, at most %d are read"
                .formatted(reader.getWidth(0), reader.getHeight(0), maxPixels));
      }
      // The JPEG decoder only warns when data is cut short or damaged, and fills up with gray.
      List<String> damage = new ArrayList<>();
      reader.addIIOReadWarningListener(
          (source, warning) -> {
            String text = warning.toLowerCase(Locale.ROOT);
            if (text.contains("corrupt") || text.contains("premature")) {
              damage.add(warning);
            }
          });
      BufferedImage image = reader.read(0);
      if (!damage.isEmpty()) {
        throw new IOException("damaged: " + damage.get(0));
      }
      return of(image);
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      // What decoders throw on bytes that their checks did not foresee, such as a length of 2 GB.
      throw new IOException("damaged: " + e, e);
    } finally {
      reader.dispose();
    }
  }

  /** Copies an image; what is transparent becomes black. */
  static TilePixels of(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    Raster raster = image.getRaster();
    if (isGray(image)) {
      return new TilePixels(width, height, gray(raster, image.getColorModel().hasAlpha()));
    }
    BufferedImage copy = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = copy.createGraphics();
    graphics.setComposite(AlphaComposite.SrcOver);
    graphics.drawImage(image, 0, 0, null);
    graphics.dispose();
    return new TilePixels(
        width, height, ((DataBufferInt) copy.getRaster().getDataBuffer()).getData());
  }

  /** Java takes gray for linear light and would brighten it. */
  private static boolean isGray(BufferedImage image) {
    int type = image.getRaster().getTransferType();
    return !(image.getColorModel() instanceof IndexColorModel)
        && image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY
        && image.getRaster().getNumBands() <= 2
        && (type == DataBuffer.TYPE_BYTE || type == DataBuffer.TYPE_USHORT);
  }

  private static int[] gray(Raster raster, boolean hasAlpha) {
    int count = raster.getWidth() * raster.getHeight();
    int[] gray = samples(raster, 0, new int[count]);
    if (hasAlpha) {
      int[] alpha = samples(raster, raster.getNumBands() - 1, new int[count]);
      for (int i = 0; i < count; i++) {
        gray[i] = (gray[i] * alpha[i] + 127) / 255;
      }
    }
    for (int i = 0; i < count; i++) {
      gray[i] *= 0x010101;
    }
    return gray;
  }

  /** Returns the samples of a band, rounded to 8 bits. */
  private static int[] samples(Raster raster, int band, int[] samples) {
    raster.getSamples(
        raster.getMinX(), raster.getMinY(), raster.getWidth(), raster.getHeight(), band, samples);
    int most = (1 << raster.getSampleModel().getSampleSize(band)) - 1;
    for (int i = 0; most != 255 && i < samples.length; i++) {
      samples[i] = (int) ((samples[i] * 255L + most / 2) / most);
    }
    return samples;
  }

  /** Returns the picture at half the size, each pixel the mean of four; odd edges count double. */
  TilePixels halved() {
    int halfWidth = (width + 1) / 2;
    int halfHeight = (height + 1) / 2;
    int[] half = new int[halfWidth * halfHeight];
    for (int y = 0; y < halfHeight; y++) {
      int top = 2 * y * width;
      int bottom = Math.min(2 * y + 1, height - 1) * width;
      for (int x = 0; x < halfWidth; x++) {
        int left = 2 * x;
        int right = Math.min(left + 1, width - 1);
        half[y * halfWidth + x] =
            mean(rgb[top + left], rgb[top + right], rgb[bottom + left], rgb[bottom + right]);
      }
    }
    return new TilePixels(halfWidth, halfHeight, half);
  }

  /** Returns the picture with black added to the right and below, up to a size. */
  TilePixels padded(int fullWidth, int fullHeight) {
    if (width == fullWidth && height == fullHeight) {
      return this;
    }
    int[] full = new int[fullWidth * fullHeight];
    for (int y = 0; y < Math.min(height, fullHeight); y++) {
      System.arraycopy(rgb, y * width, full, y * fullWidth, Math.min(width, fullWidth));
    }
    return new TilePixels(fullWidth, fullHeight, full);
  }

  private static int mean(int a, int b, int c, int d) {
    // Red and blue have eight bits between them, room for the sum of four.
    int redBlue = (a & 0xff00ff) + (b & 0xff00ff) + (c & 0xff00ff) + (d & 0xff00ff) + 0x020002;
    int green = (a & 0xff00) + (b & 0xff00) + (c & 0xff00) + (d & 0xff00) + 0x0200;
    return ((redBlue >> 2) & 0xff00ff) | ((green >> 2) & 0xff00);
  }
}
