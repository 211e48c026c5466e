package io.github.geofix.models.recombine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.internal.StoredVectors;
import io.github.geofix.models.weights.RenameTable;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The places that photos are looked up among: S2 cells, each with the vector of the map tile around
 * its middle. Stored in a safetensors file as {@code gallery.ids} {@code [G]} and {@code
 * gallery.vectors} {@code [G, D]}. Immutable and thread-safe.
 */
final class Gallery {
  private static final String IDS = "gallery.ids";
  private static final String DIGEST = "gallery.digest";

  /** Ignores these arrays when a network is filled from the same file. */
  static final RenameTable LEFT_OUT = RenameTable.builder().ignore("gallery\\..*").build();

  private final CellPartition places;
  private final StoredVectors vectors;
  private final String digest;

  private Gallery(CellPartition places, StoredVectors vectors, String digest) {
    this.places = places;
    this.vectors = vectors;
    this.digest = digest;
  }

  /**
   * Creates a gallery.
   *
   * @param places the cells, no more than {@link StoredVectors#most}
   * @param dimension the dimension D of a vector
   * @param fill writes the vectors, each of length 1 or 0, {@code [G, D]} row-major
   * @param digest {@link io.github.geofix.models.internal.weights.Weights#digest} of the network
   *     that made the vectors
   */
  static Gallery of(
      CellPartition places, int dimension, Consumer<FloatBuffer> fill, String digest) {
    return new Gallery(places, new StoredVectors(places.size(), dimension, fill), digest);
  }

  /** Returns the cells. */
  CellPartition places() {
    return places;
  }

  /** Returns the number of places G. */
  int size() {
    return places.size();
  }

  /** Returns the digest of the network that made the vectors. */
  String digest() {
    return digest;
  }

  /** Returns the vectors of some places, see {@link StoredVectors#rows}. */
  NDArray vectors(NDManager step, int start, int end) {
    return vectors.rows(step, start, end);
  }

  /** Returns the vector of a place, [D]. */
  float[] vector(int place) {
    return vectors.row(place);
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
