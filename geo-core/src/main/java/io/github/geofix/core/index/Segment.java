package io.github.geofix.core.index;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingIndex.VectorEncoding;
import io.github.geofix.core.internal.index.Kernel;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;

/**
 * An immutable part of an index: rows in the order of their S2 leaf cells, so that the rows of a
 * region form a few runs.
 */
final class Segment {
  /** The length limit of names and payloads. */
  static final int MAX_TEXT_BYTES = 1 << 24;

  /** Beyond any network, and small enough that sums of bytes fit in 32 bits. */
  static final int MAX_DIMENSION = 1 << 15;

  /** The arrays of a segment. */
  enum Part {
    /** Rows as {@link Kernel} reads them, floats or bytes. */
    BLOCKS,
    /** INT8 only: rows as floats, [rows, D], D padded. */
    VECTORS,
    /** INT8 only: the scale of each row, a float. */
    SCALES,
    /** INT8 only: half of each row's squared length, a float. */
    HALF_NORMS,
    /** S2 leaf cell ids, ascending as unsigned numbers, a long each. */
    CELLS,
    /** Latitude and longitude in degrees, two doubles each. */
    POSITIONS,
    /** The offsets in TEXTS of each row's name and payload, two longs, then the end. */
    OFFSETS,
    /** Names in UTF-8 and payloads. */
    TEXTS
  }

  /** The layout that all rows of an index share. */
  record Shape(int dimension, VectorEncoding encoding) {
    /** Returns D, padded. */
    int paddedDimension() {
      return (dimension + Kernel.CHUNK - 1) / Kernel.CHUNK * Kernel.CHUNK;
    }

    int blockRows() {
      return encoding == VectorEncoding.INT8 ? Kernel.BYTE_BLOCK : Kernel.BLOCK;
    }

    int blockBytes() {
      return blockRows() * paddedDimension() * (encoding == VectorEncoding.INT8 ? 1 : Float.BYTES);
    }

    int blocks(int rows) {
      return (int) (((long) rows + blockRows() - 1) / blockRows());
    }

    /** Returns the length of a part in bytes; -1 for texts, where it is not fixed. */
    long bytes(Part part, int rows) {
      boolean bytes = encoding == VectorEncoding.INT8;
      return switch (part) {
        case BLOCKS -> (long) blocks(rows) * blockBytes();
        case VECTORS -> bytes ? (long) rows * paddedDimension() * Float.BYTES : 0;
        case SCALES, HALF_NORMS -> bytes ? (long) blocks(rows) * blockRows() * Float.BYTES : 0;
        case CELLS -> (long) rows * Long.BYTES;
        case POSITIONS -> 2L * rows * Double.BYTES;
        case OFFSETS -> (2L * rows + 1) * Long.BYTES;
        case TEXTS -> -1;
      };
    }

    /** Returns how many bytes of a part must be in one buffer. */
    int unit(Part part) {
      return switch (part) {
        case BLOCKS -> blockBytes();
        case VECTORS -> paddedDimension() * Float.BYTES;
        case SCALES, HALF_NORMS -> blockRows() * Float.BYTES;
        case CELLS, POSITIONS, OFFSETS -> Long.BYTES;
        case TEXTS -> 1;
      };
    }
  }

  /**
   * A row to build.
   *
   * @param vector [D], D padded
   */
  record Row(float[] vector, LatLng latLng, byte[] id, byte[] payload) {}

  private final Shape shape;
  private final int rows;
  private final Map<Part, Section> parts;

  Segment(Shape shape, int rows, Map<Part, Section> parts) {
    this.shape = shape;
    this.rows = rows;
    this.parts = new EnumMap<>(parts);
  }

  /**
   * Builds a segment outside the heap.
   *
   * @param cells the S2 leaf cell ids of the rows
   * @param source returns row i; called once for each, in no particular order
   */
  static Segment build(Shape shape, long[] cells, IntFunction<Row> source) {
    int rows = cells.length;
    int[] order = order(cells);
    Map<Part, Section> parts = new EnumMap<>(Part.class);
    for (Part part : Part.values()) {
      if (part != Part.TEXTS) {
        parts.put(part, Section.allocate(shape.bytes(part, rows), shape.unit(part)));
      }
    }
    Segment segment = new Segment(shape, rows, parts);
    List<byte[]> texts = new ArrayList<>(2 * rows);
    long end = 0;
    for (int row = 0; row < rows; row++) {
      Row next = source.apply(order[row]);
      segment.part(Part.CELLS).putLong(row, cells[order[row]]);
      segment.part(Part.POSITIONS).putDouble(2L * row, next.latLng().latitude());
      segment.part(Part.POSITIONS).putDouble(2L * row + 1, next.latLng().longitude());
      if (shape.encoding() == VectorEncoding.INT8) {
        segment.putBytes(row, next.vector());
      } else {
        segment.putFloats(row, next.vector());
      }
      segment.part(Part.OFFSETS).putLong(2L * row, end);
      texts.add(next.id());
      end += next.id().length;
      segment.part(Part.OFFSETS).putLong(2L * row + 1, end);
      texts.add(next.payload());
      end += next.payload().length;
    }
    segment.part(Part.OFFSETS).putLong(2L * rows, end);
    Section blob = Section.allocate(end, 1);
    long at = 0;
    for (byte[] text : texts) {
      blob.put(at, text);
      at += text.length;
    }
    segment.parts.put(Part.TEXTS, blob);
    return segment;
  }

  /** Returns the indices that sort cells as unsigned numbers, equal ones in their given order. */
  private static int[] order(long[] cells) {
    long[] sorted = new long[cells.length];
    Arrays.setAll(sorted, i -> cells[i] ^ Long.MIN_VALUE);
    Arrays.parallelSort(sorted);
    int[] order = new int[cells.length];
    int[] equalBefore = new int[cells.length];
    for (int i = 0; i < cells.length; i++) {
      int first = lowerBound(sorted, cells[i] ^ Long.MIN_VALUE);
      order[first + equalBefore[first]++] = i;
    }
    return order;
  }

  private static int lowerBound(long[] sorted, long value) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] < value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private void putFloats(int row, float[] vector) {
    Section blocks = part(Part.BLOCKS);
    long block = (long) (row / Kernel.BLOCK) * shape.blockBytes();
    ByteBuffer window = blocks.window(block);
    int at = blocks.offset(block) + row % Kernel.BLOCK * Float.BYTES;
    for (int d = 0; d < vector.length; d++) {
      window.putFloat(at + d * Kernel.BLOCK * Float.BYTES, vector[d]);
    }
  }

  private void putBytes(int row, float[] vector) {
    ScalarQuantizer quantizer = ScalarQuantizer.of(vector);
    Section blocks = part(Part.BLOCKS);
    long block = (long) (row / Kernel.BYTE_BLOCK) * shape.blockBytes();
    ByteBuffer window = blocks.window(block);
    int at = blocks.offset(block) + Kernel.interleaved(row % Kernel.BYTE_BLOCK, Kernel.BYTE_BLOCK);
    for (int d = 0; d < vector.length; d++) {
      window.put(
          at + d * Kernel.BYTE_BLOCK, (byte) (quantizer.quantize(vector[d]) + Kernel.BYTE_BIAS));
    }
    part(Part.SCALES).putFloat((long) Float.BYTES * row, quantizer.scale());
    part(Part.HALF_NORMS).putFloat((long) Float.BYTES * row, quantizer.halfNorm());
    part(Part.VECTORS).put((long) row * shape.paddedDimension() * Float.BYTES, vector);
  }

  int rows() {
    return rows;
  }

  Section part(Part part) {
    return Objects.requireNonNull(parts.get(part));
  }

  /** Copies a row, [D], D padded. */
  void vector(int row, float[] target) {
    if (shape.encoding() == VectorEncoding.INT8) {
      part(Part.VECTORS).get((long) row * shape.paddedDimension() * Float.BYTES, target);
      return;
    }
    Section blocks = part(Part.BLOCKS);
    long block = (long) (row / Kernel.BLOCK) * shape.blockBytes();
    ByteBuffer window = blocks.window(block);
    int at = blocks.offset(block) + row % Kernel.BLOCK * Float.BYTES;
    for (int d = 0; d < target.length; d++) {
      target[d] = window.getFloat(at + d * Kernel.BLOCK * Float.BYTES);
    }
  }

  long cell(int row) {
    return part(Part.CELLS).getLong(row);
  }

  double latitude(int row) {
    return part(Part.POSITIONS).getDouble(2L * row);
  }

  double longitude(int row) {
    return part(Part.POSITIONS).getDouble(2L * row + 1);
  }

  /**
   * Returns a row's position.
   *
   * @throws ModelFormatException if the stored numbers are not a position
   */
  LatLng latLng(int row) {
    try {
      return new LatLng(latitude(row), longitude(row));
    } catch (IllegalArgumentException e) {
      throw Section.damaged("position of row " + row + ": " + e.getMessage());
    }
  }

  String id(int row) {
    return new String(text(2L * row), StandardCharsets.UTF_8);
  }

  byte[] idBytes(int row) {
    return text(2L * row);
  }

  byte[] payload(int row) {
    return text(2L * row + 1);
  }

  private byte[] text(long index) {
    long from = part(Part.OFFSETS).getLong(index);
    long to = part(Part.OFFSETS).getLong(index + 1);
    if (from < 0 || to < from || to > part(Part.TEXTS).length() || to - from > MAX_TEXT_BYTES) {
      throw Section.damaged("text " + index + " lies at " + from + " to " + to);
    }
    byte[] text = new byte[(int) (to - from)];
    part(Part.TEXTS).get(from, text);
    return text;
  }

  /** Returns the first row whose cell is a cell or after it. */
  int firstAtOrAbove(long cell) {
    int low = 0;
    int high = rows;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(cell(middle), cell) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  void free() {
    parts.values().forEach(Section::free);
  }
}
