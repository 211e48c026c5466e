package io.github.geofix.core.internal.webp;

import javax.imageio.IIOException;

/** A change that an encoder made to a lossless picture (RFC 9649, 3.5). */
sealed interface Vp8lTransform {
  int PREDICTOR = 0;
  int COLOR = 1;
  int SUBTRACT_GREEN = 2;

  /**
   * Reads a transform.
   *
   * @param kind of the four, as the file numbers them
   * @param width of the picture that this transform was applied to
   */
  static Vp8lTransform read(Vp8lBits in, int kind, int width, int height) throws IIOException {
    if (kind == SUBTRACT_GREEN) {
      return new SubtractGreen();
    }
    if (kind == PREDICTOR || kind == COLOR) {
      int bits = in.number(3) + 2;
      int columns = Vp8lImage.blocks(width, bits);
      int[] blocks = Vp8lImage.read(in, columns, Vp8lImage.blocks(height, bits), false);
      return kind == PREDICTOR
          ? new Predictor(width, bits, columns, blocks)
          : new Color(width, bits, columns, blocks);
    }
    int count = in.number(8) + 1;
    int packing = count <= 2 ? 3 : count <= 4 ? 2 : count <= 16 ? 1 : 0;
    // Colors that an index may name and the table lacks are transparent.
    int[] colors = new int[1 << (8 >> packing)];
    System.arraycopy(Vp8lImage.read(in, count, 1, false), 0, colors, 0, count);
    for (int i = 1; i < count; i++) {
      colors[i] = add(colors[i], colors[i - 1]);
    }
    return new ColorIndexing(width, packing, colors);
  }

  /** Returns the width of the picture that this transform made. */
  int packedWidth(int width);

  /**
   * Inverts the transform.
   *
   * @return the same array, or one that is larger
   */
  int[] invert(int[] pixels);

  /** Adds the four components of a color, each modulo 256. */
  static int add(int a, int b) {
    return (((a & 0xff00ff00) + (b & 0xff00ff00)) & 0xff00ff00)
        | (((a & 0xff00ff) + (b & 0xff00ff)) & 0xff00ff);
  }

  /** Pixels less what their neighbors predict. */
  record Predictor(int width, int bits, int columns, int[] modes) implements Vp8lTransform {
    @Override
    public int packedWidth(int ignored) {
      return width;
    }

    @Override
    public int[] invert(int[] pixels) {
      pixels[0] = add(pixels[0], Vp8lPrediction.BLACK);
      for (int x = 1; x < width; x++) {
        pixels[x] = add(pixels[x], pixels[x - 1]);
      }
      for (int row = width; row < pixels.length; row += width) {
        pixels[row] = add(pixels[row], pixels[row - width]);
        int block = ((row / width) >> bits) * columns;
        for (int x = 1; x < width; block++) {
          int end = Math.min(width, ((x >> bits) + 1) << bits);
          int mode = modes[block] >> 8 & 0xf;
          Vp8lPrediction.add(mode, pixels, row + x, row + end, width);
          x = end;
        }
      }
      return pixels;
    }
  }

  /** Red and blue less what green and red predict. */
  record Color(int width, int bits, int columns, int[] factors) implements Vp8lTransform {
    @Override
    public int packedWidth(int ignored) {
      return width;
    }

    @Override
    public int[] invert(int[] pixels) {
      for (int row = 0; row < pixels.length; row += width) {
        int block = ((row / width) >> bits) * columns;
        for (int x = 0; x < width; block++) {
          int end = Math.min(width, x + (1 << bits));
          invert(pixels, row + x, row + end, factors[block]);
          x = end;
        }
      }
      return pixels;
    }

    private static void invert(int[] pixels, int from, int to, int factors) {
      for (int i = from; i < to; i++) {
        int pixel = pixels[i];
        int green = pixel >> 8;
        int red = (pixel >> 16) + product(factors, green);
        int blue = pixel + product(factors >> 8, green) + product(factors >> 16, red);
        pixels[i] = (pixel & 0xff00ff00) | (red & 0xff) << 16 | (blue & 0xff);
      }
    }

    /** Both are signed bytes, the factor in units of 1/32. */
    private static int product(int factor, int component) {
      return ((byte) factor * (byte) component) >> 5;
    }
  }

  /** Red and blue less green. */
  record SubtractGreen() implements Vp8lTransform {
    @Override
    public int packedWidth(int width) {
      return width;
    }

    @Override
    public int[] invert(int[] pixels) {
      for (int i = 0; i < pixels.length; i++) {
        int green = pixels[i] >> 8 & 0xff;
        pixels[i] = add(pixels[i], green << 16 | green);
      }
      return pixels;
    }
  }

  /**
   * Indices of colors, in the green of a pixel.
   *
   * @param packing 0 to 3: the power of two that is the number of indices in a pixel
   */
  record ColorIndexing(int width, int packing, int[] colors) implements Vp8lTransform {
    @Override
    public int packedWidth(int ignored) {
      return Vp8lImage.blocks(width, packing);
    }

    @Override
    public int[] invert(int[] pixels) {
      int packedWidth = packedWidth(width);
      int[] unpacked = packing == 0 ? pixels : new int[pixels.length / packedWidth * width];
      int bits = 8 >> packing;
      int inPixel = (1 << packing) - 1;
      int mask = colors.length - 1;
      for (int from = 0, to = 0; from < pixels.length; from += packedWidth, to += width) {
        for (int x = 0; x < width; x++) {
          int index = pixels[from + (x >> packing)] >> (8 + (x & inPixel) * bits);
          unpacked[to + x] = colors[index & mask];
        }
      }
      return unpacked;
    }
  }
}
