package io.github.geofix.core.index;

import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.internal.format.MappedFile;
import io.github.geofix.core.internal.index.ScoreCounts;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Vectors of photos or tiles, [N, D], in memory or in a file. Thread-safe; must be closed.
 *
 * <p>Files are memory-mapped, so they may be larger than memory. {@link EmbeddingsWriter} writes
 * them.
 */
public abstract class Embeddings implements ScoreCounts.Rows, AutoCloseable {

  private static final int MAX_DIMENSION = 1 << 20;

  private final int size;
  private final int dimension;

  private final Optional<Path> file;

  Embeddings(int size, int dimension, Optional<Path> file) {
    this.size = size;
    this.dimension = dimension;
    this.file = file;
  }

  /** Returns the file that the vectors are read from, if they are not in memory. */
  public final Optional<Path> file() {
    return file;
  }

  /** Returns the lines of text that the file has beside the vectors; none of a NumPy file. */
  public Map<String, String> metadata() {
    return Map.of();
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
            "vector %d has dimension %d, the first has %d"
                .formatted(i, vectors[i].length, dimension));
      }
    }
    return new Embeddings(vectors.length, dimension, Optional.empty()) {
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
   * Returns the rows of several sources side by side: row i is row i of the first, then of the
   * second, and so on. Closing it closes them.
   *
   * @throws IllegalArgumentException if there are none, or they have different numbers of rows; all
   *     are then closed
   */
  public static Embeddings sideBySide(List<Embeddings> sources) {
    if (sources.size() == 1) {
      return sources.get(0);
    }
    return SideBySide.of(List.copyOf(sources));
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
   * @param tensor the name of the array, [N, D], of any floating-point type
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
      if (!fits || shape[1] < 1 || shape[1] > MAX_DIMENSION || data.dtype(tensor).isInteger()) {
        throw new IllegalArgumentException(
            "array "
                + tensor
                + " of "
                + file
                + " is not [N, D] of floating-point numbers: it is "
                + Arrays.toString(shape)
                + " of "
                + data.dtype(tensor));
      }
      return new OfSafetensors(data, tensor, (int) shape[0], (int) shape[1], file);
    } catch (RuntimeException e) {
      data.close();
      throw e;
    }
  }

  /**
   * Opens a NumPy file: little-endian float32 or float64 in C order, [N, D], format 1 to 3.
   *
   * @throws java.io.UncheckedIOException if the file cannot be read
   * @throws IllegalArgumentException if it holds something else
   */
  public static Embeddings openNpy(Path file) {
    MappedFile data = MappedFile.open(file);
    try {
      return NpyEmbeddings.open(data, file);
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

    OfSafetensors(Safetensors data, String tensor, int size, int dimension, Path file) {
      super(size, dimension, Optional.of(file));
      this.data = data;
      this.tensor = tensor;
    }

    @Override
    public Map<String, String> metadata() {
      return data.metadata();
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

  private static final class SideBySide extends Embeddings {
    private final List<Embeddings> sources;

    private SideBySide(List<Embeddings> sources, int dimension) {
      super(sources.get(0).size(), dimension, Optional.empty());
      this.sources = sources;
    }

    static SideBySide of(List<Embeddings> sources) {
      long sizes = sources.stream().mapToInt(Embeddings::size).distinct().count();
      int dimension = sources.stream().mapToInt(Embeddings::dimension).sum();
      if (sizes == 1 && dimension <= MAX_DIMENSION) {
        return new SideBySide(sources, dimension);
      }
      String shapes =
          sources.stream()
              .map(source -> "[" + source.size() + ", " + source.dimension() + "]")
              .collect(Collectors.joining(" and "));
      sources.forEach(Embeddings::close);
      throw new IllegalArgumentException(
          "vectors to be joined must have as many rows each, these have " + shapes);
    }

    @Override
    public void read(int first, int count, float[] target) {
      int column = 0;
      for (Embeddings source : sources) {
        float[] part = new float[count * source.dimension()];
        source.read(first, count, part);
        for (int i = 0; i < count; i++) {
          System.arraycopy(
              part, i * source.dimension(), target, i * dimension() + column, source.dimension());
        }
        column += source.dimension();
      }
    }

    @Override
    public void close() {
      sources.forEach(Embeddings::close);
    }
  }
}
