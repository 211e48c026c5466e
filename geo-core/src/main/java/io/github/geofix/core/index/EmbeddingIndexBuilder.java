package io.github.geofix.core.index;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.core.internal.index.Kernel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Builder of an {@link EmbeddingIndex}, or of a segment for {@link EmbeddingIndex#append}. Holds
 * its rows on the heap, except that of {@link EmbeddingIndex#write}. Not thread-safe.
 */
public final class EmbeddingIndexBuilder {
  /** Rows on the heap at a time, when they are written to a file. */
  private static final long SEGMENT_BYTES = 64 << 20;

  private final Segment.Shape shape;
  private final IndexOptions options;
  private final List<Segment.Row> rows = new ArrayList<>();

  /** Takes rows once they fill a segment; null if all are kept. */
  private final @Nullable Consumer<Segment> full;

  private long bytes;
  private int written;

  EmbeddingIndexBuilder(int dimension, IndexOptions options) {
    this(dimension, options, null);
  }

  EmbeddingIndexBuilder(int dimension, IndexOptions options, @Nullable Consumer<Segment> full) {
    if (dimension < 1 || dimension > Segment.MAX_DIMENSION) {
      throw new IllegalArgumentException(
          "dimension must be 1 to " + Segment.MAX_DIMENSION + ": " + dimension);
    }
    this.shape = new Segment.Shape(dimension, options.encoding());
    this.options = options;
    this.full = full;
  }

  /** Adds a row without a payload. */
  public EmbeddingIndexBuilder add(float[] vector, LatLng latLng, String id) {
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
  public EmbeddingIndexBuilder add(float[] vector, LatLng latLng, String id, byte[] payload) {
    return addRow(
        Vectors.prepared(vector, "row " + id, shape, options.metric()), latLng, id, payload);
  }

  /**
   * Adds a row of another index of the same metric. Its scores stay the same to the bit, as it is
   * not normalized a second time.
   *
   * @param vector [D], as {@link EmbeddingIndex#vector} returned it
   * @throws IllegalArgumentException as {@link #add(float[], LatLng, String, byte[])}, and if the
   *     metric is the cosine and the length is not 1
   */
  public EmbeddingIndexBuilder addStored(float[] vector, LatLng latLng, String id, byte[] payload) {
    return addRow(
        Vectors.stored(vector, "row " + id, shape, options.metric()), latLng, id, payload);
  }

  private EmbeddingIndexBuilder addRow(float[] padded, LatLng latLng, String id, byte[] payload) {
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
    rows.add(new Segment.Row(padded, Objects.requireNonNull(latLng), name, payload.clone()));
    bytes += (long) Float.BYTES * shape.dimension() + name.length + payload.length;
    if (full != null && bytes >= SEGMENT_BYTES) {
      flush(full);
    }
    return this;
  }

  /** Hands over the rows that are left. */
  void flush(Consumer<Segment> target) {
    if (!rows.isEmpty()) {
      Segment segment = segment();
      try {
        target.accept(segment);
      } finally {
        segment.free();
      }
      written += rows.size();
      rows.clear();
      bytes = 0;
    }
  }

  /** Returns the number of rows added so far. */
  public int size() {
    return written + rows.size();
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
    if (full != null) {
      throw new IllegalStateException("these rows go to a file: open it once it is written");
    }
    return build(Kernel.best());
  }

  EmbeddingIndex build(Kernel kernel) {
    List<Segment> segments = rows.isEmpty() ? List.of() : List.of(segment());
    return new EmbeddingIndex(
        new IndexFile.Content(shape.dimension(), options, segments, new BitSet()), kernel);
  }

  Segment segment() {
    long[] cells = rows.stream().mapToLong(row -> S2Cells.leafOf(row.latLng())).toArray();
    return Segment.build(shape, cells, rows::get);
  }

  Segment.Shape shape() {
    return shape;
  }

  IndexOptions options() {
    return options;
  }
}
