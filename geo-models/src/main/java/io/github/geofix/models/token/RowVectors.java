package io.github.geofix.models.token;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.Embeddings;
import java.util.List;

/** The vectors of photos in rows, V of them one after the other in each. Thread-safe. */
final class RowVectors {
  private final Embeddings rows;
  private final int vectors;

  /**
   * Creates a view of rows.
   *
   * @param vectors V
   * @throws IllegalArgumentException if V does not divide the rows
   */
  RowVectors(Embeddings rows, int vectors) {
    this.rows = rows;
    this.vectors = vectors;
    if (vectors < 1 || rows.dimension() % vectors != 0) {
      throw new IllegalArgumentException(
          "rows of " + rows.dimension() + " numbers are not " + vectors + " vectors");
    }
  }

  /**
   * Checks that there is a place for each row.
   *
   * @throws IllegalArgumentException if there is not
   */
  static void checkPlaces(Embeddings rows, List<LatLng> places) {
    if (rows.size() != places.size()) {
      throw new IllegalArgumentException(
          rows.file().map(file -> file + " has ").orElse("there are ")
              + rows.size()
              + " rows of vectors, and there are "
              + places.size()
              + " places: one of each for a photo is needed, in the same order");
    }
  }

  /** Returns the length of a vector W. */
  int dimension() {
    return rows.dimension() / vectors;
  }

  /** Returns the number of photos. */
  int size() {
    return rows.size();
  }

  /** Returns the vectors of a photo, {@code [V][W]}. */
  float[][] of(int row) {
    float[] flat = new float[rows.dimension()];
    rows.read(row, 1, flat);
    float[][] vectors = new float[this.vectors][dimension()];
    for (int v = 0; v < vectors.length; v++) {
      System.arraycopy(flat, v * dimension(), vectors[v], 0, dimension());
    }
    return vectors;
  }
}
