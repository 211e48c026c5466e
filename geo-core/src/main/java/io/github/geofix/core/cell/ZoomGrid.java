package io.github.geofix.core.cell;

import io.github.geofix.core.geodesy.Frame;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.LocalFrame;
import io.github.geofix.core.internal.geodesy.MercatorFrame;
import java.util.Arrays;
import java.util.List;

/**
 * A grid of K x K cells over a square of ground, each cell cut again in the same way: the hierarchy
 * that a zoom model descends. Immutable and thread-safe.
 *
 * <p>A {@link CellPath} has one label per step, {@code row * K + column}, row 0 in the north,
 * column 0 in the west. The empty path is the whole square. Source: Erzurumlu et al., "Just Zoom
 * In", 2026, with K = 4 and 4 steps on 10 km.
 */
public final class ZoomGrid {

  /** The most children per side. */
  private static final int MAX_SIDE = 64;

  /** Beyond this, a cell of the Mercator world is smaller than the rounding of its position. */
  private static final double MAX_CELLS_ACROSS = 1L << 40;

  private final Frame root;
  private final int[] sides;

  private ZoomGrid(Frame root, int... sides) {
    this.root = root;
    this.sides = sides.clone();
    double across = 1;
    for (int side : sides) {
      if (side < 2 || side > MAX_SIDE) {
        throw new IllegalArgumentException(
            "each step needs 2 to " + MAX_SIDE + " cells a side: " + Arrays.toString(sides));
      }
      across *= side;
    }
    if (sides.length == 0 || across > MAX_CELLS_ACROSS) {
      throw new IllegalArgumentException(
          "a grid needs 1 step or more, and at most 2^40 cells across: " + Arrays.toString(sides));
    }
  }

  /**
   * Returns the grid of a square of meters. Children are placed by moving east and north on the
   * sphere, so neighbors may overlap or leave a gap of a few centimeters.
   *
   * @param sides K at each step: cells per side, 2 to 64
   * @throws IllegalArgumentException if a value is out of range
   */
  public static ZoomGrid local(LatLng center, double sizeMeters, int... sides) {
    return new ZoomGrid(LocalFrame.of(center, sizeMeters), sides);
  }

  /**
   * Returns the grid of the Web Mercator world; if all sides are powers of two, its cells are
   * tiles.
   *
   * @param sides K at each step: cells per side, 2 to 64
   * @throws IllegalArgumentException if a value is out of range
   */
  public static ZoomGrid mercatorWorld(int... sides) {
    return new ZoomGrid(MercatorFrame.WORLD, sides);
  }

  /** Returns the number of steps from the whole square to a terminal cell. */
  public int steps() {
    return sides.length;
  }

  /** Returns K at a step: the number of children per side. */
  public int side(int step) {
    return sides[step];
  }

  /** Returns whether a position is in the whole square, edges included. */
  public boolean contains(LatLng place) {
    double[] uv = locate(root, place);
    return uv[0] >= 0 && uv[0] <= 1 && uv[1] >= 0 && uv[1] <= 1;
  }

  /**
   * Returns the path to the terminal cell of a position.
   *
   * @throws IllegalArgumentException if the position is not in the square
   */
  public CellPath pathOf(LatLng place) {
    if (!contains(place)) {
      throw new IllegalArgumentException(place + " is outside the grid of " + root);
    }
    int[] labels = new int[sides.length];
    Frame frame = root;
    for (int step = 0; step < sides.length; step++) {
      double[] uv = locate(frame, place);
      labels[step] = cell(uv[1], sides[step]) * sides[step] + cell(uv[0], sides[step]);
      frame = child(frame, sides[step], labels[step]);
    }
    return CellPath.of(labels);
  }

  /**
   * Returns a cell: a {@link Tile} if it is one, as all cells of the Mercator world are whose grid
   * has powers of two for sides; otherwise a {@link GridCell}.
   *
   * @throws IllegalArgumentException if the path is too long or a label out of range
   */
  public Cell cell(CellPath path) {
    if (frame(path) instanceof MercatorFrame square) {
      int zoom = Math.getExponent(1 / square.size());
      if (square.size() == 1.0 / (1L << zoom) && zoom <= Tile.MAX_ZOOM) {
        double across = 1L << zoom;
        return new Tile(zoom, (int) (square.x() * across), (int) (square.y() * across));
      }
    }
    return new GridCell(this, path);
  }

  /**
   * Returns the ground of a cell, for {@link io.github.geofix.core.tile.TileSource#view}.
   *
   * @throws IllegalArgumentException if the path is too long or a label out of range
   */
  public Frame frame(CellPath path) {
    checkPath(path);
    Frame frame = root;
    for (int step = 0; step < path.length(); step++) {
      frame = child(frame, sides[step], path.at(step));
    }
    return frame;
  }

  void checkPath(CellPath path) {
    if (path.length() > sides.length) {
      throw new IllegalArgumentException(
          "the path " + path + " has more than " + sides.length + " steps");
    }
    for (int step = 0; step < path.length(); step++) {
      if (path.at(step) >= sides[step] * sides[step]) {
        throw new IllegalArgumentException(
            "label %d of step %d is not within 0 to %d"
                .formatted(path.at(step), step, sides[step] * sides[step] - 1));
      }
    }
  }

  /** Returns the center of a cell; see {@link #frame} for the path. */
  public LatLng center(CellPath path) {
    return frame(path).center();
  }

  /** Returns the distance in km from the center of a cell to its farthest corner. */
  public double radiusKm(CellPath path) {
    return radiusKm(frame(path));
  }

  /** As {@link Cell#radiusKm}, for a frame that is symmetric about its middle meridian. */
  static double radiusKm(Frame frame) {
    LatLng center = frame.center();
    return Math.max(
        GreatCircle.distanceKm(center, frame.at(0, 0)),
        GreatCircle.distanceKm(center, frame.at(0, 1)));
  }

  /** Returns the corners of a frame, counter-clockwise from the bottom left. */
  static List<LatLng> outline(Frame frame) {
    return List.of(frame.at(0, 1), frame.at(1, 1), frame.at(1, 0), frame.at(0, 0));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ZoomGrid grid
        && root.equals(grid.root)
        && Arrays.equals(sides, grid.sides);
  }

  @Override
  public int hashCode() {
    return 31 * root.hashCode() + Arrays.hashCode(sides);
  }

  /** Returns the square and the cells per side of each step. */
  @Override
  public String toString() {
    return "ZoomGrid[" + root + ", sides=" + Arrays.toString(sides) + "]";
  }

  private static int cell(double fraction, int side) {
    return (int) Math.max(0, Math.min(side - 1, Math.floor(fraction * side)));
  }

  // What differs between the two kinds of square.

  private static double[] locate(Frame frame, LatLng place) {
    return frame instanceof MercatorFrame square
        ? square.locate(place)
        : ((LocalFrame) frame).locate(place);
  }

  private static Frame child(Frame frame, int side, int label) {
    int row = label / side;
    int column = label % side;
    if (frame instanceof MercatorFrame square) {
      double size = square.size() / side;
      return new MercatorFrame(square.x() + column * size, square.y() + row * size, size);
    }
    LocalFrame local = (LocalFrame) frame;
    double size = local.sizeMeters() / side;
    double half = local.sizeMeters() / 2;
    LatLng center = local.offset((column + 0.5) * size - half, half - (row + 0.5) * size);
    return LocalFrame.of(center, size);
  }

  /**
   * A cell of a {@link ZoomGrid}.
   *
   * @param grid the grid
   * @param path the labels from the root to the cell
   */
  public record GridCell(ZoomGrid grid, CellPath path) implements Cell, Frame {

    /**
     * Checks the path.
     *
     * @throws IllegalArgumentException if it is too long for the grid or a label is out of range
     */
    public GridCell {
      grid.checkPath(path);
    }

    @Override
    public LatLng at(double u, double v) {
      return grid.frame(path).at(u, v);
    }

    @Override
    public LatLng center() {
      return grid.center(path);
    }

    @Override
    public List<LatLng> outline() {
      return ZoomGrid.outline(grid.frame(path));
    }

    @Override
    public double radiusKm() {
      return grid.radiusKm(path);
    }

    /** Returns the labels, such as {@code 3-14-2-9}, or {@code root}. */
    @Override
    public String toString() {
      return path.toString();
    }
  }
}
