package io.github.geofix.core.index;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.format.TensorFile.DType;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.PendingFile;
import io.github.geofix.core.internal.Replacement;
import io.github.geofix.core.internal.ResumableFile;
import io.github.geofix.core.internal.format.MappedFile;
import io.github.geofix.core.internal.index.ScoreCounts;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Vectors of photos or tiles, [N, D], in memory or in a file. Thread-safe; must be closed.
 *
 * <p>Files are memory-mapped, so they may be larger than memory. {@link Writer} writes them.
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
    if (VectorNames.isNpy(file)) {
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

  /**
   * Writer of vectors to a file as they are computed, [N, D] of float32, so that they need not fit
   * into memory: safetensors with the array {@code vectors} where its name ends so, else NumPy. Not
   * thread-safe.
   *
   * <p>{@link #commit} makes the file, replacing an older one. Closing without it leaves the older
   * file, or none; of {@link #resume}, what was saved is continued by the next one.
   */
  public static final class Writer implements AutoCloseable {

    private static final int BUFFERED_BYTES = 1 << 20;

    private final Path file;
    private final Map<String, String> metadata;
    private final int headerBytes;

    private final PendingFile pending;

    /** Not the channel, which an interrupt would close in the middle of a vector. */
    private final OutputStream out;

    private ByteBuffer buffer = ByteBuffer.allocate(BUFFERED_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private int dimension;
    private int size;

    private Writer(Path file, Map<String, String> metadata, int headerBytes, PendingFile pending) {
      this.file = file;
      this.metadata = metadata;
      this.headerBytes = headerBytes;
      this.pending = pending;
      this.out = pending.stream();
    }

    /**
     * Begins to write a file.
     *
     * @param file named {@code *.npy} or {@code *.safetensors}
     * @throws IllegalArgumentException if it has another name, by which it could not be opened
     *     again
     * @throws UncheckedIOException if it cannot be written
     */
    public static Writer create(Path file) {
      return create(file, Map.of());
    }

    /**
     * As {@link #create(Path)}, with lines of text beside the vectors.
     *
     * @param metadata see {@link Embeddings#metadata}; not written to a NumPy file, which has none
     */
    public static Writer create(Path file, Map<String, String> metadata) {
      VectorNames.check(file);
      return begin(file, metadata, Replacement.of(file));
    }

    /**
     * As {@link #create(Path, Map)}, or continues a file of the same name that was not completed:
     * it has the vectors of the last {@link #save} already, see {@link #size}, and grows as {@code
     * FILE.partial} and {@code FILE.partial.json}. The file is that of an uninterrupted writer.
     *
     * @throws IllegalArgumentException if the vectors saved are of other metadata
     */
    public static Writer resume(Path file, Map<String, String> metadata) {
      VectorNames.check(file);
      ResumableFile resumed = ResumableFile.of(file);
      JsonObject state = resumed.state();
      if (state.size() == 0) {
        return begin(file, metadata, resumed);
      }
      Writer writer =
          new Writer(file, new TreeMap<>(metadata), headerBytes(file, metadata), resumed);
      if (!state.get("metadata").equals(lines(writer.metadata))) {
        resumed.close();
        throw new IllegalArgumentException(
            "%s.partial has %s of other metadata: delete it to begin anew, or name another file"
                .formatted(file, Count.of(state.get("vectors").getAsInt(), "vectors")));
      }
      writer.size = state.get("vectors").getAsInt();
      writer.dimension = state.get("dimension").getAsInt();
      return writer;
    }

    private static Writer begin(Path file, Map<String, String> metadata, PendingFile pending) {
      int header = headerBytes(file, metadata);
      Writer writer = new Writer(file, new TreeMap<>(metadata), header, pending);
      try {
        writer.out.write(new byte[header]);
        return writer;
      } catch (IOException e) {
        writer.close();
        throw failure(file, e);
      }
    }

    private static int headerBytes(Path file, Map<String, String> metadata) {
      return VectorNames.isSafetensors(file)
          ? (json(new TreeMap<>(metadata), Integer.MAX_VALUE, Integer.MAX_VALUE).length / 64 + 2)
              * 64
          : NpyEmbeddings.WRITTEN_HEADER;
    }

    /**
     * Returns the mark of the last {@link #save} that this writer continues; empty if it begins.
     */
    public Optional<String> mark() {
      return pending instanceof ResumableFile resumed && resumed.state().has("mark")
          ? Optional.of(resumed.state().get("mark").getAsString())
          : Optional.empty();
    }

    /**
     * Writes the vectors so far through to the disk, where a later {@link #resume} continues.
     *
     * @param mark what shows that a later run has the same beginning, such as a digest of its input
     * @throws IllegalStateException if the writer is not of {@link #resume}
     * @throws UncheckedIOException if writing fails
     */
    public void save(String mark) {
      if (!(pending instanceof ResumableFile resumed)) {
        throw new IllegalStateException("only a writer of resume is saved before its end");
      }
      flush();
      JsonObject state = new JsonObject();
      state.add("metadata", lines(metadata));
      state.addProperty("vectors", size);
      state.addProperty("dimension", dimension);
      state.addProperty("mark", mark);
      try {
        resumed.save(state);
      } catch (IOException e) {
        throw failure(file, e);
      }
    }

    /**
     * Appends a vector.
     *
     * @throws IllegalArgumentException if it is empty or has another length than the first
     * @throws UncheckedIOException if writing fails
     */
    public void write(float[] vector) {
      if (vector.length == 0 || (size > 0 && vector.length != dimension)) {
        throw new IllegalArgumentException(
            "vector %d has dimension %d, the first has %d"
                .formatted(size, vector.length, dimension));
      }
      dimension = vector.length;
      int bytes = Math.multiplyExact(vector.length, Float.BYTES);
      if (buffer.remaining() < bytes) {
        flush();
        if (buffer.capacity() < bytes) {
          buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }
      }
      for (float value : vector) {
        buffer.putFloat(value);
      }
      size++;
    }

    /** Returns the number of vectors written. */
    public int size() {
      return size;
    }

    /**
     * Completes the file; no vector can follow.
     *
     * @throws UncheckedIOException if writing fails; an older file is then unchanged
     */
    public void commit() {
      flush();
      try {
        pending.writeStart(
            VectorNames.isSafetensors(file)
                ? safetensorsHeader()
                : NpyEmbeddings.header("<f4", size, dimension));
      } catch (IOException e) {
        throw failure(file, e);
      }
      pending.commit();
    }

    /** Discards the vectors that were neither committed nor saved. */
    @Override
    public void close() {
      pending.close();
    }

    private byte[] safetensorsHeader() {
      byte[] json = json(metadata, size, dimension);
      ByteBuffer header = ByteBuffer.allocate(headerBytes).order(ByteOrder.LITTLE_ENDIAN);
      header.putLong(headerBytes - (long) Long.BYTES).put(json);
      while (header.hasRemaining()) {
        header.put((byte) ' ');
      }
      return header.array();
    }

    private static byte[] json(Map<String, String> metadata, int size, int dimension) {
      JsonObject header = new JsonObject();
      if (!metadata.isEmpty()) {
        header.add("__metadata__", lines(metadata));
      }
      JsonObject array = new JsonObject();
      array.addProperty("dtype", DType.F32.name());
      array.add("shape", numbers(size, dimension));
      array.add("data_offsets", numbers(0, (long) size * dimension * Float.BYTES));
      header.add("vectors", array);
      return header.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static JsonObject lines(Map<String, String> metadata) {
      JsonObject lines = new JsonObject();
      metadata.forEach(lines::addProperty);
      return lines;
    }

    private static JsonArray numbers(long first, long second) {
      JsonArray numbers = new JsonArray();
      numbers.add(first);
      numbers.add(second);
      return numbers;
    }

    private void flush() {
      try {
        out.write(buffer.array(), 0, buffer.position());
      } catch (IOException e) {
        throw failure(file, e);
      }
      buffer.clear();
    }

    private static UncheckedIOException failure(Path file, IOException e) {
      return new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }
}
