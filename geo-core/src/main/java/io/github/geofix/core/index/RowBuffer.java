package io.github.geofix.core.index;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.cell.S2Cells;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The rows of a builder on the heap. */
final class RowBuffer {
  /** Rows on the heap at a time, when they are written to a file. */
  private static final long SEGMENT_BYTES = 64 << 20;

  private final Segment.Shape shape;
  private final EmbeddingIndex.Options options;
  private final List<Segment.Row> rows = new ArrayList<>();

  /** Takes rows once they fill a segment; null if all are kept. */
  private final @Nullable Consumer<Segment> full;

  private long bytes;
  private int written;

  RowBuffer(int dimension, EmbeddingIndex.Options options, @Nullable Consumer<Segment> full) {
    if (dimension < 1 || dimension > Segment.MAX_DIMENSION) {
      throw new IllegalArgumentException(
          "dimension must be 1 to " + Segment.MAX_DIMENSION + ": " + dimension);
    }
    this.shape = new Segment.Shape(dimension, options.encoding());
    this.options = options;
    this.full = full;
  }

  /** Returns a new vector padded, and normalized for the cosine. */
  float[] prepared(float[] vector, String id) {
    return Vectors.prepared(vector, "row " + id, shape, options.metric());
  }

  /** Returns a vector of another index padded. */
  float[] stored(float[] vector, String id) {
    return Vectors.stored(vector, "row " + id, shape, options.metric());
  }

  void add(float[] padded, LatLng latLng, String id, byte[] payload) {
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
      flush();
    }
  }

  /** Hands over the rows that are left, if they go to a file. */
  void flush() {
    if (full != null && !rows.isEmpty()) {
      Segment segment = segment();
      try {
        full.accept(segment);
      } finally {
        segment.free();
      }
      written += rows.size();
      rows.clear();
      bytes = 0;
    }
  }

  int size() {
    return written + rows.size();
  }

  IndexFile.Content content() {
    if (full != null) {
      throw new IllegalStateException("these rows go to a file: open it once it is written");
    }
    List<Segment> segments = rows.isEmpty() ? List.of() : List.of(segment());
    return new IndexFile.Content(shape.dimension(), options, segments, new BitSet());
  }

  Segment segment() {
    long[] cells = rows.stream().mapToLong(row -> S2Cells.leafOf(row.latLng())).toArray();
    return Segment.build(shape, cells, rows::get);
  }

  Segment.Shape shape() {
    return shape;
  }

  EmbeddingIndex.Options options() {
    return options;
  }
}
