package io.github.geofix.core.tile;

import io.github.geofix.core.geodesy.Frame;
import io.github.geofix.core.geodesy.LatLng;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/** Pictures for the tests, and the definition of a view read literally. */
final class Pictures {

  /** Where on a picture, in pixels from its top left corner, a place lies. */
  interface Position {
    double[] of(LatLng place);
  }

  private Pictures() {}

  static BufferedImage noise(int width, int height, Random random) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, random.nextInt(1 << 24));
      }
    }
    return image;
  }

  static BufferedImage plain(int size, int rgb) {
    return plain(size, size, rgb);
  }

  static BufferedImage plain(int width, int height, int rgb) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < width * height; i++) {
      image.setRGB(i % width, i / width, rgb);
    }
    return image;
  }

  static byte[] encode(BufferedImage image, String format) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(image, format, bytes)) {
        throw new IllegalArgumentException("no writer for " + format);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static void save(Path file, byte[] bytes) throws IOException {
    Path folder = file.getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Files.write(file, bytes);
  }

  /** The picture at half the size, each pixel the mean of four. */
  static BufferedImage halved(BufferedImage image) {
    int width = image.getWidth() / 2;
    int height = image.getHeight() / 2;
    BufferedImage half = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int rgb = 0;
        for (int shift = 0; shift <= 16; shift += 8) {
          int sum = 2;
          for (int i = 0; i < 4; i++) {
            sum += (image.getRGB(2 * x + i % 2, 2 * y + i / 2) >> shift) & 0xff;
          }
          rgb |= (sum / 4) << shift;
        }
        half.setRGB(x, y, rgb);
      }
    }
    return half;
  }

  static Position mercator(int size) {
    return place -> {
      double latitude = Math.toRadians(place.latitude());
      double y = Math.log(Math.tan(Math.PI / 4 + latitude / 2)) / (2 * Math.PI);
      return new double[] {(place.longitude() + 180) / 360 * size, (0.5 - y) * size};
    };
  }

  static Position equirectangular(int width, int height) {
    return place ->
        new double[] {
          (place.longitude() + 180) / 360 * width, (90 - place.latitude()) / 180 * height
        };
  }

  /**
   * What a view shows of a picture of the whole Earth: each pixel the mean of {@code samples} x
   * {@code samples} places spread evenly over it, each between the four nearest pixels. A pixel
   * beyond the picture is black.
   */
  static BufferedImage literal(
      BufferedImage world, Position position, Frame frame, int width, int height, int samples) {
    BufferedImage view = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int row = 0; row < height; row++) {
      for (int column = 0; column < width; column++) {
        double[] sum = new double[3];
        for (int i = 0; i < samples * samples; i++) {
          double u = (column + (i % samples + 0.5) / samples) / width;
          double v = (row + (Math.floorDiv(i, samples) + 0.5) / samples) / height;
          double[] color = between(world, position.of(frame.at(u, v)));
          for (int c = 0; c < 3; c++) {
            sum[c] += color[c] / (samples * samples);
          }
        }
        int rgb = 0;
        for (double value : sum) {
          rgb = (rgb << 8) | (int) Math.round(value);
        }
        view.setRGB(column, row, rgb);
      }
    }
    return view;
  }

  private static double[] between(BufferedImage world, double[] at) {
    double[] color = new double[3];
    if (!(at[1] >= 0 && at[1] <= world.getHeight())) {
      return color;
    }
    for (int i = 0; i < 4; i++) {
      double x = Math.floor(at[0] - 0.5) + i % 2;
      double y = Math.floor(at[1] - 0.5) + (i >> 1);
      double weight = (1 - Math.abs(at[0] - 0.5 - x)) * (1 - Math.abs(at[1] - 0.5 - y));
      int column = Math.floorMod((int) x, world.getWidth());
      int row = Math.max(0, Math.min(world.getHeight() - 1, (int) y));
      int rgb = world.getRGB(column, row);
      for (int c = 0; c < 3; c++) {
        color[c] += weight * ((rgb >> (16 - 8 * c)) & 0xff);
      }
    }
    return color;
  }

  /** The largest difference of any color of any pixel. */
  static int difference(BufferedImage a, BufferedImage b) {
    int most = 0;
    for (int y = 0; y < a.getHeight(); y++) {
      for (int x = 0; x < a.getWidth(); x++) {
        for (int shift = 0; shift <= 16; shift += 8) {
          int colorA = (a.getRGB(x, y) >> shift) & 0xff;
          int colorB = (b.getRGB(x, y) >> shift) & 0xff;
          most = Math.max(most, Math.abs(colorA - colorB));
        }
      }
    }
    return most;
  }
}
