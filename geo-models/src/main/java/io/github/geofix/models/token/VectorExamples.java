package io.github.geofix.models.token;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.core.index.NeighborLists;
import io.github.geofix.models.token.ReferenceDatabase.Neighbor;
import io.github.geofix.models.train.Examples;
import io.github.geofix.models.train.Examples.Example;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Precomputed vectors of photos, to train or calibrate a model on that reads vectors. Rows are read
 * as they are needed, so files may be larger than memory. Thread-safe.
 *
 * <pre>{@code
 * try (Embeddings rows = Embeddings.open(Path.of("mp16.safetensors"));
 *     NeighborLists lists = NeighborLists.open(Path.of("neighbors.npy"))) {
 *   VectorExamples photos = VectorExamples.of(model, rows, places).withNeighbors(lists);
 *   Trainer.of(model, options).fit(photos);
 * }
 * }</pre>
 */
public final class VectorExamples implements Examples {

  /** Finds the neighbors of a photo. */
  private interface NeighborSource {
    List<Neighbor> of(int row, float[][] own);
  }

  private final TokenModel model;
  private final RowVectors rows;
  private final List<LatLng> places;
  private final NeighborSource neighbors;

  private VectorExamples(
      TokenModel model, RowVectors rows, List<LatLng> places, NeighborSource neighbors) {
    this.model = model;
    this.rows = rows;
    this.places = places;
    this.neighbors = neighbors;
  }

  /**
   * Returns photos without neighbors.
   *
   * @param rows [N, V W]: the V vectors of each photo, one after the other; must stay open
   * @param places where they were taken
   * @throws IllegalStateException if the model reads pixels
   * @throws IllegalArgumentException if the rows are of another length than the model's vectors, or
   *     there are more or fewer of them than places
   */
  public static VectorExamples of(TokenModel model, Embeddings rows, List<LatLng> places) {
    TokenConfig.Vectors input = model.network().input().ofVectors().options();
    if (rows.dimension() != input.count() * input.dimension()) {
      throw new IllegalArgumentException(
          "the rows have %d numbers, the model reads %d vectors of %d"
              .formatted(rows.dimension(), input.count(), input.dimension()));
    }
    RowVectors.checkPlaces(rows, places);
    return new VectorExamples(
        model, new RowVectors(rows, input.count()), List.copyOf(places), (row, own) -> List.of());
  }

  /**
   * Returns photos that are themselves in the database: each is given the neighbors that come after
   * itself (GeoToken: ranks 1 to 15). Each is searched when it is first needed, and not again.
   */
  public static VectorExamples inReference(
      TokenModel model, ReferenceDatabase reference, Embeddings rows, List<LatLng> places) {
    return of(model, rows, places).searching(reference, 1);
  }

  /**
   * Returns photos that are not in the database, such as those to validate on (ranks 0 to 14). Each
   * is searched when it is first needed, and not again.
   */
  public static VectorExamples besideReference(
      TokenModel model, ReferenceDatabase reference, Embeddings rows, List<LatLng> places) {
    return of(model, rows, places).searching(reference, 0);
  }

  /**
   * Returns a copy whose neighbors are other photos of the same rows; a photo in its own list is
   * passed over.
   *
   * @param lists a list for each row; must stay open
   * @throws IllegalArgumentException if there are lists of another number or shorter than the model
   *     needs
   */
  public VectorExamples withNeighbors(NeighborLists lists) {
    return among(lists, rows, places, true);
  }

  /**
   * Returns a copy whose neighbors are photos of other rows, such as those of the training.
   *
   * @param lists row numbers among {@code others} for each row; must stay open
   * @param others [M, V W]; must stay open
   * @param othersPlaces where they were taken
   * @throws IllegalArgumentException if there are lists of another number or shorter than the model
   *     needs
   */
  public VectorExamples withNeighbors(
      NeighborLists lists, Embeddings others, List<LatLng> othersPlaces) {
    RowVectors.checkPlaces(others, othersPlaces);
    int count = model.network().input().ofVectors().options().count();
    return among(lists, new RowVectors(others, count), othersPlaces, false);
  }

  private VectorExamples among(
      NeighborLists lists, RowVectors others, List<LatLng> othersPlaces, boolean same) {
    int needed = neededNeighbors();
    if (lists.size() != rows.size() || lists.count() < needed) {
      throw new IllegalArgumentException(
          "there are %d lists of %d neighbors: %d lists are needed, one for each photo, of %d"
              .formatted(lists.size(), lists.count(), rows.size(), needed));
    }
    return withNeighbors(
        (row, own) -> {
          int[] found = lists.of(row, others.size());
          if (same) {
            found = Arrays.stream(found).filter(other -> other != row).toArray();
          }
          if (found.length < needed) {
            throw new IllegalArgumentException(
                "photo %d is in its own list of %d neighbors: %d others are needed"
                    .formatted(row, lists.count(), needed));
          }
          return Arrays.stream(found)
              .limit(needed)
              .mapToObj(other -> neighbor(own[0], others.of(other), othersPlaces.get(other)))
              .toList();
        });
  }

  private static Neighbor neighbor(float[] own, float[][] vectors, LatLng place) {
    double dot = 0;
    double ownSquares = 0;
    double squares = 0;
    for (int d = 0; d < own.length; d++) {
      dot += (double) own[d] * vectors[0][d];
      ownSquares += (double) own[d] * own[d];
      squares += (double) vectors[0][d] * vectors[0][d];
    }
    return new Neighbor(vectors, place, dot / Math.sqrt(ownSquares * squares));
  }

  private VectorExamples searching(ReferenceDatabase reference, int skipped) {
    int needed = neededNeighbors();
    if (needed == 0) {
      return this;
    }
    AtomicReferenceArray<ReferenceDatabase.Found> found = new AtomicReferenceArray<>(size());
    return withNeighbors(
        (row, own) -> {
          ReferenceDatabase.Found before = found.get(row);
          if (before == null) {
            before = reference.find(own, skipped, needed);
            found.set(row, before);
          }
          return reference.neighbors(before, own.length);
        });
  }

  private VectorExamples withNeighbors(NeighborSource neighbors) {
    return new VectorExamples(model, rows, places, neighbors);
  }

  private int neededNeighbors() {
    return model.network().input().ofVectors().neighbors();
  }

  @Override
  public int size() {
    return rows.size();
  }

  @Override
  public Example example(int epoch, int index, SplittableRandom random) {
    return model.example(photo(index), place(index));
  }

  /** Returns a photo with its neighbors. */
  VectorPhoto photo(int index) {
    float[][] own = rows.of(index);
    return new VectorPhoto(own, neighbors.of(index, own));
  }

  /** Returns where a photo was taken. */
  LatLng place(int index) {
    return places.get(index);
  }

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
}
