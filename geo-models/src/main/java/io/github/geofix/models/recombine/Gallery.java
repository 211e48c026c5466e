package io.github.geofix.models.recombine;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.internal.StoredVectors;
import java.util.Arrays;

/**
 * The places that photos are looked up among: S2 cells, each with the vector of the map tile around
 * its middle. Stored in a safetensors file as {@code gallery.ids} {@code [G]} and {@code
 * gallery.vectors} {@code [G, D]}. Immutable and thread-safe.
 *
 * @param places the cells
 * @param vectors of the tiles, each of length 1 or 0, {@code [G, D]}
 * @param digest {@link io.github.geofix.models.internal.weights.Weights#digest} of the network that
 *     made the vectors
 */
record Gallery(CellPartition places, StoredVectors vectors, String digest) {
  private static final String IDS = "gallery.ids";
  private static final String DIGEST = "gallery.digest";

  /** Returns the number of places G. */
  int size() {
    return places.size();
  }

  void write(Safetensors.Writer writer) {
    writer.longs(IDS, places.cellIds(), size()).metadata(DIGEST, digest);
    vectors.write(writer);
  }

  static boolean isIn(Safetensors file) {
    return file.names().contains(IDS);
  }

  /**
   * Reads a gallery.
   *
   * @param dimension the dimension D of a vector
   * @throws ModelFormatException if the arrays do not fit each other or the network
   */
  static Gallery read(Safetensors file, int dimension) {
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
    if (!StoredVectors.areIn(file, places.size(), dimension)) {
      throw new ModelFormatException(
          "%s lacks an array gallery.vectors of %d x %d"
              .formatted(file.path(), places.size(), dimension));
    }
    int most = StoredVectors.most(dimension);
    if (places.size() > most) {
      throw new ModelFormatException(
          "%s holds %d places with vectors of %d numbers: at most %d fit into memory"
              .formatted(file.path(), places.size(), dimension, most));
    }
    return new Gallery(
        places,
        StoredVectors.read(file, places.size(), dimension),
        file.metadata().getOrDefault(DIGEST, ""));
  }
}
