package io.github.geofix.earth;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.ImageReaders;
import io.github.geofix.core.internal.InputFiles;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A picture of the whole Earth in equirectangular projection, 180 W to 180 E and 90 N to 90 S, from
 * which views of the ground are sampled. Immutable and thread-safe.
 *
 * <p>Sampling is antialiased and takes the same time at any scale and latitude. The picture is kept
 * in halved copies (mipmaps: Williams, "Pyramidal Parametrics", SIGGRAPH 1983), blended linearly
 * between the two that fit the scale of a view. Meridians draw together towards the poles, so each
 * copy is also kept halved in width alone, and the width is chosen pixel by pixel. Memory is about
 * 11 bytes a pixel of the picture. A view of 32 x 32 pixels takes about 0.03 ms.
 */
public final class EarthImage {

  /** Other readers of the JDK allocate what a damaged header claims. */
  private static final ImageReaders READERS = ImageReaders.ofJdk("jpeg", "png");

  /** Pixels of the largest picture read: a bound on memory, 1.5 GB with the halved copies. */
  static final long MAX_PIXELS = 1L << 27;

  /** Below this width a level is not halved further. */
  private static final int MIN_WIDTH = 8;

  /** How often a level is halved in width alone: enough up to latitude 89.7. */
  private static final int MAX_NARROWINGS = 7;

  /** Levels by halvings of both sides, then by further halvings of the width. */
  private final Level[][] levels;

  private EarthImage(Level full) {
    int count = 1;
    while (full.width >> count >= 2 * MIN_WIDTH) {
      count++;
    }
    levels = new Level[count][];
    Level level = full;
    for (int i = 0; i < count; i++) {
      levels[i] = narrowings(level);
      if (i < count - 1) {
        level = levels[i][1].halfHeight();
      }
    }
  }

  private static Level[] narrowings(Level level) {
    int count = 1;
    while (count <= MAX_NARROWINGS && level.width >> count >= MIN_WIDTH) {
      count++;
    }
    Level[] narrow = new Level[count];
    narrow[0] = level;
    for (int k = 1; k < count; k++) {
      narrow[k] = narrow[k - 1].halfWidth();
    }
    return narrow;
  }

  /**
   * Takes a picture from memory.
   *
   * @throws IllegalArgumentException if it is not twice as wide as high, or smaller than 16 x 8
   */
  public static EarthImage of(BufferedImage image) {
    return of(image, "the image");
  }

  private static EarthImage of(BufferedImage image, String name) {
    int width = image.getWidth();
    int height = image.getHeight();
    if (width != 2 * height || height < MIN_WIDTH) {
      throw new IllegalArgumentException(
          name
              + " is "
              + width
              + " x "
              + height
              + " pixels: an equirectangular picture of the Earth is twice as wide as high");
    }
    return new EarthImage(new Level(width, height, pixels(image)));
  }

  /**
   * Reads a JPEG or PNG file, or a folder of tiles {@code z/x/y.jpg} in the geodetic TMS layout
   * (EPSG:4326, two columns and one row at level 0, rows counted from the south), of which the
   * deepest level up to 5 is taken.
   *
   * @throws UncheckedIOException if a file is missing, damaged or of another format
   * @throws IllegalArgumentException if the picture is not twice as wide as high, or too large
   */
  public static EarthImage read(Path path) {
    if (Files.isDirectory(path)) {
      return of(TmsTiles.stitch(path), path.toString());
    }
    return of(decode(path, MAX_PIXELS), path.toString());
  }

  static BufferedImage decode(Path file, long maxPixels) {
    try (ImageInputStream in = new FileImageInputStream(InputFiles.find(file).toFile())) {
      ImageReader reader =
          READERS.find(in).orElseThrow(() -> new IOException("not a JPEG or PNG image"));
      try {
        return decode(reader, in, file, maxPixels);
      } catch (IndexOutOfBoundsException
          | NegativeArraySizeException
          | OutOfMemoryError
          | StackOverflowError e) {
        throw new IOException("the file is damaged (" + e + ")", e);
      } finally {
        reader.dispose();
      }
    } catch (NoSuchFileException e) {
      throw new UncheckedIOException("no such image: " + file, e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + InputFiles.reason(e), e);
    }
  }

  private static boolean reads(String mimeType, ImageReader reader) {
    return List.of(reader.getOriginatingProvider().getMIMETypes()).contains(mimeType);
  }

  private static BufferedImage decode(
      ImageReader reader, ImageInputStream in, Path file, long maxPixels) throws IOException {
    // A cut-off JPEG is only warned about, and comes back half gray.
    AtomicReference<@Nullable String> warning = new AtomicReference<>();
    if (reads("image/jpeg", reader)) {
      reader.addIIOReadWarningListener(
          (IIOReadWarningListener) (source, text) -> warning.compareAndSet(null, text));
    }
    reader.setInput(in, true, true);
    long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
    if (pixels > maxPixels) {
      throw new IllegalArgumentException(
          file + " has " + pixels + " pixels, the most that is read is " + maxPixels);
    }
    BufferedImage image = reader.read(0);
    String text = warning.get();
    if (text != null) {
      throw new IOException(text);
    }
    return image;
  }

  static int[] pixels(BufferedImage image) {
    BufferedImage rgb =
        new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = rgb.createGraphics();
    graphics.drawImage(image, 0, 0, null);
    graphics.dispose();
    return ((DataBufferInt) rgb.getRaster().getDataBuffer()).getData();
  }

  /** Returns the width in pixels, twice the height. */
  public int width() {
    return levels[0][0].width;
  }

  /** Returns the height in pixels. */
  public int height() {
    return levels[0][0].height;
  }

  /** Returns a copy of the full picture, of type {@code TYPE_INT_RGB}. */
  public BufferedImage toImage() {
    BufferedImage image = new BufferedImage(width(), height(), BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, width(), height(), levels[0][0].rgb, 0, width());
    return image;
  }

  /** Returns the pixel in a column and row of the full picture, as {@code 0xRRGGBB}. */
  int rgb(int column, int row) {
    return levels[0][0].rgb[row * width() + column] & 0xFFFFFF;
  }

  /**
   * Returns what is seen in a view.
   *
   * @param pixels width and height of the result
   * @return a picture of type {@code TYPE_INT_RGB}
   */
  public BufferedImage crop(EarthView view, int pixels) {
    BufferedImage image = new BufferedImage(pixels, pixels, BufferedImage.TYPE_INT_RGB);
    int[] rgb = new int[pixels * pixels];
    sample(view, pixels, rgb);
    image.setRGB(0, 0, pixels, pixels, rgb, 0, pixels);
    return image;
  }

  /**
   * Samples a view into {@code rgb}, without objects that outlive the call.
   *
   * @param pixels width and height of the result
   * @param rgb [pixels x pixels] row by row, receives {@code 0xRRGGBB}
   * @throws IllegalArgumentException if {@code rgb} is too short
   */
  public void sample(EarthView view, int pixels, int[] rgb) {
    if (rgb.length < pixels * pixels) {
      throw new IllegalArgumentException(
          "rgb holds " + rgb.length + " pixels, needed are " + pixels * pixels);
    }
    double texelDegrees = 180.0 / height();
    double scale = Math.log(view.sizeDegrees() / pixels / texelDegrees) / Math.log(2);
    double level = Math.max(0, Math.min(scale, levels.length - 1));
    int fine = (int) level;
    int coarse = Math.min(fine + 1, levels.length - 1);
    int blend = (int) Math.round(256 * (level - fine));
    Projection projection = new Projection(view, pixels);
    long[] lanes = new long[pixels];
    for (int i = 0; i < pixels; i++) {
      projection.project(i);
      sampleRow(levels[fine], projection, 256, lanes);
      if (blend > 0) {
        sampleRow(levels[coarse], projection, blend, lanes);
      }
      for (int j = 0; j < pixels; j++) {
        rgb[i * pixels + j] = pack(lanes[j]);
      }
    }
  }

  /** Mixes a level into the colors of a row; its weight is of 256. */
  private static void sampleRow(Level[] narrow, Projection p, int weight, long[] lanes) {
    for (int j = 0; j < lanes.length; j++) {
      Level level = narrow[Math.min(p.narrowing[j], narrow.length - 1)];
      lanes[j] = mean(lanes[j] * (256 - weight) + level.bilinear(p.u[j], p.v[j]) * weight);
    }
  }

  // Colors are mixed three at a time, green, red and blue in lanes of 16 bits of a long: weights
  // that add up to 256 never carry from one lane into the next.

  private static long spread(int rgb) {
    return (rgb & 0xFF00FFL) | (long) (rgb & 0xFF00) << 24;
  }

  /** Divides a sum of weights that add up to 256. */
  private static long mean(long sum) {
    return (sum + 0x0080_0080_0080L) >>> 8 & 0x00FF_00FF_00FFL;
  }

  private static int pack(long lanes) {
    return (int) (lanes & 0xFF00FF) | (int) (lanes >>> 24 & 0xFF00);
  }

  /** The whole Earth in one size. */
  private static final class Level {
    final int width;
    final int height;
    final int[] rgb;

    Level(int width, int height, int[] rgb) {
      this.width = width;
      this.height = height;
      this.rgb = rgb;
    }

    /**
     * Returns the color at a point, in lanes.
     *
     * @param u 0 at 180 W to 1 at 180 E
     * @param v 0 at the north pole to 1 at the south pole
     */
    long bilinear(double u, double v) {
      // In 256ths of a pixel, shifted by one pixel so that nothing is negative.
      int x = (int) (u * (256 * width)) + 128;
      int y = Math.max(256, Math.min((int) (v * (256 * height)) + 128, 256 * height));
      int wx = x & 0xFF;
      int wy = y & 0xFF;
      int right = x >> 8;
      int left = (right == 0 ? width : right) - 1;
      right = right == width ? 0 : right;
      int row = ((y >> 8) - 1) * width;
      int below = y < 256 * height ? row + width : row;
      int both = (wx * wy) >> 8;
      return mean(
          spread(rgb[row + left]) * (256 - wx - wy + both)
              + spread(rgb[row + right]) * (wx - both)
              + spread(rgb[below + left]) * (wy - both)
              + spread(rgb[below + right]) * both);
    }

    Level halfWidth() {
      Shrink shrink = new Shrink(width, width / 2);
      int[] half = new int[height * shrink.to()];
      IntStream.range(0, height)
          .parallel()
          .forEach(
              y -> {
                for (int x = 0; x < shrink.to(); x++) {
                  half[y * shrink.to() + x] = shrink.average(rgb, y * width, 1, x);
                }
              });
      return new Level(shrink.to(), height, half);
    }

    Level halfHeight() {
      Shrink shrink = new Shrink(height, height / 2);
      int[] half = new int[shrink.to() * width];
      IntStream.range(0, shrink.to())
          .parallel()
          .forEach(
              y -> {
                for (int x = 0; x < width; x++) {
                  half[y * width + x] = shrink.average(rgb, x, width, y);
                }
              });
      return new Level(width, shrink.to(), half);
    }
  }

  /**
   * Where the pixels of a view are on the picture.
   *
   * <p>With x, y the plane coordinates over twice the sphere's radius, the point on the sphere is
   * ((1 - r^2) C + 2 (x E + y N)) / (1 + r^2), where r^2 = x^2 + y^2 and C, E, N are the unit
   * vectors to the center and from there to the east and north.
   */
  static final class Projection {
    private final double sinLat;
    private final double cosLat;
    private final double centerU;
    private final double stepX;
    private final double stepY;
    private final double middle;

    /** How far east each pixel of the row is: 0 at 180 W, below 1. */
    final double[] u;

    /** How far south: 0 at the north pole, 1 at the south pole. */
    final double[] v;

    /** How often the width is to be halved, so that texels are about square there. */
    final int[] narrowing;

    Projection(EarthView view, int pixels) {
      LatLng center = view.center();
      double lat = Math.toRadians(center.latitude());
      sinLat = Math.sin(lat);
      cosLat = Math.cos(lat);
      centerU = center.longitude() / 360 + 0.5;
      double step = Math.toRadians(view.sizeDegrees()) / pixels / 2;
      double rotation = Math.toRadians(view.rotationDegrees());
      stepX = step * Math.cos(rotation);
      stepY = step * Math.sin(rotation);
      middle = 0.5 * (pixels - 1);
      u = new double[pixels];
      v = new double[pixels];
      narrowing = new int[pixels];
    }

    /** Goes to the pixels of row {@code i}. */
    void project(int i) {
      double up = middle - i;
      for (int j = 0; j < u.length; j++) {
        double right = j - middle;
        double x = right * stepX + up * stepY;
        double y = up * stepX - right * stepY;
        double r2 = x * x + y * y;
        double scale = 1 / (1 + r2);
        double c = (1 - r2) * scale;
        double east = 2 * x * scale;
        double north = 2 * y * scale;
        double px = c * cosLat - north * sinLat;
        double pz = c * sinLat + north * cosLat;
        double parallelRadius = Math.sqrt(px * px + east * east);
        double turn = centerU + atan2(east, px) * (0.5 / Math.PI);
        u[j] = turn - Math.floor(turn);
        v[j] = 0.5 - atan2(pz, parallelRadius) * (1 / Math.PI);
        narrowing[j] = -Math.getExponent((float) (parallelRadius * 1.4142135));
      }
    }

    /**
     * Returns the angle of a vector, within 2e-8 of {@link Math#atan2} and several times faster:
     * Abramowitz and Stegun, "Handbook of Mathematical Functions", 4.4.49.
     */
    static double atan2(double y, double x) {
      double absX = Math.abs(x);
      double absY = Math.abs(y);
      double t = Math.min(absX, absY) / Math.max(Math.max(absX, absY), Double.MIN_NORMAL);
      double s = t * t;
      double angle =
          t
              * (1
                  + s
                      * (-0.3333314528
                          + s
                              * (0.1999355085
                                  + s
                                      * (-0.1420889944
                                          + s
                                              * (0.1065626393
                                                  + s
                                                      * (-0.0752896400
                                                          + s
                                                              * (0.0429096138
                                                                  + s
                                                                      * (-0.0161657367
                                                                          + s
                                                                              * 0.0028662257))))))));
      angle = absY > absX ? Math.PI / 2 - angle : angle;
      angle = x < 0 ? Math.PI - angle : angle;
      return y < 0 ? -angle : angle;
    }
  }
}
