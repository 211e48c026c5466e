package io.github.geofix.core.index;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.IndexOptions.Metric;
import io.github.geofix.core.index.IndexOptions.VectorEncoding;
import io.github.geofix.core.index.SearchResult.Hit;
import io.github.geofix.core.index.SearchResult.SearchCost;
import io.github.geofix.core.internal.index.Kernel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Exact nearest-neighbor index of embeddings with positions, in memory or memory-mapped.
 * Thread-safe; must be closed, because its memory is outside the heap.
 *
 * <pre>{@code
 * EmbeddingIndexBuilder builder = EmbeddingIndex.builder(768, IndexOptions.defaults());
 * builder.add(vector, new LatLng(48.8584, 2.2945), "eiffel.jpg");
 * try (EmbeddingIndex index = builder.build()) {
 *   index.save(Path.of("paris.index"));
 *   SearchResult result = index.within(new LatLng(48.86, 2.35), 10).search(query, 5);
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
  private static final int CANDIDATES_PER_HIT = 10;

  private final IndexOptions options;
  private final Kernel kernel;
  private final SegmentList rows;

  /** Held for reading by searches, and for writing by changes of rows and by {@link #close}. */
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  private boolean closed;

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
  public static EmbeddingIndexBuilder builder(int dimension, IndexOptions options) {
    return new EmbeddingIndexBuilder(dimension, options);
  }

  /**
   * Writes the file of an index that need not fit into memory; {@link #open} maps it.
   *
   * @param dimension D, the length of every row
   * @param rows adds the rows to the builder it is given, in any number; it holds 64 MiB of them at
   *     a time
   * @throws java.io.UncheckedIOException if writing fails; an older file is then unchanged
   */
  public static void write(
      Path file, int dimension, IndexOptions options, Consumer<EmbeddingIndexBuilder> rows) {
    IndexFile.write(
        file,
        dimension,
        options,
        out -> {
          EmbeddingIndexBuilder builder = new EmbeddingIndexBuilder(dimension, options, out::add);
          rows.accept(builder);
          builder.flush(out::add);
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
   * @param encoder what {@link IndexOptions#encoder()} must be
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
    Lock held = begin(lock.readLock());
    try {
      IndexFile.write(
          file, new IndexFile.Content(dimension(), options, rows.segments(), rows.deleted()));
    } finally {
      held.unlock();
    }
  }

  @Override
  public int dimension() {
    return rows.shape().dimension();
  }

  /** Returns the options the index was built with. */
  public IndexOptions options() {
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
  public int append(EmbeddingIndexBuilder builder) {
    if (!builder.shape().equals(rows.shape()) || !builder.options().equals(options)) {
      throw new IllegalArgumentException(
          "the builder has dimension "
              + builder.shape().dimension()
              + " and "
              + builder.options()
              + ", the index dimension "
              + dimension()
              + " and "
              + options);
    }
    if (builder.size() == 0) {
      return rows();
    }
    Segment added = builder.segment();
    return writing(() -> rows.append(added));
  }

  /**
   * Marks rows as deleted, so that no search returns them. {@link #compact} frees their memory.
   *
   * @return how many of them were not marked before
   * @throws IndexOutOfBoundsException if a row does not exist; then none is marked
   */
  public int delete(int... rows) {
    return writing(() -> this.rows.delete(rows));
  }

  /**
   * Merges all rows that are not deleted into one segment, in the order of their positions. All row
   * numbers change. Needs the memory of the rows a second time, and blocks searches while it runs.
   *
   * @return the number of rows left
   */
  public int compact() {
    return writing(
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
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        rows.free();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  <T> T reading(Supplier<T> work) {
    Lock held = begin(lock.readLock());
    try {
      return work.get();
    } finally {
      held.unlock();
    }
  }

  private <T> T writing(Supplier<T> work) {
    Lock held = begin(lock.writeLock());
    try {
      return work.get();
    } finally {
      held.unlock();
    }
  }

  private Lock begin(Lock wanted) {
    wanted.lock();
    if (closed) {
      wanted.unlock();
      throw new IllegalStateException("the index is closed");
    }
    return wanted;
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
  List<SearchResult> search(List<SearchArea> areas, int threads, float[][] queries, int k) {
    long start = System.nanoTime();
    float[][] prepared = prepared(queries, k);
    if (queries.length == 0) {
      return List.of();
    }
    return reading(
        () -> {
          Scan scan =
              new Scan(
                  kernel, isSquared(), rows.shape(), rows.deleted(), rows.parts(areas), threads);
          boolean rerank = options.encoding() == VectorEncoding.INT8;
          long wanted = rerank ? Math.max(options.rerank(), (long) CANDIDATES_PER_HIT * k) : k;
          TopK[] best = scan.run(prepared, (int) Math.min(wanted, Math.max(1, rows.rows())));
          long bytes = scan.bytesRead();
          if (rerank) {
            for (int i = 0; i < best.length; i++) {
              bytes += (long) best[i].size() * rows.shape().paddedDimension() * Float.BYTES;
              best[i] = reranked(best[i], prepared[i], k);
            }
          }
          List<List<Hit>> hits = Arrays.stream(best).map(rows::hits).toList();
          SearchCost cost = new SearchCost(scan.rowsScanned(), bytes, System.nanoTime() - start);
          return hits.stream().map(found -> new SearchResult(found, cost)).toList();
        });
  }

  private boolean isSquared() {
    return options.metric() == Metric.L2;
  }

  private TopK reranked(TopK candidates, float[] query, int k) {
    TopK best = new TopK(Math.min(k, Math.max(1, candidates.size())));
    for (int row : candidates.rows()) {
      best.offer(kernel.score(rows.vector(row), isSquared(), query), row);
    }
    return best;
  }
}
