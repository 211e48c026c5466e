package io.github.geofix.models.internal.osv5m;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.format.TensorFile;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.BoxPartition;
import io.github.geofix.core.partition.BoxPartition.Box;
import io.github.geofix.models.internal.PositionCells;
import io.github.geofix.models.weights.RenameTable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The boxes that a model distinguishes, with the S2 cells that stand for them in regions. Stored in
 * a safetensors file as {@code boxes} {@code [N, 6]}: south, west, north, east, and the mean's
 * latitude and longitude. Immutable and thread-safe.
 */
final class Boxes {
  private static final String BOXES = "boxes";
  private static final int NUMBERS = 6;

  /** Ignores the array when a network is filled from the same file. */
  static final RenameTable LEFT_OUT = RenameTable.builder().ignore(BOXES).build();

  private final BoxPartition boxes;
  private final PositionCells cells;

  Boxes(BoxPartition boxes) {
    this.boxes = boxes;
    // The boxes are the leaves of a quadtree: one cell for each mean is about as large as its box.
    List<LatLng> means =
        IntStream.range(0, boxes.size()).mapToObj(label -> boxes.box(label).mean()).toList();
    cells = PositionCells.of(means, 1);
  }

  int size() {
    return boxes.size();
  }

  Box box(int label) {
    return boxes.box(label);
  }

  /** Returns the number of the box that a point is in, or -1. */
  int labelOf(LatLng point) {
    return boxes.labelOf(point).orElse(-1);
  }

  /** Returns the cells of the boxes' means. */
  PositionCells cells() {
    return cells;
  }

  void write(Safetensors.Writer writer) {
    double[] numbers = new double[NUMBERS * size()];
    for (int label = 0; label < size(); label++) {
      Box box = box(label);
      double[] one = {
        box.south(),
        box.west(),
        box.north(),
        box.east(),
        box.mean().latitude(),
        box.mean().longitude()
      };
      System.arraycopy(one, 0, numbers, NUMBERS * label, NUMBERS);
    }
    writer.doubles(BOXES, numbers, size(), NUMBERS);
  }

  /**
   * Reads boxes.
   *
   * @throws ModelFormatException if the file has none
   */
  static Boxes read(TensorFile file) {
    long[] shape = file.names().contains(BOXES) ? file.shape(BOXES) : new long[0];
    if (shape.length != 2 || shape[0] < 1 || shape[1] != NUMBERS) {
      throw new ModelFormatException(file.path() + " lacks an array boxes of [N, 6]");
    }
    double[] v = file.doubles(BOXES);
    List<Box> boxes = new ArrayList<>();
    try {
      for (int i = 0; i < v.length; i += NUMBERS) {
        LatLng mean = new LatLng(v[i + 4], v[i + 5]);
        String id = Integer.toString(boxes.size());
        boxes.add(new Box(id, v[i], v[i + 1], v[i + 2], v[i + 3], mean));
      }
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException(file.path() + ": " + e.getMessage(), e);
    }
    return new Boxes(BoxPartition.of(boxes));
  }
}
