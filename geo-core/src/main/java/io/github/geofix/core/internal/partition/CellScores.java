package io.github.geofix.core.internal.partition;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.core.partition.CellPartition;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/**
 * Accumulator of scores on S2 cells of any level, possibly nested, that converts them to scores of
 * disjoint cells: a cell that contains smaller ones is split into its four children, each with a
 * quarter of its score, recursively. Neglects that children differ in area by up to a few tenths on
 * the coarsest levels. Not thread-safe.
 */
public final class CellScores {

  /**
   * Scores of disjoint cells.
   *
   * @param cells m cells
   * @param scores [m]
   */
  public record Disjoint(CellPartition cells, double[] scores) {}

  private static final int FACES = 6;
  private static final int FACE_SHIFT = 61;

  /** The cells added so far; a cell may occur several times. */
  private long[] cells = new long[64];

  private double[] scores = new double[64];
  private int size;

  /** Creates an empty accumulator. */
  public CellScores() {}

  /**
   * Adds score to the cell of a level that contains a point.
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

  /** Returns the scores of disjoint cells, with the sum of what was added. */
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

  /** Splits cells around the smaller ones inside them. */
  private final class Cutting {
    private final long[] given;
    private final double[] sums;
    private final LongStream.Builder cut = LongStream.builder();
    private final DoubleStream.Builder ofCut = DoubleStream.builder();

    /**
     * @param given the distinct cells that were added, in Hilbert order
     */
    Cutting(long[] given) {
      this.given = given;
      sums = new double[given.length];
      for (int i = 0; i < size; i++) {
        sums[S2Cells.upperBound(given, 0, given.length, cells[i]) - 1] += scores[i];
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
     * Collects the scores of a cell and of those inside it.
     *
     * @param start the index of the first given cell that is not before this one
     * @param inherited the share of the score of larger cells
     * @return the index of the first given cell after this one
     */
    private int collect(long cell, int start, double inherited) {
      int end = S2Cells.upperBound(given, start, given.length, S2Cells.lastLeaf(cell));
      int own = S2Cells.upperBound(given, start, end, cell) - 1;
      boolean isGiven = own >= start && given[own] == cell;
      double score = inherited + (isGiven ? sums[own] : 0);
      if (end - start > (isGiven ? 1 : 0)) {
        int next = start;
        for (int part = 0; part < 4; part++) {
          // A cell's id is between those of its children.
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
