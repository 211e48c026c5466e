package io.github.geofix.core.partition;

import io.github.geofix.core.cell.S2Cells;
import io.github.geofix.core.geodesy.LatLng;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

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

  /** What was added, in this order; a cell may be there several times. */
  private long[] cells = new long[64];

  private double[] scores = new double[64];
  private int size;

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
    if (size == cells.length) {
      cells = Arrays.copyOf(cells, 2 * size);
      scores = Arrays.copyOf(scores, 2 * size);
    }
    cells[size] = cellId;
    scores[size++] = score;
  }

  /** Returns the scores of cells side by side; they add up to what was added. */
  public Disjoint disjoint() {
    long[] sorted = Arrays.copyOf(cells, size);
    RadixSort.sortUnsigned(sorted);
    return new Cutting(distinct(sorted)).disjoint();
  }

  private static long[] distinct(long[] sorted) {
    int count = 0;
    for (long cell : sorted) {
      if (count == 0 || sorted[count - 1] != cell) {
        sorted[count++] = cell;
      }
    }
    return Arrays.copyOf(sorted, count);
  }

  /** Cuts cells around the smaller ones inside them. */
  private final class Cutting {
    private final long[] given;
    private final double[] sums;
    private final LongStream.Builder cut = LongStream.builder();
    private final DoubleStream.Builder ofCut = DoubleStream.builder();

    /**
     * @param given the cells that have a score of their own, in Hilbert order
     */
    Cutting(long[] given) {
      this.given = given;
      sums = new double[given.length];
      for (int i = 0; i < size; i++) {
        sums[PointSet.upperBound(given, 0, given.length, cells[i]) - 1] += scores[i];
      }
    }

    Disjoint disjoint() {
      int start = 0;
      for (long number = 0; number < FACES; number++) {
        long face = number << FACE_SHIFT | 1L << (FACE_SHIFT - 1);
        start = collect(face, start, 0);
      }
      // In Hilbert order, which is a partition's own.
      return new Disjoint(CellPartition.ofCellIds(cut.build().toArray()), ofCut.build().toArray());
    }

    /**
     * Collects what was given to a cell and inside it, and what it has of a larger one.
     *
     * @param start the number of the first given cell that does not lie before this one
     * @return the number of the first given cell that lies behind
     */
    private int collect(long cell, int start, double inherited) {
      int end = PointSet.upperBound(given, start, given.length, S2Cells.lastLeaf(cell));
      int own = PointSet.upperBound(given, start, end, cell) - 1;
      boolean isGiven = own >= start && given[own] == cell;
      double score = inherited + (isGiven ? sums[own] : 0);
      if (end - start > (isGiven ? 1 : 0)) {
        int next = start;
        for (int part = 0; part < 4; part++) {
          // A cell's own number lies between those of its parts.
          next += next < end && given[next] == cell ? 1 : 0;
          next = collect(S2Cells.child(cell, part), next, score / 4);
        }
      } else if (score > 0) {
        cut.add(cell);
        ofCut.add(score);
      }
      return end;
    }
  }
}
