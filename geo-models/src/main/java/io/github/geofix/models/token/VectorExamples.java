package io.github.geofix.models.token;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.train.Example;
import io.github.geofix.models.train.Examples;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Precomputed vectors of photos, to train or calibrate a model on that reads vectors. Neighbors are
 * searched as the examples are made. Thread-safe.
 */
public final class VectorExamples implements Examples {
  private final TokenModel model;
  private final ReferenceDatabase reference;
  private final List<float[][]> vectors;
  private final List<LatLng> places;
  private final int skipped;

  private VectorExamples(
      TokenModel model,
      ReferenceDatabase reference,
      List<float[][]> vectors,
      List<LatLng> places,
      int skipped) {
    this.model = model;
    this.reference = reference;
    this.vectors = List.copyOf(vectors);
    this.places = List.copyOf(places);
    this.skipped = skipped;
    if (vectors.size() != places.size()) {
      throw new IllegalArgumentException(
          vectors.size() + " photos and " + places.size() + " places");
    }
  }

  /**
   * Returns photos that are themselves in the database: each is given the neighbors that come after
   * itself (GeoToken: ranks 1 to 15).
   *
   * @param vectors for each photo V vectors of W values
   * @param places where they were taken
   */
  public static VectorExamples inReference(
      TokenModel model, ReferenceDatabase reference, List<float[][]> vectors, List<LatLng> places) {
    return new VectorExamples(model, reference, vectors, places, 1);
  }

  /** Returns photos that are not in the database, such as those to validate on (ranks 0 to 14). */
  public static VectorExamples besideReference(
      TokenModel model, ReferenceDatabase reference, List<float[][]> vectors, List<LatLng> places) {
    return new VectorExamples(model, reference, vectors, places, 0);
  }

  @Override
  public int size() {
    return vectors.size();
  }

  @Override
  public Example example(int epoch, int index, SplittableRandom random) {
    return model.example(photo(index), place(index));
  }

  /** Returns a photo with its neighbors. */
  VectorPhoto photo(int index) {
    float[][] own = vectors.get(index);
    int count = model.network().input().ofVectors().neighbors();
    List<Neighbor> neighbors = count == 0 ? List.of() : reference.neighbors(own, skipped, count);
    return new VectorPhoto(own, neighbors);
  }

  /** Returns where a photo was taken. */
  LatLng place(int index) {
    return places.get(index);
  }
}
