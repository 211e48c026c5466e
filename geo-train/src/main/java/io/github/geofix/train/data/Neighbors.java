package io.github.geofix.train.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.geometry.S2ClosestPointQuery;
import com.google.common.geometry.S2LatLng;
import com.google.common.geometry.S2Point;
import com.google.common.geometry.S2PointIndex;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.nn.TorchEngine;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Which photos are hard to tell apart, by position or by what a network makes of them. */
@FunctionalInterface
public interface Neighbors {

  /**
   * Returns for each photo the others it is most easily taken for, nearest first.
   *
   * @param epoch the epoch that is about to begin
   */
  int[][] nearest(int epoch);

  /** Returns true if the answer depends on the network's weights at the time of asking. */
  default boolean dependOnWeights() {
    return false;
  }

  /**
   * Returns these neighbors before an epoch and others from it on: Sample4Geo begins with those
   * nearest on the ground and goes on with the most similar.
   *
   * @param epoch the first epoch of {@code later}
   */
  default Neighbors until(int epoch, Neighbors later) {
    Neighbors first = this;
    return new Neighbors() {
      @Override
      public int[][] nearest(int current) {
        return (current < epoch ? first : later).nearest(current);
      }

      @Override
      public boolean dependOnWeights() {
        return first.dependOnWeights() || later.dependOnWeights();
      }
    };
  }

  /** No neighbors at all, for an order that is random but for photos of one reference. */
  static Neighbors none(int size) {
    int[][] none = new int[size][];
    Arrays.fill(none, new int[0]);
    return epoch -> none;
  }

  /**
   * The photos taken nearest by, along great circles; equally far ones in any order. Takes
   * near-linear time while no place has very many photos, and O(N) memory beside the result.
   *
   * @param positions where each photo was taken
   * @param count neighbors of each photo
   */
  static Neighbors byPosition(List<LatLng> positions, int count) {
    S2PointIndex<Integer> index = new S2PointIndex<>();
    S2Point[] points = new S2Point[positions.size()];
    for (int i = 0; i < points.length; i++) {
      LatLng position = positions.get(i);
      points[i] = S2LatLng.fromDegrees(position.latitude(), position.longitude()).toPoint();
      index.add(points[i], i);
    }
    S2ClosestPointQuery<Integer> query = new S2ClosestPointQuery<>(index);
    // One more than asked for, as the photo itself may be among them.
    query.setMaxPoints(count + 1);
    int[][] nearest = new int[points.length][];
    for (int i = 0; i < points.length; i++) {
      int own = i;
      nearest[i] =
          query.findClosestPoints(points[i]).stream()
              .mapToInt(found -> found.entry().data())
              .filter(photo -> photo != own)
              .limit(count)
              .toArray();
    }
    return epoch -> nearest;
  }

  /** What a network makes of photos and of their references. */
  interface Embeddings {
    /** Returns the number of values of an embedding, D. */
    int width();

    /**
     * Returns the embeddings of photos, {@code [n, D]} row-major, each of length 1.
     *
     * @param epoch the epoch that is about to begin: some sources make new photos for each
     */
    float[] photos(int epoch, int[] indexes);

    /** Returns the embeddings of the photos' references, {@code [n, D]} row-major, of length 1. */
    float[] references(int epoch, int[] indexes);
  }

  /**
   * The references most similar to each photo among a random pool, found anew in each epoch: the
   * dynamic sampling of FRGeo, with its pool of 40,000 and 100 neighbors. Takes O(N pool D) time;
   * scores are held for one block of photos at a time.
   *
   * @param embeddings asked on the training thread, at the start of an epoch
   * @param size number of photos
   * @param pool references that are compared
   * @param count neighbors of each photo
   * @param seed chooses the pool
   */
  static Neighbors bySimilarity(Embeddings embeddings, int size, int pool, int count, long seed) {
    return new Neighbors() {
      @Override
      public int[][] nearest(int epoch) {
        SplittableRandom random = new SplittableRandom(Seeds.derive(seed, epoch));
        int[] chosen = Arrays.copyOf(Permutation.random(size, random), Math.min(pool, size));
        Arrays.sort(chosen);
        int[] all = new int[size];
        Arrays.setAll(all, i -> i);
        try (NDManager manager = TorchEngine.newManager()) {
          NDArray photos =
              manager.create(embeddings.photos(epoch, all), new Shape(size, embeddings.width()));
          NDArray references =
              manager.create(
                  embeddings.references(epoch, chosen),
                  new Shape(chosen.length, embeddings.width()));
          return NearestRows.of(photos, references, chosen, count);
        }
      }

      @Override
      public boolean dependOnWeights() {
        return true;
      }
    };
  }
}
