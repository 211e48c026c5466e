package io.github.geofix.eval;

import io.github.geofix.core.format.MappedFile;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.index.ScoreCounts;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Vectors that some system computed, [N, W]: one a photo or a tile. Read by several threads at
 * once; must be closed.
 *
 * <p>Files are mapped, so they may be larger than memory.
 */
public abstract class Embeddings implements ScoreCounts.Rows, AutoCloseable {

  private static final int MAX_WIDTH = 1 << 20;

  private final int size;
  private final int dimension;

  private Embeddings(int size, int dimension) {
    this.size = size;
    this.dimension = dimension;
  }

  @Override
  public final int size() {
    return size;
  }

  @Override
  public final int dimension() {
    return dimension;
  }

  /**
   * Returns vectors held in memory: a view, not a copy.
   *
   * @throws IllegalArgumentException if the vectors differ in length
   */
  public static Embeddings of(float[][] vectors) {
    int dimension = vectors.length == 0 ? 1 : vectors[0].length;
    for (int i = 0; i < vectors.length; i++) {
      if (vectors[i].length != dimension) {
        throw new IllegalArgumentException(
            "vector " + i + " has " + vectors[i].length + " numbers, the first has " + dimension);
      }
    }
    return new Embeddings(vectors.length, dimension) {
      @Override
      public void read(int first, int count, float[] target) {
        for (int i = 0; i < count; i++) {
          System.arraycopy(vectors[first + i], 0, target, i * dimension, dimension);
        }
      }

      @Override
      public void close() {}
    };
  }

  /**
   * Opens the vectors of a file: NumPy where its name ends so, else safetensors with one array.
   *
   * @throws java.io.UncheckedIOException if the file cannot be read
   * @throws io.github.geofix.core.format.ModelFormatException if the file is not safetensors
   * @throws IllegalArgumentException if it holds something else
   */
  public static Embeddings open(Path file) {
    if (file.toString().toLowerCase(Locale.ROOT).endsWith(".npy")) {
      return openNpy(file);
    }
    Set<String> names;
    try (Safetensors data = Safetensors.open(file)) {
      names = data.names();
    }
    if (names.size() != 1) {
      throw new IllegalArgumentException(
          file + " has not one array, but " + names.size() + ": " + String.join(", ", names));
    }
    return open(file, names.iterator().next());
  }

  /**
   * Opens an array of a safetensors file.
   *
   * @param tensor the name of the array, [N, W], of any floating-point type
   * @throws io.github.geofix.core.format.ModelFormatException if the file is not safetensors
   * @throws IllegalArgumentException if it has no such array of two dimensions
   */
  public static Embeddings open(Path file, String tensor) {
    Safetensors data = Safetensors.open(file);
    try {
      if (!data.names().contains(tensor)) {
        throw new IllegalArgumentException(
            file + " has no array " + tensor + ": it has " + String.join(", ", data.names()));
      }
      long[] shape = data.shape(tensor);
      boolean fits = shape.length == 2 && shape[0] <= Integer.MAX_VALUE;
      if (!fits || shape[1] < 1 || shape[1] > MAX_WIDTH || data.dtype(tensor).isInteger()) {
        throw new IllegalArgumentException(
            "array "
                + tensor
                + " of "
                + file
                + " is not [N, W] of floating-point numbers: it is "
                + Arrays.toString(shape)
                + " of "
                + data.dtype(tensor));
      }
      return new OfSafetensors(data, tensor, (int) shape[0], (int) shape[1]);
    } catch (RuntimeException e) {
      data.close();
      throw e;
    }
  }

  /**
   * Opens a NumPy file: little-endian float32 or float64 in C order, [N, W], format 1 to 3.
   *
   * @throws java.io.UncheckedIOException if the file cannot be read
   * @throws IllegalArgumentException if it holds something else
   */
  public static Embeddings openNpy(Path file) {
    MappedFile data = MappedFile.open(file);
    try {
      return Npy.open(data, file);
    } catch (RuntimeException e) {
      data.close();
      throw e;
    }
  }

  /** Releases the file. */
  @Override
  public abstract void close();

  private static final class OfSafetensors extends Embeddings {
    private final Safetensors data;
    private final String tensor;

    OfSafetensors(Safetensors data, String tensor, int size, int dimension) {
      super(size, dimension);
      this.data = data;
      this.tensor = tensor;
    }

    @Override
    public void read(int first, int count, float[] target) {
      data.read(
          tensor, (long) first * dimension(), FloatBuffer.wrap(target, 0, count * dimension()));
    }

    @Override
    public void close() {
      data.close();
    }
  }

  /** The format of numpy.lib.format: a magic string, a version, a Python literal, the numbers. */
  private static final class Npy extends Embeddings {
    private static final String MAGIC = "\u0093NUMPY";
    private static final int MAX_HEADER = 1 << 16;
    private static final Pattern HEADER =
        Pattern.compile(
            "\\{'descr': '<(f4|f8)', 'fortran_order': False,"
                + " 'shape': \\((\\d{1,9}), (\\d{1,7})\\), \\}\\s*");

    private final MappedFile data;
    private final long start;
    private final boolean doubles;

    private Npy(MappedFile data, long start, int size, int dimension, boolean doubles) {
      super(size, dimension);
      this.data = data;
      this.start = start;
      this.doubles = doubles;
    }

    static Npy open(MappedFile data, Path file) {
      if (data.size() < 12) {
        throw notNpy(file, "it is " + data.size() + " bytes long");
      }
      ByteBuffer head = data.slice(0, 12).order(ByteOrder.LITTLE_ENDIAN);
      byte[] magic = new byte[6];
      head.get(magic);
      if (!new String(magic, StandardCharsets.ISO_8859_1).equals(MAGIC)) {
        throw notNpy(file, "it does not begin as one");
      }
      boolean shortLength = head.get() == 1;
      head.get();
      long length = shortLength ? head.getShort() & 0xFFFF : head.getInt() & 0xFFFFFFFFL;
      long from = shortLength ? 10 : 12;
      if (length > MAX_HEADER || from + length > data.size()) {
        throw notNpy(file, "its header claims " + length + " bytes");
      }
      byte[] header = new byte[(int) length];
      data.slice(from, (int) length).get(header);
      String text = new String(header, StandardCharsets.ISO_8859_1);
      Matcher matcher = HEADER.matcher(text);
      if (!matcher.matches()) {
        throw notNpy(file, "its header is " + text.strip());
      }
      boolean doubles = matcher.group(1).equals("f8");
      int size = Integer.parseInt(matcher.group(2));
      int dimension = Integer.parseInt(matcher.group(3));
      long bytes = (long) size * dimension * (doubles ? 8 : 4);
      if (dimension == 0 || data.size() != from + length + bytes) {
        throw notNpy(
            file,
            String.format(
                Locale.ROOT,
                "[%d, %d] takes %d bytes, it has %d",
                size,
                dimension,
                bytes,
                data.size() - from - length));
      }
      return new Npy(data, from + length, size, dimension, doubles);
    }

    private static IllegalArgumentException notNpy(Path file, String why) {
      return new IllegalArgumentException(
          file + " is not a NumPy array of float32 or float64 in C order, [N, W]: " + why);
    }

    @Override
    public void read(int first, int count, float[] target) {
      int bytes = doubles ? 8 : 4;
      int dimension = dimension();
      for (int i = 0; i < count; i++) {
        ByteBuffer row =
            data.slice(start + (long) (first + i) * dimension * bytes, dimension * bytes)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int d = 0; d < dimension; d++) {
          target[i * dimension + d] = doubles ? (float) row.getDouble() : row.getFloat();
        }
      }
    }

    @Override
    public void close() {
      data.close();
    }
  }
}
