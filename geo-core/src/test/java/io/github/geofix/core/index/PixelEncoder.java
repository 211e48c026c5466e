package io.github.geofix.core.index;

import io.github.geofix.core.TileEncoder;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/**
 * Takes an image for the colors of its 8 x 8 parts, and photos for views from above in any of S
 * quarter turns.
 */
final class PixelEncoder implements TileEncoder {
  static final int PIXELS = 32;
  private static final int SIDE = 8;

  private final int headings;

  PixelEncoder(int headings) {
    this.headings = headings;
  }

  @Override
  public int dimension() {
    return 3 * SIDE * SIDE;
  }

  @Override
  public int tilePixels() {
    return PIXELS;
  }

  @Override
  public String digest() {
    return "pixels of " + headings + " headings";
  }

  @Override
  public List<float[]> encodeTiles(List<BufferedImage> tiles) {
    return tiles.stream().map(PixelEncoder::encode).toList();
  }

  @Override
  public BufferedImage decode(Path image) {
    return read(image);
  }

  @Override
  public List<float[][]> encodePhotos(List<Path> photos) {
    return encodeImages(photos.stream().map(PixelEncoder::read).toList());
  }

  @Override
  public List<float[][]> encodeImages(List<BufferedImage> photos) {
    return photos.stream()
        .map(
            photo ->
                IntStream.range(0, headings)
                    .mapToObj(s -> encode(turned(photo, s * 4 / headings)))
                    .toArray(float[][]::new))
        .toList();
  }

  @Override
  public void close() {}

  /** Turns a square image clockwise, a quarter at a time. */
  static BufferedImage turned(BufferedImage image, int quarters) {
    int last = image.getWidth() - 1;
    BufferedImage turned =
        new BufferedImage(image.getWidth(), image.getWidth(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y <= last; y++) {
      for (int x = 0; x <= last; x++) {
        int rgb = image.getRGB(x, y);
        switch (quarters) {
          case 0 -> turned.setRGB(x, y, rgb);
          case 1 -> turned.setRGB(last - y, x, rgb);
          case 2 -> turned.setRGB(last - x, last - y, rgb);
          default -> turned.setRGB(y, last - x, rgb);
        }
      }
    }
    return turned;
  }

  private static float[] encode(BufferedImage image) {
    int part = image.getWidth() / SIDE;
    float[] vector = new float[3 * SIDE * SIDE];
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int rgb = image.getRGB(x, y);
        for (int c = 0; c < 3; c++) {
          // Less the middle gray, so that dark and bright parts point away from each other.
          vector[3 * (y / part * SIDE + x / part) + c] += (rgb >> (8 * c) & 0xff) - 127.5f;
        }
      }
    }
    double squares = 0;
    for (float number : vector) {
      squares += (double) number * number;
    }
    for (int d = 0; d < vector.length; d++) {
      vector[d] /= (float) Math.sqrt(squares);
    }
    return vector;
  }

  private static BufferedImage read(Path file) {
    try {
      return ImageIO.read(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
