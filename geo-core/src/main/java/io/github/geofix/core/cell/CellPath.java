package io.github.geofix.core.cell;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The path from the root of a cell hierarchy to a cell: the index of the child taken at each step.
 * The empty path is the root. Immutable and thread-safe; a hash key that boxes nothing.
 *
 * <p>The hierarchy is that of a {@link io.github.geofix.core.partition.CellTokenizer} or a {@link
 * ZoomGrid}. Paths are ordered step by step; a path comes before those that continue it.
 */
public final class CellPath implements Comparable<CellPath> {

  /** The empty path. */
  public static final CellPath ROOT = new CellPath();

  private final int[] children;

  private CellPath(int... children) {
    this.children = children;
  }

  /**
   * Returns the path that takes the given children, in this order.
   *
   * @param children 0 or more each
   * @throws IllegalArgumentException if one is negative
   */
  public static CellPath of(int... children) {
    for (int child : children) {
      checkChild(child);
    }
    return children.length == 0 ? ROOT : new CellPath(children.clone());
  }

  private static void checkChild(int child) {
    if (child < 0) {
      throw new IllegalArgumentException("a child must be 0 or more: " + child);
    }
  }

  /** Returns the number of steps. */
  public int length() {
    return children.length;
  }

  /** Returns whether this is the empty path. */
  public boolean isRoot() {
    return children.length == 0;
  }

  /**
   * Returns the child taken at a step.
   *
   * @param step 0 to {@link #length()} - 1
   */
  public int at(int step) {
    return children[step];
  }

  /**
   * Returns the child taken last.
   *
   * @throws IndexOutOfBoundsException if this is the empty path
   */
  public int last() {
    return children[children.length - 1];
  }

  /**
   * Returns the path that continues this one by a step.
   *
   * @param child 0 or more
   * @throws IllegalArgumentException if it is negative
   */
  public CellPath child(int child) {
    checkChild(child);
    int[] longer = Arrays.copyOf(children, children.length + 1);
    longer[children.length] = child;
    return new CellPath(longer);
  }

  /**
   * Returns the first steps of this path.
   *
   * @param length 0 to {@link #length()}
   */
  public CellPath prefix(int length) {
    if (length < 0 || length > children.length) {
      throw new IndexOutOfBoundsException(
          "the path " + this + " has no prefix of " + length + " steps");
    }
    return length == children.length ? this : of(Arrays.copyOf(children, length));
  }

  /** Returns whether another path begins with this one or equals it. */
  public boolean isPrefixOf(CellPath other) {
    int length = children.length;
    return other.children.length >= length
        && Arrays.equals(children, 0, length, other.children, 0, length);
  }

  /** Returns the children taken, [{@link #length()}]. */
  public int[] toArray() {
    return children.clone();
  }

  @Override
  public int compareTo(CellPath other) {
    return Arrays.compare(children, other.children);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CellPath path && Arrays.equals(children, path.children);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(children);
  }

  /** Returns the children joined by hyphens, such as {@code 3-14-2-9}; {@code root} if empty. */
  @Override
  public String toString() {
    return isRoot()
        ? "root"
        : Arrays.stream(children).mapToObj(Integer::toString).collect(Collectors.joining("-"));
  }
}
