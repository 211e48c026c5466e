package io.github.geofix.core.cell;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The labels chosen on the way from the root of a cell hierarchy to a cell, one per step. Immutable
 * and thread-safe; a hash key that boxes nothing.
 *
 * <p>Paths are ordered label by label; a path comes before those that continue it.
 */
public final class CellPath implements Comparable<CellPath> {

  /** The empty path, which denotes the root. */
  public static final CellPath ROOT = new CellPath(new int[0]);

  private final int[] labels;

  private CellPath(int[] labels) {
    this.labels = labels;
  }

  /**
   * Returns a path.
   *
   * @param labels 0 or more each, from the root down
   * @throws IllegalArgumentException if a label is negative
   */
  public static CellPath of(int... labels) {
    for (int label : labels) {
      checkLabel(label);
    }
    return labels.length == 0 ? ROOT : new CellPath(labels.clone());
  }

  private static void checkLabel(int label) {
    if (label < 0) {
      throw new IllegalArgumentException("a label must be 0 or more: " + label);
    }
  }

  /** Returns the number of steps; 0 for the root. */
  public int length() {
    return labels.length;
  }

  /** Returns the label of a step, counted from 0. */
  public int label(int step) {
    return labels[step];
  }

  /** Returns the path one step longer. */
  public CellPath child(int label) {
    checkLabel(label);
    int[] longer = Arrays.copyOf(labels, labels.length + 1);
    longer[labels.length] = label;
    return new CellPath(longer);
  }

  /**
   * Returns the first steps.
   *
   * @param length 0 to {@link #length()}
   * @throws IllegalArgumentException if the length is out of range
   */
  public CellPath prefix(int length) {
    if (length < 0 || length > labels.length) {
      throw new IllegalArgumentException(
          "a path of " + labels.length + " steps has no prefix of " + length);
    }
    return length == labels.length ? this : of(Arrays.copyOf(labels, length));
  }

  /** Returns whether the path begins with another, or equals it. */
  public boolean startsWith(CellPath prefix) {
    int length = prefix.labels.length;
    return length <= labels.length && Arrays.equals(labels, 0, length, prefix.labels, 0, length);
  }

  /** Returns a new array of the labels. */
  public int[] toArray() {
    return labels.clone();
  }

  @Override
  public int compareTo(CellPath other) {
    return Arrays.compare(labels, other.labels);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CellPath path && Arrays.equals(labels, path.labels);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(labels);
  }

  /** Returns the labels, such as {@code 3-14-2-9}, or {@code root}. */
  @Override
  public String toString() {
    return labels.length == 0
        ? "root"
        : Arrays.stream(labels).mapToObj(Integer::toString).collect(Collectors.joining("-"));
  }
}
