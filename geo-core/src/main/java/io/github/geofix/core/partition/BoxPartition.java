package io.github.geofix.core.partition;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.LatLng;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Boxes of latitude and longitude used as class labels, as OpenStreetView-5M publishes them: the
 * leaves of a quadtree over its photos (Astruc et al., CVPR 2024). Immutable and thread-safe.
 *
 * <p>Use it to compare with models that were trained on those classes; {@link CellPartition} serves
 * all else.
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

    /** Tells whether a point lies in the box or on its border. */
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
   * Loads OSV-5M's quadtree file: columns {@code cluster_id}, {@code min_lat}, {@code max_lat},
   * {@code min_lon}, {@code max_lon}, {@code mean_lat}, {@code mean_lon} in any order.
   *
   * @throws java.io.UncheckedIOException if the file cannot be read
   * @throws ModelFormatException if a column is missing or a value is out of range; the message
   *     names the line
   */
  public static BoxPartition loadOsv5m(Path file) {
    List<Box> boxes = new ArrayList<>();
    CsvRows.read(
        file,
        new CsvRows() {
          private static final String[] NUMBERS = {
            "min_lat", "min_lon", "max_lat", "max_lon", "mean_lat", "mean_lon"
          };
          private final int[] columns = new int[NUMBERS.length];
          private int idColumn;

          @Override
          public void header(List<String> names) {
            idColumn = CsvRows.require(names, "cluster_id");
            for (int i = 0; i < NUMBERS.length; i++) {
              columns[i] = CsvRows.require(names, NUMBERS[i]);
            }
          }

          @Override
          public void row(List<String> fields) {
            double[] v = new double[NUMBERS.length];
            for (int i = 0; i < v.length; i++) {
              v[i] = Double.parseDouble(fields.get(columns[i]));
            }
            boxes.add(
                new Box(fields.get(idColumn), v[0], v[1], v[2], v[3], new LatLng(v[4], v[5])));
          }
        });
    if (boxes.isEmpty()) {
      throw new ModelFormatException(file + " holds no box");
    }
    return of(boxes);
  }

  /** Returns the number of boxes. */
  public int size() {
    return boxes.size();
  }

  /** Returns a box. */
  public Box box(int label) {
    return boxes.get(label);
  }

  /** Returns the label of the box that holds a point, of several the first; or nothing. */
  public OptionalInt labelOf(LatLng point) {
    for (int label :
        labelsOfSquare.getOrDefault(square(point.latitude(), point.longitude()), List.of())) {
      if (boxes.get(label).contains(point.latitude(), point.longitude())) {
        return OptionalInt.of(label);
      }
    }
    return OptionalInt.empty();
  }
}
