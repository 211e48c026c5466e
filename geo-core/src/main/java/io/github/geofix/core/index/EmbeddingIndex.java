package io.github.geofix.core.index;

import com.google.common.geometry.S2CellId;
import com.google.common.geometry.S2LatLng;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.LatLng;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Embeddings with a position each, and exact search for the nearest ones. Thread-safe; must be
 * closed, because its memory lies outside the heap.
 *
 * <pre>{@code
 * EmbeddingIndex.Builder builder = EmbeddingIndex.builder(768, EmbeddingIndex.Options.defaults());
 * builder.add(vector, new LatLng(48.8584, 2.2945), "eiffel.jpg");
 * try (EmbeddingIndex index = builder.build()) {
 *   index.save(Path.of("paris.index"));
 *   SearchResult result = index.within(new LatLng(48.86, 2.35), 10).search(query, 5);
 * }
 * }</pre>
 *
 * <p>A search reads every row, so it takes the time that reading them takes: with the Java module
 * {@code jdk.incubator.vector} (start Java with {@code --add-modules jdk.incubator.vector}) it
 * keeps up with memory, without it takes two to four times as long. Rows that were added together
 * lie in the order of their S2 cells, so a search within a region reads only that region's rows and
 * a few beside them.
 *
 * <p>Rows are numbered from 0 in the order of their places, not in that of adding. {@link #append}
 * adds a segment of rows with the next numbers, {@link #delete} marks rows, and {@link #compact}
 * sorts all that are left anew, which changes their numbers.
 *
 * <p>A row's score does not depend on how it was found: one query or a batch, whole index or
 * region, any number of threads, {@link RowFormat#FLOAT32} or {@link RowFormat#INT8} give the same
 * bits on the same virtual machine.
 *
 * <p>A file that an index was opened from must not be overwritten in place while it is open, as
 * with any mapped file; {@link #save} replaces it, which is safe.
 */
public final class EmbeddingIndex extends AreaSearch implements AutoCloseable {

  /**
   * What an index is built with.
   *
   * @param metric how rows are scored
   * @param format how rows are kept
   * @param rerank how many candidates {@link RowFormat#INT8} scores exactly, at least; ten for each
   *     hit asked for are always
   * @param encoder the digest of the weights that made the rows, or any other name of them; empty
   *     if it is not known. Kept in the file, see {@link #open(Path, String)}.
   */
  public record Options(Metric metric, RowFormat format, int rerank, String encoder) {
    private static final int MAX_ENCODER_CHARS = 1024;

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if rerank is negative or the encoder's name too long
     */
    public Options {
      Objects.requireNonNull(metric);
      Objects.requireNonNull(format);
      if (rerank < 0) {
        throw new IllegalArgumentException("rerank must be 0 or more: " + rerank);
      }
      if (encoder.length() > MAX_ENCODER_CHARS) {
        throw new IllegalArgumentException(
            "the encoder's name has " + encoder.length() + " characters, at most 1024 fit");
      }
    }

    /** Returns cosine over floats, 100 candidates, no encoder. */
    public static Options defaults() {
      return new Options(Metric.COSINE, RowFormat.FLOAT32, 100, "");
    }

    /** Returns a copy with another metric. */
    public Options withMetric(Metric metric) {
      return new Options(metric, format, rerank, encoder);
    }

    /** Returns a copy with another row format. */
    public Options withFormat(RowFormat format) {
      return new Options(metric, format, rerank, encoder);
    }

    /** Returns a copy with another number of candidates. */
    public Options withRerank(int rerank) {
      return new Options(metric, format, rerank, encoder);
    }

    /** Returns a copy that names the encoder. */
    public Options withEncoder(String encoder) {
      return new Options(metric, format, rerank, encoder);
    }
  }

  /** Collects rows in memory until {@link #build}. Not thread-safe. */
  public static final class Builder {
    private final int width;
    private final Options options;
    private final List<Segment.Row> rows = new ArrayList<>();

    private Builder(int width, Options options) {
      this.width = width;
      this.options = options;
    }

    /** Adds a row without a payload. */
    public Builder add(float[] vector, LatLng latLng, String id) {
      return add(vector, latLng, id, new byte[0]);
    }

    /**
     * Adds a row.
     *
     * @param vector [D]
     * @param latLng where the row lies
     * @param id a name, which need not be unique
     * @param payload any bytes, see {@link EmbeddingIndex#payload}
     * @throws IllegalArgumentException if the vector has another width, or holds NaN or an
     *     infinity, or is zero where the metric is the cosine, or a text is longer than 16 MiB
     */
    public Builder add(float[] vector, LatLng latLng, String id, byte[] payload) {
      byte[] name = id.getBytes(StandardCharsets.UTF_8);
      if (Math.max(name.length, payload.length) > Segment.MAX_TEXT_BYTES) {
        throw new IllegalArgumentException(
            "the id has "
                + name.length
                + " bytes and the payload "
                + payload.length
                + ", at most "
                + Segment.MAX_TEXT_BYTES
                + " fit");
      }
      rows.add(
          new Segment.Row(
              prepared(vector, "row " + id, width, options.metric()),
              Objects.requireNonNull(latLng),
              name,
              payload.clone()));
      return this;
    }

    /** Returns the number of rows added so far. */
    public int size() {
      return rows.size();
    }

    /**
     * Builds the index; it may have no rows at all.
     *
     * <p>Needs the memory of the rows once more, outside the heap: raise {@code
     * -XX:MaxDirectMemorySize} for large ones, or {@link EmbeddingIndex#append} in parts.
     */
    public EmbeddingIndex build() {
      return build(Kernel.best());
    }

    EmbeddingIndex build(Kernel kernel) {
      List<Segment> segments = new ArrayList<>();
      if (!rows.isEmpty()) {
        segments.add(segment());
      }
      return new EmbeddingIndex(
          new IndexFile.Content(width, options, segments, new BitSet()), kernel);
    }

    private Segment segment() {
      long[] cells = rows.stream().mapToLong(row -> leafCell(row.latLng())).toArray();
      return Segment.build(new Segment.Shape(width, options.format()), cells, rows::get);
    }
  }

  /** Rows and queries are kept so short that no score overflows. */
  private static final double MAX_SQUARED_LENGTH = 1e36;

  private static final int CANDIDATES_PER_HIT = 10;

  private final int width;
  private final Options options;
  private final Kernel kernel;
  private final List<Segment> segments;
  private BitSet deleted;

  /** Held for reading by searches, and for writing by what changes rows or frees memory. */
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  private boolean closed;

  private EmbeddingIndex(IndexFile.Content content, Kernel kernel) {
    this.width = content.width();
    this.options = content.options();
    this.segments = new ArrayList<>(content.segments());
    this.deleted = content.deleted();
    this.kernel = kernel;
  }

  /**
   * Returns an empty builder.
   *
   * @param width D, the length of every row
   * @throws IllegalArgumentException if the width is not 1 to 32768
   */
  public static Builder builder(int width, Options options) {
    if (width < 1 || width > Segment.MAX_WIDTH) {
      throw new IllegalArgumentException("width must be 1 to " + Segment.MAX_WIDTH + ": " + width);
    }
    return new Builder(width, options);
  }

  /**
   * Opens a saved index, whichever encoder made it. See {@link #open(Path, String)}.
   *
   * @throws ModelFormatException if the file is no index, damaged, truncated or of another version
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  public static EmbeddingIndex open(Path file) {
    return open(file, Kernel.best());
  }

  /**
   * Opens a saved index memory-mapped, in a time that does not depend on its size. Its header is
   * checked; {@link #verify} checks the rows, which takes as long as reading them.
   *
   * @param encoder what {@link Options#encoder()} must be
   * @throws ModelFormatException if another encoder made the index, or the file is no index,
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
   * Reads a saved index as a whole and compares its checksums.
   *
   * @throws ModelFormatException if a byte differs from what was saved
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  public static void verify(Path file) {
    IndexFile.open(file).segments().forEach(Segment::free);
    IndexFile.verify(file);
  }

  /**
   * Saves all rows, deletions marked, replacing an older file only when the new one is complete.
   *
   * @throws java.io.UncheckedIOException if writing fails; then an older file is left as it was
   */
  public void save(Path file) {
    Lock held = begin(lock.readLock());
    try {
      IndexFile.write(file, new IndexFile.Content(width, options, segments, deleted));
    } finally {
      held.unlock();
    }
  }

  @Override
  public int width() {
    return width;
  }

  /** Returns what the index was built with. */
  public Options options() {
    return options;
  }

  /** Returns one more than the highest row number. */
  public int rows() {
    return reading(() -> rowCount());
  }

  /** Returns the number of rows that are not deleted. */
  public int size() {
    return reading(() -> rowCount() - deleted.cardinality());
  }

  /** Returns the number of segments: one for the rows built, and one for each {@link #append}. */
  public int segments() {
    return reading(() -> segments.size());
  }

  /** Returns whether a row is marked as deleted. */
  public boolean isDeleted(int row) {
    return reading(() -> deleted.get(Objects.checkIndex(row, rowCount())));
  }

  /** Returns the name that a row was added with. */
  public String id(int row) {
    return at(row, Segment::id);
  }

  /** Returns the position of a row. */
  public LatLng latLng(int row) {
    return at(row, Segment::latLng);
  }

  /** Returns the bytes that a row was added with; empty if there were none. */
  public byte[] payload(int row) {
    return at(row, Segment::payload);
  }

  /** Returns a row's numbers, [D]; normalized where the metric is the cosine. */
  public float[] vector(int row) {
    return reading(() -> Arrays.copyOf(paddedVector(row), width));
  }

  /**
   * Adds the rows of a builder as a segment of their own, numbered after all others.
   *
   * @return the number of the first row added
   * @throws IllegalArgumentException if the builder's width or options differ from the index's
   */
  public int append(Builder builder) {
    if (builder.width != width || !builder.options.equals(options)) {
      throw new IllegalArgumentException(
          "the builder has width "
              + builder.width
              + " and "
              + builder.options
              + ", the index width "
              + width
              + " and "
              + options);
    }
    if (builder.rows.isEmpty()) {
      return rows();
    }
    Segment added = builder.segment();
    return writing(
        () -> {
          int first = rowCount();
          if (first + (long) added.rows() > Integer.MAX_VALUE) {
            throw new IllegalStateException("an index cannot hold more than 2^31 - 1 rows");
          }
          segments.add(added);
          return first;
        });
  }

  /**
   * Marks rows as deleted: no search finds them any more. Their memory is given back by {@link
   * #compact}.
   *
   * @return how many of them were not marked before
   * @throws IndexOutOfBoundsException if there is no such row; then none is marked
   */
  public int delete(int... rows) {
    return writing(
        () -> {
          int count = rowCount();
          for (int row : rows) {
            Objects.checkIndex(row, count);
          }
          int before = deleted.cardinality();
          for (int row : rows) {
            deleted.set(row);
          }
          return deleted.cardinality() - before;
        });
  }

  /**
   * Builds one segment of all rows that are not deleted, in the order of their places. All row
   * numbers change. Needs the memory of the rows once more while it runs, and searches wait.
   *
   * @return the number of rows left
   */
  public int compact() {
    return writing(
        () -> {
          int count = rowCount();
          int[] kept = IntStream.range(0, count).filter(row -> !deleted.get(row)).toArray();
          long[] cells = new long[kept.length];
          for (int i = 0; i < kept.length; i++) {
            Place place = place(kept[i]);
            cells[i] = place.segment().cell(place.row());
          }
          List<Segment> old = List.copyOf(segments);
          Segment compacted = Segment.build(shape(), cells, i -> row(kept[i]));
          segments.clear();
          if (kept.length > 0) {
            segments.add(compacted);
          }
          deleted = new BitSet();
          old.forEach(Segment::free);
          return kept.length;
        });
  }

  /**
   * Gives the memory back, after the searches under way have ended. Later calls fail with {@link
   * IllegalStateException}; closing again does nothing.
   */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        segments.forEach(Segment::free);
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

  private <T> T at(int row, RowReader<T> reader) {
    return reading(
        () -> {
          Place place = place(row);
          return reader.read(place.segment(), place.row());
        });
  }

  /** Reads something of a row, given by its number within the segment. */
  private interface RowReader<T> {
    T read(Segment segment, int row);
  }

  /** A row of a segment. */
  private record Place(Segment segment, int row) {}

  private Place place(int row) {
    Objects.checkIndex(row, rowCount());
    int first = 0;
    for (Segment segment : segments) {
      if (row - first < segment.rows()) {
        return new Place(segment, row - first);
      }
      first += segment.rows();
    }
    throw new AssertionError(row);
  }

  private int rowCount() {
    int rows = 0;
    for (Segment segment : segments) {
      rows += segment.rows();
    }
    return rows;
  }

  private Segment.Shape shape() {
    return new Segment.Shape(width, options.format());
  }

  /** Returns a row and the zeros after it, within {@link #reading}. */
  float[] paddedVector(int row) {
    Place place = place(row);
    float[] vector = new float[shape().paddedWidth()];
    place.segment().vector(place.row(), vector);
    return vector;
  }

  private Segment.Row row(int row) {
    Place place = place(row);
    return new Segment.Row(
        paddedVector(row),
        place.segment().latLng(place.row()),
        place.segment().idBytes(place.row()),
        place.segment().payload(place.row()));
  }

  private Hit hit(TopK.Ranked ranked) {
    Place place = place(ranked.row());
    // Adding 0 turns the -0 of two equal rows' squared distance into 0.
    return new Hit(
        ranked.row(),
        ranked.score() + 0f,
        place.segment().id(place.row()),
        place.segment().latLng(place.row()));
  }

  /** Checks queries and returns them padded, and normalized for the cosine. */
  float[][] prepared(float[][] queries, int k) {
    if (k < 1) {
      throw new IllegalArgumentException("k must be 1 or more: " + k);
    }
    float[][] prepared = new float[queries.length][];
    for (int i = 0; i < queries.length; i++) {
      prepared[i] = prepared(queries[i], "query " + i, width, options.metric());
    }
    return prepared;
  }

  @Override
  List<SearchResult> search(List<Area> areas, int threads, float[][] queries, int k) {
    long start = System.nanoTime();
    float[][] prepared = prepared(queries, k);
    if (queries.length == 0) {
      return List.of();
    }
    return reading(
        () -> {
          Scan scan =
              new Scan(
                  kernel, options.metric() == Metric.L2, shape(), deleted, parts(areas), threads);
          boolean rerank = options.format() == RowFormat.INT8;
          long wanted = rerank ? Math.max(options.rerank(), (long) CANDIDATES_PER_HIT * k) : k;
          TopK[] best = scan.run(prepared, (int) Math.min(wanted, Math.max(1, rowCount())));
          long bytes = scan.bytesRead();
          if (rerank) {
            for (int i = 0; i < best.length; i++) {
              bytes += (long) best[i].size() * shape().paddedWidth() * Float.BYTES;
              best[i] = reranked(best[i], prepared[i], k);
            }
          }
          List<List<Hit>> hits = new ArrayList<>();
          for (TopK top : best) {
            hits.add(hits(top));
          }
          SearchCost cost = new SearchCost(scan.rowsScanned(), bytes, System.nanoTime() - start);
          return hits.stream().map(found -> new SearchResult(found, cost)).toList();
        });
  }

  private List<Scan.Part> parts(List<Area> areas) {
    List<Scan.Part> parts = new ArrayList<>();
    int first = 0;
    for (Segment segment : segments) {
      int[] runs = {0, segment.rows()};
      for (Area area : areas) {
        runs = Area.intersect(runs, area.runs(segment));
      }
      parts.add(new Scan.Part(segment, first, runs));
      first += segment.rows();
    }
    return parts;
  }

  private TopK reranked(TopK candidates, float[] query, int k) {
    TopK best = new TopK(Math.min(k, Math.max(1, candidates.size())));
    for (int row : candidates.rows()) {
      best.offer(kernel.score(paddedVector(row), options.metric() == Metric.L2, query), row);
    }
    return best;
  }

  /** Empties a list of best rows into hits, best first. */
  List<Hit> hits(TopK top) {
    List<Hit> worstFirst = new ArrayList<>();
    while (top.size() > 0) {
      worstFirst.add(hit(top.removeWorst()));
    }
    Collections.reverse(worstFirst);
    return worstFirst;
  }

  /** Returns the rows that are not deleted and lie in all of some areas. */
  BitSet accepted(List<Area> areas) {
    return reading(
        () -> {
          BitSet accepted = new BitSet(rowCount());
          for (Scan.Part part : parts(areas)) {
            for (int i = 0; i < part.runs().length; i += 2) {
              accepted.set(part.firstRow() + part.runs()[i], part.firstRow() + part.runs()[i + 1]);
            }
          }
          accepted.andNot(deleted);
          return accepted;
        });
  }

  private static long leafCell(LatLng latLng) {
    return S2CellId.fromLatLng(S2LatLng.fromDegrees(latLng.latitude(), latLng.longitude())).id();
  }

  /** Checks a row or query and returns it padded to W, normalized for the cosine. */
  private static float[] prepared(float[] vector, String what, int width, Metric metric) {
    if (vector.length != width) {
      throw new IllegalArgumentException(
          what
              + " has "
              + vector.length
              + " numbers, the index has rows of "
              + width
              + ": is it from another encoder?");
    }
    double squares = 0;
    for (int d = 0; d < width; d++) {
      squares += (double) vector[d] * vector[d];
    }
    boolean cosine = metric == Metric.COSINE;
    if (!(squares <= MAX_SQUARED_LENGTH) || (cosine && squares == 0)) {
      throw new IllegalArgumentException(what + " " + flaw(vector));
    }
    float[] padded =
        Arrays.copyOf(vector, new Segment.Shape(width, RowFormat.FLOAT32).paddedWidth());
    if (cosine) {
      double length = Math.sqrt(squares);
      for (int d = 0; d < width; d++) {
        padded[d] = (float) (vector[d] / length);
      }
    }
    return padded;
  }

  private static String flaw(float[] vector) {
    for (int d = 0; d < vector.length; d++) {
      if (!Float.isFinite(vector[d])) {
        return "holds " + vector[d] + " at " + d + ": only finite numbers can be compared";
      }
    }
    for (float number : vector) {
      if (number != 0) {
        return "is longer than 1e18: its scores would overflow";
      }
    }
    return "is zero, which has no direction: the cosine is not defined for it";
  }
}
