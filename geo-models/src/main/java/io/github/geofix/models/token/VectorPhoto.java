package io.github.geofix.models.token;

import java.util.List;

/**
 * A photo as precomputed vectors with its neighbors.
 *
 * @param vectors its V vectors of W values
 * @param neighbors its K neighbors, most similar first; more are left out
 */
public record VectorPhoto(float[][] vectors, List<Neighbor> neighbors) {
  /** Copies the list. */
  public VectorPhoto {
    neighbors = List.copyOf(neighbors);
  }
}
