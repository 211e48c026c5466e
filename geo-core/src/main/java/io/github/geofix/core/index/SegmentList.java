package io.github.geofix.core.index;

import io.github.geofix.core.index.EmbeddingSearch.Hit;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * The rows of an {@link EmbeddingIndex}: segments, numbered one after the other, and deletion
 * marks. Not thread-safe.
 */
final class SegmentList {

  /** A row of a segment. */
  private record Place(Segment segment, int row) {}

  private final Segment.Shape shape;
  private final List<Segment> segments;
  private final BitSet deleted;

  SegmentList(Segment.Shape shape, List<Segment> segments, BitSet deleted) {
    this.shape = shape;
    this.segments = new ArrayList<>(segments);
    this.deleted = deleted;
  }

  Segment.Shape shape() {
    return shape;
  }

  List<Segment> segments() {
    return Collections.unmodifiableList(segments);
  }

  BitSet deleted() {
    return deleted;
  }

  /** Returns the number of rows, deleted ones included. */
  int rows() {
    int rows = 0;
    for (Segment segment : segments) {
      rows += segment.rows();
    }
    return rows;
  }

  private Place place(int row) {
    Objects.checkIndex(row, rows());
    int first = 0;
    for (Segment segment : segments) {
      if (row - first < segment.rows()) {
        return new Place(segment, row - first);
      }
      first += segment.rows();
    }
    throw new AssertionError(row);
  }

  /** Reads a value of a row, given by its number within the segment. */
  interface RowReader<T> {
    T read(Segment segment, int row);
  }

  <T> T read(int row, RowReader<T> reader) {
    Place place = place(row);
    return reader.read(place.segment(), place.row());
  }

  /** Returns a row, padded with zeros. */
  float[] vector(int row) {
    Place place = place(row);
    float[] vector = new float[shape.paddedDimension()];
    place.segment().vector(place.row(), vector);
    return vector;
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

  private Hit hit(TopK.Ranked ranked) {
    Place place = place(ranked.row());
    // Adding 0 turns the -0 of two equal rows' squared distance into 0.
    return new Hit(
        ranked.row(),
        ranked.score() + 0f,
        place.segment().id(place.row()),
        place.segment().latLng(place.row()));
  }

  /** Returns the rows in the intersection of some areas, deleted ones included. */
  List<Scan.Part> parts(List<SearchArea> areas) {
    List<Scan.Part> parts = new ArrayList<>();
    int first = 0;
    for (Segment segment : segments) {
      int[] runs = {0, segment.rows()};
      for (SearchArea area : areas) {
        runs = SearchArea.intersect(runs, area.runs(segment));
      }
      parts.add(new Scan.Part(segment, first, runs));
      first += segment.rows();
    }
    return parts;
  }

  /** Returns the rows in the intersection of some areas, without deleted ones. */
  BitSet accepted(List<SearchArea> areas) {
    BitSet accepted = new BitSet(rows());
    for (Scan.Part part : parts(areas)) {
      for (int i = 0; i < part.runs().length; i += 2) {
        accepted.set(part.firstRow() + part.runs()[i], part.firstRow() + part.runs()[i + 1]);
      }
    }
    accepted.andNot(deleted);
    return accepted;
  }

  /** Adds a segment and returns the number of its first row. */
  int append(Segment segment) {
    int first = rows();
    if (first + (long) segment.rows() > Integer.MAX_VALUE) {
      throw new IllegalStateException("an index cannot hold more than 2^31 - 1 rows");
    }
    segments.add(segment);
    return first;
  }

  /** Marks rows as deleted and returns how many were not marked before. */
  int delete(int... rows) {
    int count = rows();
    for (int row : rows) {
      Objects.checkIndex(row, count);
    }
    int before = deleted.cardinality();
    for (int row : rows) {
      deleted.set(row);
    }
    return deleted.cardinality() - before;
  }

  /** Merges all segments into one without the deleted rows. */
  void compact() {
    int[] kept = IntStream.range(0, rows()).filter(row -> !deleted.get(row)).toArray();
    long[] cells = new long[kept.length];
    for (int i = 0; i < kept.length; i++) {
      cells[i] = read(kept[i], Segment::cell);
    }
    Segment compacted = Segment.build(shape, cells, i -> row(kept[i]));
    List<Segment> old = List.copyOf(segments);
    segments.clear();
    if (kept.length > 0) {
      segments.add(compacted);
    }
    deleted.clear();
    old.forEach(Segment::free);
  }

  private Segment.Row row(int row) {
    Place place = place(row);
    return new Segment.Row(
        vector(row),
        place.segment().latLng(place.row()),
        place.segment().idBytes(place.row()),
        place.segment().payload(place.row()));
  }

  void free() {
    segments.forEach(Segment::free);
  }
}
