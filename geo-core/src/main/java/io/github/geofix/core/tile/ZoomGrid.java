package io.github.geofix.core.tile;

import io.github.geofix.core.geodesy.Frame;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.LocalFrame;
import io.github.geofix.core.geodesy.MercatorFrame;
import io.github.geofix.core.geodesy.WebMercator;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A square of ground cut into K x K cells, each cut again, and so on: the places a zooming model
 * walks through. Immutable and thread-safe.
 *
 * <p>A cell is named by its path: one label a step, {@code row * K + column}, row 0 in the north,
 * column 0 in the west. The empty path is the whole square. Source: Erzurumlu et al., "Just Zoom
 * In", 2026, with K = 4 and 4 steps on 10 km.
 */
public final class ZoomGrid {

  /** The most children on a side. */
  private static final int MAX_SIDE = 64;

  /** Beyond it a cell of the Mercator world is smaller than the rounding of its position. */
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
   * Returns the grid of a square of meters. Children are found by going east and north on the
   * sphere, so neighbors may overlap or leave a gap of a few centimeters.
   *
   * @param sides cells a side at each step, 2 to 64
   * @throws IllegalArgumentException if a value is out of range
   */
  public static ZoomGrid local(LatLng center, double sizeMeters, int... sides) {
    return new ZoomGrid(LocalFrame.of(center, sizeMeters), sides);
  }

  /**
   * Returns the grid of the Web-Mercator world; with two or four cells a side, its cells are tiles.
   *
   * @param sides cells a side at each step, 2 to 64
   * @throws IllegalArgumentException if a value is out of range
   */
  public static ZoomGrid mercatorWorld(int... sides) {
    return new ZoomGrid(MercatorFrame.WORLD, sides);
  }

  /** Returns the number of steps from the whole square to a terminal cell. */
  public int steps() {
    return sides.length;
  }

  /** Returns K at a step: how many cells a side a cell is cut into. */
  public int side(int step) {
    return sides[step];
  }

  /** Whether a place lies in the whole square, edges included. */
  public boolean contains(LatLng place) {
    double[] uv = locate(root, place);
    return uv[0] >= 0 && uv[0] <= 1 && uv[1] >= 0 && uv[1] <= 1;
  }

  /**
   * Returns the path to the terminal cell of a place.
   *
   * @throws IllegalArgumentException if the place is not in the square
   */
  public int[] labelsOf(LatLng place) {
    if (!contains(place)) {
      throw new IllegalArgumentException(place + " is outside the grid of " + root);
    }
    int[] path = new int[sides.length];
    Frame frame = root;
    for (int step = 0; step < sides.length; step++) {
      double[] uv = locate(frame, place);
      path[step] = cell(uv[1], sides[step]) * sides[step] + cell(uv[0], sides[step]);
      frame = child(frame, sides[step], path[step]);
    }
    return path;
  }

  /**
   * Returns the ground of a cell, to be seen through {@link TileSource#view}.
   *
   * @param path labels from the first step on; none for the whole square
   * @throws IllegalArgumentException if the path is too long or a label out of range
   */
  public Frame frame(int... path) {
    if (path.length > sides.length) {
      throw new IllegalArgumentException(
          "the path " + Arrays.toString(path) + " has more than " + sides.length + " steps");
    }
    Frame frame = root;
    for (int step = 0; step < path.length; step++) {
      if (path[step] < 0 || path[step] >= sides[step] * sides[step]) {
        throw new IllegalArgumentException(
            "label %d of step %d is not within 0 to %d"
                .formatted(path[step], step, sides[step] * sides[step] - 1));
      }
      frame = child(frame, sides[step], path[step]);
    }
    return frame;
  }

  /** Returns the middle of a cell; see {@link #frame} for the path. */
  public LatLng center(int... path) {
    return frame(path).center();
  }

  /** Returns the box around a cell; see {@link #frame} for the path. */
  public LatLngBox bounds(int... path) {
    Frame frame = frame(path);
    LatLng northWest = frame.at(0, 0);
    LatLng southEast = frame.at(1, 1);
    return new LatLngBox(
        southEast.latitude(), northWest.longitude(), northWest.latitude(), southEast.longitude());
  }

  /**
   * Returns the name of a cell: {@code z/x/y} if it is a {@link Tile}, as all cells of the Mercator
   * world are that were cut by powers of two; else its labels, such as {@code 3-14-2-9}, and {@code
   * root} for the whole square.
   *
   * @param path as for {@link #frame}
   */
  public String name(int... path) {
    Frame frame = frame(path);
    if (frame instanceof MercatorFrame square) {
      int zoom = Math.getExponent(1 / square.size());
      if (square.size() == 1.0 / (1L << zoom) && zoom <= Tile.MAX_ZOOM) {
        double across = 1L << zoom;
        return new Tile(zoom, (int) (square.x() * across), (int) (square.y() * across)).toString();
      }
    }
    return path.length == 0
        ? "root"
        : Arrays.stream(path).mapToObj(Integer::toString).collect(Collectors.joining("-"));
  }

  /**
   * Returns how many meters of ground a pixel shows in the middle of a cell's view.
   *
   * @param pixels the side of the view
   */
  public double metersPerPixel(int pixels, int... path) {
    if (pixels < 1) {
      throw new IllegalArgumentException("a view needs 1 pixel or more: " + pixels);
    }
    return meters(frame(path)) / pixels;
  }

  /** Returns the distance in km from the middle of a cell to its farthest corner. */
  public double radiusKm(int... path) {
    Frame frame = frame(path);
    LatLng center = frame.center();
    return Math.max(
        GreatCircle.distanceKm(center, frame.at(0, 0)),
        GreatCircle.distanceKm(center, frame.at(0, 1)));
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

  private static double meters(Frame frame) {
    return frame instanceof MercatorFrame square
        ? WebMercator.meters(square.size(), square.center().latitude())
        : ((LocalFrame) frame).sizeMeters();
  }
}
