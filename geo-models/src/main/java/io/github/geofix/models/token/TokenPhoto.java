package io.github.geofix.models.token;

import io.github.geofix.models.token.ReferenceDatabase.Neighbor;
import java.util.List;

/**
 * A photo as the network reads it.
 *
 * @param inputs one array for each of {@link TokenModel#inputShapes()}
 * @param neighbors of the photo in a reference database, most similar first; none for a model
 *     without neighbors
 */
record TokenPhoto(float[][] inputs, List<Neighbor> neighbors) {
  TokenPhoto {
    neighbors = List.copyOf(neighbors);
  }
}
