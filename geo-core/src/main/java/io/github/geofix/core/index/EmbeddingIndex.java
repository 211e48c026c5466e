package io.github.geofix.core.index;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingSearch.Hit;
import io.github.geofix.core.index.EmbeddingSearch.SearchCost;
import io.github.geofix.core.internal.index.Kernel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Exact nearest-neighbor index of embeddings with positions, in memory or memory-mapped.
 * Thread-safe; must be closed, because its memory is outside the heap.
 *
 * <pre>{@code
 * Builder builder = EmbeddingIndex.builder(768, Options.defaults());
 * builder.add(vector, new LatLng(48.8584, 2.2945), "eiffel.jpg");
 * try (EmbeddingIndex index = builder.build()) {
 *   index.save(Path.of("paris.index"));
 *   EmbeddingSearch.Result result = index.within(new LatLng(48.86, 2.35), 10).search(query, 5);
 * }
 * }</pre>
 *
 * <p>A search reads every row, so its speed is that of memory if the Java module {@code
 * jdk.incubator.vector} is present (start Java with {@code --add-modules jdk.incubator.vector}),
 * and less without it. Rows added together are stored in the order of their S2 cells, so a search
 * in a region reads little more than that region's rows.
 *
 * <p>Rows are numbered from 0 in the order of their positions, not of insertion. {@link #append}
 * adds a segment of rows with the next numbers, {@link #delete} marks rows, and {@link #compact}
 * sorts the remaining rows again, which changes their numbers.
 *
 * <p>A row's score does not depend on the search: one query or a batch, the whole index or a
 * region, any number of threads, {@link VectorEncoding#FLOAT32} or {@link VectorEncoding#INT8} give
 * the same bits on the same virtual machine.
 *
 * <p>Do not overwrite an opened file in place, as with any mapped file; {@link #save} replaces it,
 * which is safe.
 */
public final class EmbeddingIndex extends AreaSearch implements AutoCloseable {
  private final Options options;
  private final Kernel kernel;
  private final SegmentList rows;

  private final SharedAccess access = new SharedAccess("the index is closed");

  EmbeddingIndex(IndexFile.Content content, Kernel kernel) {
    this.options = content.options();
    this.rows =
        new SegmentList(
            new Segment.Shape(content.dimension(), options.encoding()),
            content.segments(),
            content.deleted());
    this.kernel = kernel;
  }

  /**
   * Returns an empty builder.
   *
   * @param dimension D, the length of every row
   * @throws IllegalArgumentException if the dimension is not 1 to 32768
   */
  public static Builder builder(int dimension, Options options) {
    return new Builder(new RowBuffer(dimension, options, null));
  }

  /**
   * Writes the file of an index that need not fit into memory; {@link #open} maps it.
   *
   * @param dimension D, the length of every row
   * @param rows adds the rows to the builder it is given, in any number; it holds 64 MiB of them at
   *     a time
   * @throws java.io.UncheckedIOException if writing fails; an older file is then unchanged
   */
  public static void write(Path file, int dimension, Options options, Consumer<Builder> rows) {
    IndexFile.write(
        file,
        dimension,
        options,
        out -> {
          RowBuffer buffer = new RowBuffer(dimension, options, out::add);
          rows.accept(new Builder(buffer));
          buffer.flush();
        });
  }

  /**
   * Opens a saved index, whatever its encoder. See {@link #open(Path, String)}.
   *
   * @throws ModelFormatException if the file is not an index, damaged, truncated or of another
   *     version
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  public static EmbeddingIndex open(Path file) {
    return open(file, Kernel.best());
  }

  /**
   * Opens a saved index memory-mapped, in time independent of its size. Only the header is checked;
   * {@link #verify} checks the rows, which takes as long as reading them.
   *
   * @param encoder what {@link Options#encoder()} must be
   * @throws ModelFormatException if the index has another encoder, or the file is not an index,
   *     damaged, truncated or of another version
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  public static EmbeddingIndex open(Path file, String encoder) {
    EmbeddingIndex index = open(file);
    if (index.options.encoder().equals(encoder)) {
      return index;
    }
    index.close();
    throw new ModelFormatException(
        "cannot open the index "
            + file
            + ": encoder \""
            + index.options.encoder()
            + "\" made its rows, not \""
            + encoder
            + "\". Open it with the encoder that made it, or build it again.");
  }

  static EmbeddingIndex open(Path file, Kernel kernel) {
    return new EmbeddingIndex(IndexFile.open(file), kernel);
  }

  /**
   * Reads a whole saved index and compares its checksums.
   *
   * @throws ModelFormatException if a byte differs from what was saved
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  public static void verify(Path file) {
    IndexFile.open(file).segments().forEach(Segment::free);
    IndexFile.verify(file);
  }

  /**
   * Saves all rows and deletion marks, replacing an older file only once the new one is complete.
   *
   * @throws java.io.UncheckedIOException if writing fails; an older file is then unchanged
   */
  public void save(Path file) {
    access.reading(
        () -> {
          IndexFile.write(
              file, new IndexFile.Content(dimension(), options, rows.segments(), rows.deleted()));
          return file;
        });
  }

  @Override
  public int dimension() {
    return rows.shape().dimension();
  }

  /** Returns the options the index was built with. */
  public Options options() {
    return options;
  }

  /** Returns one more than the highest row number. */
  public int rows() {
    return reading(rows::rows);
  }

  /** Returns the number of rows that are not deleted. */
  public int size() {
    return reading(() -> rows.rows() - rows.deleted().cardinality());
  }

  /** Returns the number of segments: one for the rows built, and one for each {@link #append}. */
  public int segments() {
    return reading(() -> rows.segments().size());
  }

  /** Returns whether a row is marked as deleted. */
  public boolean isDeleted(int row) {
    return reading(() -> rows.deleted().get(Objects.checkIndex(row, rows.rows())));
  }

  /** Returns the name that a row was added with. */
  public String id(int row) {
    return reading(() -> rows.read(row, Segment::id));
  }

  /** Returns the position of a row. */
  public LatLng latLng(int row) {
    return reading(() -> rows.read(row, Segment::latLng));
  }

  /** Returns the bytes that a row was added with; empty if there were none. */
  public byte[] payload(int row) {
    return reading(() -> rows.read(row, Segment::payload));
  }

  /** Returns a row, [D]; normalized where the metric is the cosine. */
  public float[] vector(int row) {
    return reading(() -> Arrays.copyOf(rows.vector(row), dimension()));
  }

  /**
   * Adds the rows of a builder as a segment of their own, numbered after all others.
   *
   * @return the number of the first row added
   * @throws IllegalArgumentException if the builder's dimension or options differ from the index's
   */
  public int append(Builder builder) {
    RowBuffer added = builder.rows;
    if (!added.shape().equals(rows.shape()) || !added.options().equals(options)) {
      throw new IllegalArgumentException(
          "the builder has dimension "
              + added.shape().dimension()
              + " and "
              + added.options()
              + ", the index dimension "
              + dimension()
              + " and "
              + options);
    }
    if (added.size() == 0) {
      return rows();
    }
    Segment segment = added.segment();
    return access.writing(() -> rows.append(segment));
  }

  /**
   * Marks rows as deleted, so that no search returns them. {@link #compact} frees their memory.
   *
   * @return how many of them were not marked before
   * @throws IndexOutOfBoundsException if a row does not exist; then none is marked
   */
  public int delete(int... rows) {
    return access.writing(() -> this.rows.delete(rows));
  }

  /**
   * Merges all rows that are not deleted into one segment, in the order of their positions. All row
   * numbers change. Needs the memory of the rows a second time, and blocks searches while it runs.
   *
   * @return the number of rows left
   */
  public int compact() {
    return access.writing(
        () -> {
          rows.compact();
          return rows.rows();
        });
  }

  /**
   * Frees the memory once the running searches have ended. Later calls fail with {@link
   * IllegalStateException}; closing again has no effect.
   */
  @Override
  public void close() {
    access.close(rows::free);
  }

  <T> T reading(Supplier<T> work) {
    return access.reading(work);
  }

  /** Returns a row, padded with zeros. Call within {@link #reading}. */
  float[] paddedVector(int row) {
    return rows.vector(row);
  }

  /** Empties a list of best rows into hits, best first. Call within {@link #reading}. */
  List<Hit> hits(TopK top) {
    return rows.hits(top);
  }

  /** Returns the rows in the intersection of some areas, without deleted ones. */
  BitSet accepted(List<SearchArea> areas) {
    return reading(() -> rows.accepted(areas));
  }

  /** Checks queries and returns them padded, and normalized for the cosine. */
  float[][] prepared(float[][] queries, int k) {
    if (k < 1) {
      throw new IllegalArgumentException("k must be 1 or more: " + k);
    }
    float[][] prepared = new float[queries.length][];
    for (int i = 0; i < queries.length; i++) {
      prepared[i] = Vectors.prepared(queries[i], "query " + i, rows.shape(), options.metric());
    }
    return prepared;
  }

  /**
   * Searches the k nearest rows of each row among the others, with the scores and the order of a
   * search. For rows of floats, none of them deleted.
   */
  void neighbors(int k, int threads, PairScan.Target target) {
    reading(
        () -> {
          new PairScan(kernel, isSquared(), rows, threads).run(k, target);
          return true;
        });
  }

  @Override
  List<EmbeddingSearch.Result> search(
      List<SearchArea> areas, int threads, float[][] queries, int k) {
    long start = System.nanoTime();
    float[][] prepared = prepared(queries, k);
    if (queries.length == 0) {
      return List.of();
    }
    return reading(
        () -> {
          RowSearch search = new RowSearch(kernel, options, rows, areas, threads);
          List<List<Hit>> hits = search.run(prepared, k);
          SearchCost cost =
              new SearchCost(search.rowsScanned(), search.bytesRead(), System.nanoTime() - start);
          return hits.stream().map(found -> new Result(found, cost)).toList();
        });
  }

  private boolean isSquared() {
    return options.metric() == Metric.L2;
  }

  /**
   * Options of an {@link EmbeddingIndex}.
   *
   * @param metric how rows are scored
   * @param encoding how the numbers of a row are stored
   * @param rerank the least number of candidates that {@link VectorEncoding#INT8} scores exactly; a
   *     search always takes at least ten per result asked for
   * @param encoder the digest of the weights that computed the rows, or any other name of them;
   *     empty if unknown. Stored in the file, see {@link EmbeddingIndex#open(java.nio.file.Path,
   *     String)}
   */
  public record Options(Metric metric, VectorEncoding encoding, int rerank, String encoder) {
    private static final int MAX_ENCODER_CHARS = 1024;

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if rerank is negative or the encoder's name too long
     */
    public Options {
      Objects.requireNonNull(metric);
      Objects.requireNonNull(encoding);
      if (rerank < 0) {
        throw new IllegalArgumentException("rerank must be 0 or more: " + rerank);
      }
      if (encoder.length() > MAX_ENCODER_CHARS) {
        throw new IllegalArgumentException(
            "the encoder's name has " + encoder.length() + " characters, at most 1024 fit");
      }
    }

    /** Returns the cosine over floats, 100 candidates, no encoder. */
    public static Options defaults() {
      return new Options(Metric.COSINE, VectorEncoding.FLOAT32, 100, "");
    }

    /** Returns a copy with another metric. */
    public Options withMetric(Metric metric) {
      return new Options(metric, encoding, rerank, encoder);
    }

    /** Returns a copy with another encoding of the rows. */
    public Options withEncoding(VectorEncoding encoding) {
      return new Options(metric, encoding, rerank, encoder);
    }

    /** Returns a copy with another number of candidates. */
    public Options withRerank(int rerank) {
      return new Options(metric, encoding, rerank, encoder);
    }

    /** Returns a copy that names the encoder. */
    public Options withEncoder(String encoder) {
      return new Options(metric, encoding, rerank, encoder);
    }
  }

  /** The similarity of a query q and a row x; higher is closer. */
  public enum Metric {
    /**
     * The cosine of the angle, -1 to 1. Rows and queries are normalized, so neither may be zero.
     */
    COSINE,
    /** The dot product {@code q . x}. */
    DOT,
    /** Minus the squared Euclidean distance, {@code -|q - x|^2}: 0 for an equal row, else below. */
    L2
  }

  /** Storage of the numbers of a row in an {@link EmbeddingIndex}. */
  public enum VectorEncoding {
    /** 32-bit floats: 4 bytes a number, all read by each search. */
    FLOAT32,
    /**
     * Scalar quantization to one byte, read by each search, beside the floats, read only for
     * candidates: 5 bytes a number. The bytes select {@link Options#rerank()} candidates; the
     * floats score and rank them. Scores are therefore exact, and a row is missed only if more than
     * that many others score higher by their bytes.
     */
    INT8
  }

  /**
   * Builder of an {@link EmbeddingIndex}, or of a segment for {@link EmbeddingIndex#append}. Holds
   * its rows on the heap, except that of {@link EmbeddingIndex#write}. Not thread-safe.
   */
  public static final class Builder {
    private final RowBuffer rows;

    Builder(RowBuffer rows) {
      this.rows = rows;
    }

    /** Adds a row without a payload. */
    public Builder add(float[] vector, LatLng latLng, String id) {
      return add(vector, latLng, id, new byte[0]);
    }

    /**
     * Adds a row.
     *
     * @param vector [D]
     * @param latLng the row's position
     * @param id a name, which need not be unique
     * @param payload any bytes, see {@link EmbeddingIndex#payload}
     * @throws IllegalArgumentException if the vector has another dimension, or contains NaN or an
     *     infinity, or is zero where the metric is the cosine, or the id or the payload is longer
     *     than 16 MiB
     */
    public Builder add(float[] vector, LatLng latLng, String id, byte[] payload) {
      rows.add(rows.prepared(vector, id), latLng, id, payload);
      return this;
    }

    /**
     * Adds a row of another index of the same metric. Its scores stay the same to the bit, as it is
     * not normalized a second time.
     *
     * @param vector [D], as {@link EmbeddingIndex#vector} returned it
     * @throws IllegalArgumentException as {@link #add(float[], LatLng, String, byte[])}, and if the
     *     metric is the cosine and the length is not 1
     */
    public Builder addStored(float[] vector, LatLng latLng, String id, byte[] payload) {
      rows.add(rows.stored(vector, id), latLng, id, payload);
      return this;
    }

    /** Returns the number of rows added so far. */
    public int size() {
      return rows.size();
    }

    /**
     * Builds the index; it may be empty.
     *
     * <p>Needs the memory of the rows a second time, outside the heap: raise {@code
     * -XX:MaxDirectMemorySize} for large ones, or {@link EmbeddingIndex#append} in parts.
     *
     * @throws IllegalStateException if the rows go to a file, see {@link EmbeddingIndex#write}
     */
    public EmbeddingIndex build() {
      return build(Kernel.best());
    }

    EmbeddingIndex build(Kernel kernel) {
      return new EmbeddingIndex(rows.content(), kernel);
    }
  }
}
