package io.github.geofix.core.partition;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.BoxPartition.Box;
import io.github.geofix.core.partition.BoxPartition.QuadtreeOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Construction of a quadtree over points. */
final class Quadtree {
  private final double[] latLngs;
  private final QuadtreeOptions options;
  private final List<Box> boxes = new ArrayList<>();

  /** The points, of which each box has a range. */
  private final int[] order;

  /**
   * Keeps the array.
   *
   * @param latLngs [2n]
   */
  Quadtree(double[] latLngs, QuadtreeOptions options) {
    this.latLngs = latLngs;
    this.options = options;
    this.order = IntStream.range(0, latLngs.length / 2).toArray();
  }

  private double latitude(int i) {
    return latLngs[2 * order[i]];
  }

  private double longitude(int i) {
    return latLngs[2 * order[i] + 1];
  }

  List<Box> boxes() {
    if (order.length == 0) {
      throw new IllegalArgumentException("a partition needs at least one point");
    }
    double south = indices().mapToDouble(this::latitude).min().orElseThrow();
    double west = indices().mapToDouble(this::longitude).min().orElseThrow();
    double north = indices().mapToDouble(this::latitude).max().orElseThrow();
    double east = indices().mapToDouble(this::longitude).max().orElseThrow();
    split(0, order.length, south, west, north, east, options.depth());
    return boxes;
  }

  private IntStream indices() {
    return IntStream.range(0, order.length);
  }

  private void split(
      int from, int to, double south, double west, double north, double east, int depth) {
    if (from == to) {
      return;
    }
    if (depth == 0 || to - from < options.splitAt()) {
      add(from, to, south, west, north, east);
      return;
    }
    double latitude = 0.5 * (south + north);
    double longitude = 0.5 * (west + east);
    int northFrom = partition(from, to, 0, latitude);
    int southEast = partition(from, northFrom, 1, longitude);
    int northEast = partition(northFrom, to, 1, longitude);
    split(from, southEast, south, west, latitude, longitude, depth - 1);
    split(southEast, northFrom, south, longitude, latitude, east, depth - 1);
    split(northFrom, northEast, latitude, west, north, longitude, depth - 1);
    split(northEast, to, latitude, longitude, north, east, depth - 1);
  }

  /**
   * Moves the points whose coordinate is below a limit before the others, each side in its given
   * order, and returns where the others start.
   */
  private int partition(int from, int to, int coordinate, double limit) {
    int[] others = new int[to - from];
    int below = from;
    int count = 0;
    for (int i = from; i < to; i++) {
      if (latLngs[2 * order[i] + coordinate] < limit) {
        order[below++] = order[i];
      } else {
        others[count++] = order[i];
      }
    }
    System.arraycopy(others, 0, order, below, count);
    return below;
  }

  private void add(int from, int to, double south, double west, double north, double east) {
    double latitude = 0;
    double longitude = 0;
    for (int i = from; i < to; i++) {
      latitude += latitude(i);
      longitude += longitude(i);
    }
    LatLng mean = new LatLng(latitude / (to - from), longitude / (to - from));
    boxes.add(new Box(Integer.toString(boxes.size()), south, west, north, east, mean));
  }
}
