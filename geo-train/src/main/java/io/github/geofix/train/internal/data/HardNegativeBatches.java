package io.github.geofix.train.internal.data;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.train.Examples;
import io.github.geofix.models.train.Trainable;
import io.github.geofix.train.data.HardNegatives;
import io.github.geofix.train.data.HardNegatives.Frgeo;
import io.github.geofix.train.data.HardNegatives.Sample4geo;
import io.github.geofix.train.data.TrainingData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Batches with hard negatives, and without two photos of one tile where that is possible. */
public final class HardNegativeBatches implements BatchOrder {
  private static final int[] NOTHING = {};

  /** A search for the tiles that are most similar to photos. */
  @FunctionalInterface
  interface Similarity {
    /**
     * Returns, for each photo, the photos of the most similar tiles of a pool, most similar first.
     *
     * @param epoch the epoch that is about to begin
     * @param pool the photos whose tiles are compared
     * @param count most results for each photo, the photo itself included
     */
    int[][] nearest(int epoch, int[] pool, int count);
  }

  private final HardNegatives strategy;
  private final Similarity similarity;
  private final List<LatLng> locations;
  private final TileNumbers tiles;
  private final long seed;
  private int[][] neighbors = {};
  private int periodOfNeighbors = -1;

  /**
   * Creates batches.
   *
   * @param similarity asked on the training thread, at the start of an epoch
   * @param locations where each photo was taken; empty if that is not known
   * @param seed chooses the random photos, the pools and which neighbors follow
   */
  HardNegativeBatches(
      HardNegatives strategy,
      Similarity similarity,
      List<LatLng> locations,
      TileNumbers tiles,
      long seed) {
    this.strategy = strategy;
    this.similarity = similarity;
    this.locations = locations;
    this.tiles = tiles;
    this.seed = seed;
  }

  /**
   * Returns which examples share a batch.
   *
   * @param examples those that the model makes of the data
   * @throws IllegalArgumentException if there are to be hard negatives, and the model does not
   *     match photos with tiles
   */
  public static BatchOrder of(
      TrainingData data,
      Trainable model,
      Examples examples,
      HardNegatives hardNegatives,
      long seed) {
    Optional<TileNumbers> tiles = data.tileNumbers().map(TileNumbers::new);
    if (hardNegatives instanceof HardNegatives.None) {
      return tiles
          .<BatchOrder>map(numbers -> random(numbers, seed))
          .orElseGet(() -> BatchOrder.shuffled(seed));
    }
    PairEmbeddings embeddings = new PairEmbeddings(PairEmbeddings.matching(model), examples, seed);
    return new HardNegativeBatches(
        hardNegatives,
        embeddings::nearest,
        data.locations(),
        tiles.orElseGet(() -> TileNumbers.different(examples.size())),
        seed);
  }

  /** Returns random batches without two photos of one tile where that is possible. */
  static HardNegativeBatches random(TileNumbers tiles, long seed) {
    Similarity none = (epoch, pool, count) -> new int[0][];
    return new HardNegativeBatches(HardNegatives.none(), none, List.of(), tiles, seed);
  }

  @Override
  public int weightsPeriod() {
    if (strategy instanceof Sample4geo sampling) {
      return sampling.period();
    }
    return strategy instanceof Frgeo ? 1 : 0;
  }

  @Override
  public int[] epoch(int epoch, int size, int batchSize) {
    SplittableRandom random = new SplittableRandom(Seeds.derive(seed, epoch));
    if (strategy instanceof Frgeo mining && epoch >= mining.firstEpoch()) {
      return mined(mining, epoch, size, batchSize, random);
    }
    if (strategy instanceof Sample4geo sampling && hasNeighbors(sampling, epoch, size)) {
      return BatchFilling.of(
          size, batchSize, tiles, photo -> followers(sampling, neighbors[photo], random), random);
    }
    return BatchFilling.of(size, batchSize, tiles, photo -> NOTHING, random);
  }

  // Global mining

  private int[] mined(Frgeo mining, int epoch, int size, int batchSize, SplittableRandom random) {
    int[] pool = Permutation.random(size, new SplittableRandom(Seeds.derive(seed, epoch, 1)));
    pool = Arrays.copyOf(pool, Math.min(mining.pool(), size));
    Arrays.sort(pool);
    int[][] nearest = similarity.nearest(epoch, pool, mining.candidates());
    int half = batchSize - batchSize / 2;
    int[] shuffled = Permutation.random(size, random);
    int[] anchors = Arrays.copyOf(shuffled, size / batchSize * half);
    tiles.separate(anchors, half);
    List<Integer> order = new ArrayList<>(size);
    for (int first = 0; first < anchors.length; first += half) {
      List<Integer> batch = new ArrayList<>(batchSize);
      for (int i = first; i < first + half; i++) {
        batch.add(anchors[i]);
      }
      for (int i = first; i < first + batchSize / 2; i++) {
        batch.add(negative(nearest[anchors[i]], batch, shuffled, random));
      }
      order.addAll(batch);
    }
    return order.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Draws one of the candidates that the batch can take, or any other photo if there is none. */
  private int negative(int[] candidates, List<Integer> batch, int[] all, SplittableRandom random) {
    for (int i : Permutation.random(candidates.length, random)) {
      if (tiles.fits(candidates[i], batch)) {
        return candidates[i];
      }
    }
    int start = random.nextInt(all.length);
    int[] others =
        IntStream.range(0, all.length)
            .map(i -> all[(start + i) % all.length])
            .filter(photo -> !batch.contains(photo))
            .toArray();
    return Arrays.stream(others)
        .filter(photo -> tiles.fits(photo, batch))
        .findFirst()
        .orElse(others[0]);
  }

  // Neighbor sampling

  /** Finds the neighbors of an epoch, unless there are none. */
  private boolean hasNeighbors(Sample4geo sampling, int epoch, int size) {
    int period = epoch / sampling.period();
    if (period == 0 && locations.isEmpty()) {
      return false;
    }
    if (period != periodOfNeighbors) {
      neighbors =
          period == 0
              ? NearestLocations.of(locations, sampling.candidates())
              : similar(sampling, epoch, size);
      periodOfNeighbors = period;
    }
    return true;
  }

  private int[][] similar(Sample4geo sampling, int epoch, int size) {
    int[] all = IntStream.range(0, size).toArray();
    int[][] nearest = similarity.nearest(epoch, all, sampling.candidates() + 1);
    for (int photo = 0; photo < size; photo++) {
      int own = photo;
      nearest[photo] =
          Arrays.stream(nearest[photo])
              .filter(other -> other != own)
              .limit(sampling.candidates())
              .toArray();
    }
    return nearest;
  }

  /** Returns the nearest neighbors, then as many of the others at random. */
  private static int[] followers(Sample4geo sampling, int[] nearest, SplittableRandom random) {
    int always = Math.min(nearest.length, sampling.perPhoto() - sampling.perPhoto() / 2);
    int drawn = Math.min(nearest.length - always, sampling.perPhoto() / 2);
    int[] followers = Arrays.copyOf(nearest, always + drawn);
    int[] others = Permutation.random(nearest.length - always, random);
    for (int i = 0; i < drawn; i++) {
      followers[always + i] = nearest[always + others[i]];
    }
    return followers;
  }
}
