package io.github.geofix.core.partition;

import io.github.geofix.core.LatLng;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Gathers scores on S2 cells of any levels, where some may lie inside others, and gives scores of
 * cells that lie side by side: a cell that holds smaller ones is cut into its four parts, each with
 * a quarter of its score, again and again around them. The parts of a cell differ in area by up to
 * a few tenths on the coarsest levels, which this neglects. Not thread-safe.
 */
public final class CellScores {

  /**
   * Scores of cells side by side.
   *
   * @param cells m cells
   * @param scores [m]
   */
  public record Disjoint(CellPartition cells, double[] scores) {}

  private static final int FACES = 6;
  private static final int FACE_SHIFT = 61;

  private final NavigableMap<Long, Double> given = new TreeMap<>(Long::compareUnsigned);

  /** Creates a gathering of nothing. */
  public CellScores() {}

  /**
   * Adds score to the cell of a level that holds a point.
   *
   * @param level 0 to {@link S2Cells#MAX_LEVEL}
   * @param score 0 or more
   */
  public void add(LatLng point, int level, double score) {
    add(S2Cells.parent(S2Cells.leafOf(point), level), score);
  }

  /**
   * Adds score to a cell.
   *
   * @param score 0 or more
   * @throws IllegalArgumentException if the number is not a cell id or the score out of range
   */
  public void add(long cellId, double score) {
    if (!S2Cells.isValid(cellId)) {
      throw new IllegalArgumentException("not an S2 cell id: " + Long.toUnsignedString(cellId));
    }
    if (!(score >= 0 && score < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("a score must be a number of 0 or more, not " + score);
    }
    given.merge(cellId, score, Double::sum);
  }

  /** Returns the scores of cells side by side; they add up to what was added. */
  public Disjoint disjoint() {
    List<Long> cells = new ArrayList<>();
    List<Double> scores = new ArrayList<>();
    for (long face = 0; face < FACES; face++) {
      collect(face << FACE_SHIFT | 1L << (FACE_SHIFT - 1), 0, cells, scores);
    }
    // In Hilbert order, which is a partition's own.
    return new Disjoint(
        CellPartition.ofCellIds(cells.stream().mapToLong(Long::longValue).toArray()),
        scores.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** Collects what was given to a cell and inside it, and what it has of a larger one. */
  private void collect(long cell, double inherited, List<Long> cells, List<Double> scores) {
    Double own = given.get(cell);
    double score = inherited + (own == null ? 0 : own);
    if (holdsSmaller(cell)) {
      for (int part = 0; part < 4; part++) {
        collect(S2Cells.child(cell, part), score / 4, cells, scores);
      }
    } else if (score > 0) {
      cells.add(cell);
      scores.add(score);
    }
  }

  private boolean holdsSmaller(long cell) {
    Long first = given.ceilingKey(S2Cells.firstLeaf(cell));
    Long next = given.higherKey(cell);
    return (first != null && Long.compareUnsigned(first, cell) < 0)
        || (next != null && Long.compareUnsigned(next, S2Cells.lastLeaf(cell)) <= 0);
  }
}
