package io.github.geofix.core.partition;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.LatLng;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A partition into boxes of latitude and longitude, the leaves of a quadtree over points, as
 * OpenStreetView-5M uses for its classes (Astruc et al., CVPR 2024). Immutable and thread-safe.
 *
 * <p>For comparison with models trained on such classes; otherwise use {@link CellPartition}.
 */
public final class BoxPartition {

  /**
   * One box.
   *
   * @param id the class, as the file names it
   * @param south least latitude, degrees, within the box
   * @param west least longitude
   * @param north greatest latitude, within the box
   * @param east greatest longitude
   * @param mean the mean position of the box's photos
   */
  public record Box(String id, double south, double west, double north, double east, LatLng mean) {

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is out of range or the box is inside out
     */
    public Box {
      LatLng southWest = new LatLng(south, west);
      LatLng northEast = new LatLng(north, east);
      if (south > north || west > east) {
        throw new IllegalArgumentException(
            "box " + id + " is inside out: from " + southWest + " to " + northEast);
      }
    }

    /** Returns whether a point is inside the box or on its border. */
    public boolean contains(double latitude, double longitude) {
      return latitude >= south && latitude <= north && longitude >= west && longitude <= east;
    }
  }

  private final List<Box> boxes;
  private final Map<Integer, List<Integer>> labelsOfSquare; // squares of one degree

  private BoxPartition(List<Box> boxes) {
    this.boxes = List.copyOf(boxes);
    this.labelsOfSquare = new HashMap<>();
    for (int label = 0; label < boxes.size(); label++) {
      Box box = boxes.get(label);
      for (int row = (int) Math.floor(box.south); row <= Math.floor(box.north); row++) {
        for (int column = (int) Math.floor(box.west); column <= Math.floor(box.east); column++) {
          labelsOfSquare
              .computeIfAbsent(square(row, column), square -> new ArrayList<>())
              .add(label);
        }
      }
    }
  }

  private static int square(double latitude, double longitude) {
    return (int) Math.floor(latitude) * 1000 + (int) Math.floor(longitude);
  }

  /** Returns the partition of the given boxes, numbered as they come. */
  public static BoxPartition of(List<Box> boxes) {
    return new BoxPartition(boxes);
  }

  /**
   * Builds the quadtree of points as OpenStreetView-5M does: starts from the bounding box and
   * splits boxes at their middle, from south-west to north-east; boxes without points are dropped.
   *
   * @throws IllegalArgumentException if there is no point
   */
  public static BoxPartition quadtree(Collection<LatLng> points, QuadtreeOptions options) {
    double[] latLngs = new double[2 * points.size()];
    int at = 0;
    for (LatLng point : points) {
      latLngs[at++] = point.latitude();
      latLngs[at++] = point.longitude();
    }
    return of(new Quadtree(latLngs, options).boxes());
  }

  /**
   * As {@link #quadtree(Collection, QuadtreeOptions)}, for the points of a CSV file with the
   * columns of {@link PointSet#readCsv(Path)}. Takes 20 bytes per point.
   *
   * @throws java.io.UncheckedIOException if the file cannot be read
   * @throws ModelFormatException if it has no such columns or values; the message names the line
   */
  public static BoxPartition quadtree(Path csv, QuadtreeOptions options) {
    return of(new Quadtree(PositionCsv.readAll(csv), options).boxes());
  }

  /**
   * Loads OSV-5M's quadtree file: columns {@code cluster_id}, {@code min_lat}, {@code max_lat},
   * {@code min_lon}, {@code max_lon}, {@code mean_lat}, {@code mean_lon} in any order.
   *
   * @throws java.io.UncheckedIOException if the file cannot be read
   * @throws ModelFormatException if a column is missing or a value is out of range; the message
   *     names the line
   */
  public static BoxPartition load(Path file) {
    return of(BoxCsv.read(file));
  }

  /**
   * Saves the boxes as {@link #load} reads them.
   *
   * @throws java.io.UncheckedIOException if the file cannot be written; then no file is left behind
   */
  public void save(Path file) {
    BoxCsv.write(file, boxes);
  }

  /** Returns the number of boxes. */
  public int size() {
    return boxes.size();
  }

  /** Returns a box. */
  public Box box(int label) {
    return boxes.get(label);
  }

  /** Returns the label of the first box that contains a point; empty if there is none. */
  public OptionalInt labelOf(LatLng point) {
    for (int label :
        labelsOfSquare.getOrDefault(square(point.latitude(), point.longitude()), List.of())) {
      if (boxes.get(label).contains(point.latitude(), point.longitude())) {
        return OptionalInt.of(label);
      }
    }
    return OptionalInt.empty();
  }

  /**
   * Options of {@link BoxPartition#quadtree}.
   *
   * @param depth the most splits from the whole to a box, 0 to 30
   * @param splitAt boxes with this many points or more are split, 1 or more
   */
  public record QuadtreeOptions(int depth, int splitAt) {
    private static final int MAX_DEPTH = 30;

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public QuadtreeOptions {
      if (depth < 0 || depth > MAX_DEPTH) {
        throw new IllegalArgumentException("depth must be 0 to " + MAX_DEPTH + ": " + depth);
      }
      if (splitAt < 1) {
        throw new IllegalArgumentException("splitAt must be 1 or more: " + splitAt);
      }
    }

    /** Returns OpenStreetView-5M's depth of 10 and boxes of fewer than 1000 points. */
    public static QuadtreeOptions defaults() {
      return new QuadtreeOptions(10, 1000);
    }

    /** Returns a copy with another depth. */
    public QuadtreeOptions withDepth(int depth) {
      return new QuadtreeOptions(depth, splitAt);
    }

    /** Returns a copy with another number of points. */
    public QuadtreeOptions withSplitAt(int splitAt) {
      return new QuadtreeOptions(depth, splitAt);
    }
  }
}
