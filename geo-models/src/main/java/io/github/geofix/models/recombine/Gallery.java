package io.github.geofix.models.recombine;

import io.github.geofix.core.ModelFormatException;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.format.SafetensorsWriter;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.weights.RenameTable;
import java.util.Arrays;

/**
 * The places a model compares photos with, each with the vector of the map tile around its middle.
 * In a safetensors file: {@code gallery.ids} {@code [G]}, the S2 cells, and {@code gallery.vectors}
 * {@code [G, D]}. Nobody may change the vectors.
 *
 * @param places the cells
 * @param vectors {@code [G, D]} row-major, each of length 1
 * @param digest {@link io.github.geofix.models.weights.Weights#digest} of the network that made the
 *     vectors
 */
record Gallery(CellPartition places, float[] vectors, String digest) {
  private static final String IDS = "gallery.ids";
  private static final String VECTORS = "gallery.vectors";
  private static final String DIGEST = "gallery.digest";

  /** Leaves these arrays out when a network is filled from the same file. */
  static final RenameTable LEFT_OUT = RenameTable.builder().ignore("gallery\\..*").build();

  int size() {
    return places.size();
  }

  void write(SafetensorsWriter writer) {
    writer
        .longs(IDS, places.cellIds(), size())
        .floats(VECTORS, vectors, size(), vectors.length / size())
        .metadata(DIGEST, digest);
  }

  static boolean isIn(Safetensors file) {
    return file.names().contains(IDS);
  }

  /**
   * Reads a gallery.
   *
   * @param width the length D of a vector
   * @throws ModelFormatException if the arrays do not fit each other or the network
   */
  static Gallery read(Safetensors file, int width) {
    long[] ids = file.longs(IDS);
    CellPartition places;
    try {
      places = CellPartition.ofCellIds(ids);
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException(file.path() + " holds no gallery: " + e.getMessage(), e);
    }
    // The row of a vector is the label of its cell.
    if (!Arrays.equals(places.cellIds(), ids)) {
      throw new ModelFormatException(file.path() + ": " + IDS + " are not in Hilbert order");
    }
    if (!file.names().contains(VECTORS)
        || file.shape(VECTORS).length != 2
        || file.shape(VECTORS)[0] != places.size()
        || file.shape(VECTORS)[1] != width) {
      throw new ModelFormatException(
          file.path() + " lacks an array " + VECTORS + " of " + places.size() + " x " + width);
    }
    String digest = file.metadata().getOrDefault(DIGEST, "");
    return new Gallery(places, file.floats(VECTORS), digest);
  }
}
