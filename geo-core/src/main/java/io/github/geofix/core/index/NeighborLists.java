package io.github.geofix.core.index;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Interrupts;
import io.github.geofix.core.internal.Replacement;
import io.github.geofix.core.internal.TemporaryFolder;
import io.github.geofix.core.internal.format.MappedFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.IntConsumer;

/**
 * The nearest rows of one set of vectors for each row of the same or another set, [N, K] row
 * numbers, best first: searched once, kept in a file, read as often as a training needs them. The
 * file is memory-mapped. Thread-safe; must be closed.
 *
 * <pre>{@code
 * try (Embeddings photos = Embeddings.open(Path.of("mp16.safetensors"))) {
 *   NeighborLists.write(Path.of("neighbors.npy"), photos, photos, NeighborLists.Options.defaults());
 * }
 * }</pre>
 */
public final class NeighborLists implements AutoCloseable {

  /**
   * How neighbors are searched.
   *
   * @param count K, the number of neighbors of a row, at least 1
   * @param dimension how many numbers of each row are compared, from its first on; 0 for all
   * @param approximate whether a graph is built and followed, as {@link ApproximateIndex} does, in
   *     place of an exact search: many times as fast for millions of rows, and misses a few
   */
  public record Options(int count, int dimension, boolean approximate) {
    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a number is out of range
     */
    public Options {
      if (count < 1 || dimension < 0) {
        throw new IllegalArgumentException(
            "count %d and dimension %d: at least 1 and 0 needed".formatted(count, dimension));
      }
    }

    /** Returns 15 neighbors, as in GeoToken, compared by all numbers, exactly. */
    public static Options defaults() {
      return new Options(15, 0, false);
    }

    /** Returns a copy with another number of neighbors. */
    public Options withCount(int count) {
      return new Options(count, dimension, approximate);
    }

    /** Returns a copy that compares the first numbers of each row; 0 for all. */
    public Options withDimension(int dimension) {
      return new Options(count, dimension, approximate);
    }

    /** Returns a copy that follows a graph, or does not. */
    public Options withApproximate(boolean approximate) {
      return new Options(count, dimension, approximate);
    }
  }

  private static final int BATCH = 256;
  private static final int READ_ROWS = 1024;

  /** Rows have no positions here, and all the same one leaves them in their order. */
  private static final LatLng NOWHERE = new LatLng(0, 0);

  private final AutoCloseable file;
  private final Numbers numbers;
  private final int size;
  private final int count;

  private NeighborLists(AutoCloseable file, Numbers numbers, int size, int count) {
    this.file = file;
    this.numbers = numbers;
    this.size = size;
    this.count = count;
  }

  /** Reads whole numbers of a file. */
  private interface Numbers {
    void read(long first, long[] target);
  }

  /** As the form with progress, without it. */
  public static void write(Path file, Embeddings queries, Embeddings among, Options options) {
    write(file, queries, among, options, done -> {});
  }

  /**
   * Searches the neighbors of each query and writes a NumPy file of 32-bit row numbers. Where the
   * queries are the rows searched, no row is its own neighbor. Rows are compared by the cosine of
   * their directions.
   *
   * <p>Beside the file, an index of the rows that are searched is written and deleted again, 4
   * {@code dimension} bytes for each. The exact search costs Q N products, at the speed of {@link
   * EmbeddingIndex} in batches, and half of them if rows are searched among themselves: each pair
   * is scored once. The best rows of all rows are then on the heap, about 200 bytes a row; where
   * that is more than a quarter of the heap, all products are computed in place of that, and heap
   * and memory do not depend on the number of rows.
   *
   * @param file named {@code *.npy}
   * @param queries [Q, D]
   * @param among [N, D], the same object as {@code queries} to search rows among themselves
   * @param onDone called with the number of queries answered
   * @throws IllegalArgumentException if rows are of different lengths or fewer than are to be
   *     found, or the file has another name
   */
  public static void write(
      Path file, Embeddings queries, Embeddings among, Options options, IntConsumer onDone) {
    if (!VectorNames.isNpy(file)) {
      throw new IllegalArgumentException(
          "neighbors are written as .npy: let the name of " + file + " end so");
    }
    boolean same = queries == among;
    int dimension = options.dimension() == 0 ? among.dimension() : options.dimension();
    check(queries, among, options.count() + (same ? 1 : 0), dimension);
    Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
    try (Replacement replacement = Replacement.of(file);
        TemporaryFolder temporary = TemporaryFolder.createIn(folder);
        OutputStream out = new BufferedOutputStream(replacement.stream())) {
      out.write(NpyEmbeddings.header("<i4", queries.size(), options.count()));
      Path rows = temporary.path().resolve("rows");
      search(rows, queries, among, options.withDimension(dimension), out, onDone);
      out.flush();
      replacement.commit();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  private static Path flat(Path rows) {
    return rows.resolveSibling(rows.getFileName() + ".flat");
  }

  private static void check(Embeddings queries, Embeddings among, int needed, int dimension) {
    if (queries.dimension() < dimension || among.dimension() < dimension) {
      throw new IllegalArgumentException(
          "rows have %d and %d numbers, %d are to be compared"
              .formatted(queries.dimension(), among.dimension(), dimension));
    }
    if (among.size() < needed) {
      throw new IllegalArgumentException(
          among.size() + " rows to search, " + needed + " needed: take fewer neighbors");
    }
  }

  private static void search(
      Path rows,
      Embeddings queries,
      Embeddings among,
      Options options,
      OutputStream out,
      IntConsumer onDone)
      throws IOException {
    Path flat = flat(rows);
    EmbeddingIndex.write(
        flat,
        options.dimension(),
        EmbeddingIndex.Options.defaults(),
        builder ->
            eachRow(
                among,
                options.dimension(),
                (row, vector) -> builder.add(vector, NOWHERE, Integer.toString(row))));
    if (!options.approximate()) {
      try (EmbeddingIndex index = EmbeddingIndex.open(flat)) {
        long heap = PairScan.heapBytes(index.rows(), options.count());
        if (queries == among && heap < Runtime.getRuntime().maxMemory() / 4) {
          searchPairs(index, options.count(), out, onDone);
        } else {
          search(index, queries, queries == among, options, out, onDone);
        }
      }
      return;
    }
    try (EmbeddingIndex index = EmbeddingIndex.open(flat)) {
      ApproximateIndex.build(index, ApproximateIndex.Options.defaults(), rows);
    }
    Files.delete(flat);
    try (ApproximateIndex index = ApproximateIndex.open(rows)) {
      EmbeddingSearch parallel = index.withThreads(Runtime.getRuntime().availableProcessors());
      search(parallel, queries, queries == among, options, out, onDone);
    }
  }

  private interface RowAction {
    void accept(int row, float[] vector);
  }

  private static void eachRow(Embeddings rows, int dimension, RowAction action) {
    float[] block = new float[READ_ROWS * rows.dimension()];
    for (int first = 0; first < rows.size(); first += READ_ROWS) {
      Interrupts.check(first, rows.size(), "rows");
      int size = Math.min(READ_ROWS, rows.size() - first);
      rows.read(first, size, block);
      for (int i = 0; i < size; i++) {
        int from = i * rows.dimension();
        action.accept(first + i, Arrays.copyOfRange(block, from, from + dimension));
      }
    }
  }

  private static void searchPairs(
      EmbeddingIndex index, int count, OutputStream out, IntConsumer onDone) {
    int rows = index.rows();
    index.neighbors(
        count,
        Runtime.getRuntime().availableProcessors(),
        (first, best) -> {
          Interrupts.check(first, rows, "rows");
          try {
            for (TopK top : best) {
              // Rows at one place keep their order, so their numbers are those of the index.
              int[] found = new int[count];
              for (int i = count - 1; i >= 0; i--) {
                found[i] = top.removeWorst().row();
              }
              ByteBuffer bytes =
                  ByteBuffer.allocate(count * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
              bytes.asIntBuffer().put(found);
              out.write(bytes.array());
            }
          } catch (IOException e) {
            throw new UncheckedIOException("cannot write neighbors: " + e.getMessage(), e);
          }
          onDone.accept(first + best.length);
        });
  }

  private static void search(
      EmbeddingSearch index,
      Embeddings queries,
      boolean same,
      Options options,
      OutputStream out,
      IntConsumer onDone)
      throws IOException {
    float[] block = new float[BATCH * queries.dimension()];
    for (int first = 0; first < queries.size(); first += BATCH) {
      Interrupts.check(first, queries.size(), "rows");
      int size = Math.min(BATCH, queries.size() - first);
      queries.read(first, size, block);
      float[][] batch = new float[size][];
      for (int i = 0; i < size; i++) {
        int from = i * queries.dimension();
        batch[i] = Arrays.copyOfRange(block, from, from + options.dimension());
      }
      List<EmbeddingSearch.Result> found = index.search(batch, options.count() + (same ? 1 : 0));
      ByteBuffer bytes =
          ByteBuffer.allocate(size * options.count() * Integer.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < size; i++) {
        String self = Integer.toString(first + i);
        found.get(i).hits().stream()
            .filter(hit -> !(same && hit.id().equals(self)))
            .limit(options.count())
            .forEach(hit -> bytes.putInt(Integer.parseInt(hit.id())));
      }
      if (bytes.hasRemaining()) {
        throw new IllegalStateException(
            "the graph did not reach " + options.count() + " rows: search exactly");
      }
      out.write(bytes.array());
      onDone.accept(first + size);
    }
  }

  /**
   * Opens a file of row numbers, such as {@link #write} made: NumPy of 32- or 64-bit integers in C
   * order where its name ends so, as FAISS users save them, else safetensors with one array of
   * 64-bit integers.
   *
   * @throws java.io.UncheckedIOException if the file cannot be read
   * @throws IllegalArgumentException if it holds something else
   */
  public static NeighborLists open(Path file) {
    return VectorNames.isNpy(file) ? openNpy(file) : openSafetensors(file);
  }

  private static NeighborLists openNpy(Path file) {
    MappedFile data = MappedFile.open(file);
    try {
      NpyEmbeddings.Layout layout = NpyEmbeddings.layout(data, file, "i4|i8");
      int bytes = layout.bytes();
      Numbers numbers =
          (first, target) -> {
            ByteBuffer row = data.slice(layout.start() + first * bytes, target.length * bytes);
            for (int i = 0; i < target.length; i++) {
              target[i] = bytes == Integer.BYTES ? row.getInt() : row.getLong();
            }
          };
      return new NeighborLists(data, numbers, layout.size(), layout.dimension());
    } catch (RuntimeException e) {
      data.close();
      throw e;
    }
  }

  private static NeighborLists openSafetensors(Path file) {
    Safetensors data = Safetensors.open(file);
    try {
      String name = data.names().stream().findFirst().orElse("");
      if (data.names().size() != 1
          || !data.dtype(name).isInteger()
          || data.shape(name).length != 2
          || data.shape(name)[0] > Integer.MAX_VALUE
          || data.shape(name)[1] > 1 << 16) {
        throw new IllegalArgumentException(
            file + " holds no neighbors: one array [N, K] of 64-bit row numbers is needed");
      }
      long[] all = data.longs(name);
      long[] shape = data.shape(name);
      Numbers numbers = (first, target) -> LongBuffer.wrap(all).position((int) first).get(target);
      data.close();
      return new NeighborLists(() -> {}, numbers, (int) shape[0], (int) shape[1]);
    } catch (RuntimeException e) {
      data.close();
      throw e;
    }
  }

  /** Returns the number of rows N. */
  public int size() {
    return size;
  }

  /** Returns the number of neighbors of each row, K. */
  public int count() {
    return count;
  }

  /**
   * Returns the neighbors of a row, best first.
   *
   * @param most the rows there are to be neighbors
   * @throws ModelFormatException if one is not a row number below that
   */
  public int[] of(int row, int most) {
    long[] found = new long[count];
    numbers.read((long) row * count, found);
    for (long neighbor : found) {
      if (neighbor < 0 || neighbor >= most) {
        throw new ModelFormatException(
            "row %d has the neighbor %d, of %d rows: were the neighbors searched in another file?"
                .formatted(row, neighbor, most));
      }
    }
    return Arrays.stream(found).mapToInt(n -> (int) n).toArray();
  }

  /** Releases the file. */
  @Override
  public void close() {
    try {
      file.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
