package io.github.geofix.train.internal.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.train.Examples;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.train.Examples.Example;
import io.github.geofix.models.train.Trainable;
import io.github.geofix.train.data.Batches;
import io.github.geofix.train.internal.data.BatchLoader.StackedExamples;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.BiFunction;

/**
 * The vectors that a matching model gives its training pairs, with the weights of the moment. For
 * the training thread; examples are made by other threads.
 */
public final class PairEmbeddings {
  private static final int BATCH = 128;

  private final Trainable.CrossView model;
  private final Examples examples;
  private final long seed;

  /**
   * Creates embeddings.
   *
   * @param seed of the examples' randomness; with the training's own the model gets the examples of
   *     the epoch as training will show them
   */
  PairEmbeddings(Trainable.CrossView model, Examples examples, long seed) {
    this.model = model;
    this.examples = examples;
    this.seed = seed;
  }

  /**
   * Returns a model as one that matches photos with tiles.
   *
   * @throws IllegalArgumentException if it does not
   */
  public static Trainable.CrossView matching(Trainable model) {
    if (model instanceof Trainable.CrossView matching) {
      return matching;
    }
    throw new IllegalArgumentException(
        "pairs and hard negatives are for models that match photos with tiles; "
            + model.getClass().getSimpleName()
            + " does not");
  }

  /** Returns the number of pairs. */
  int size() {
    return examples.size();
  }

  /** Returns the vectors of photos, of length 1, one after the other. */
  float[] photos(int epoch, int[] indexes) {
    return embed(epoch, indexes, model::photoVectors);
  }

  /** Returns the vectors of the photos' tiles, of length 1, one after the other. */
  float[] tiles(int epoch, int[] indexes) {
    return embed(epoch, indexes, model::tileVectors);
  }

  private float[] embed(int epoch, int[] indexes, BiFunction<Forward, Batch, NDArray> vectors) {
    float[] rows = new float[0];
    try (BatchLoader loader =
        BatchLoader.inOrder(
            new Chosen(epoch, indexes),
            model.inputShapes(),
            Batches.defaults().withSize(BATCH),
            seed)) {
      for (int done = 0; done < indexes.length; done += BATCH) {
        // Half of the vectors are of no use: an interrupt has to wait.
        try (StackedExamples stacked = loader.nextUninterrupted()) {
          float[] batch = TorchEngine.noGrad(() -> embed(stacked, vectors));
          int dimension = batch.length / BATCH;
          if (done == 0) {
            rows = new float[indexes.length * dimension];
          }
          int count = Math.min(BATCH, indexes.length - done);
          System.arraycopy(batch, 0, rows, done * dimension, count * dimension);
        }
      }
    }
    return rows;
  }

  private static float[] embed(
      StackedExamples stacked, BiFunction<Forward, Batch, NDArray> vectors) {
    try (NDManager step = TorchEngine.newManager()) {
      return vectors.apply(Forward.INFERENCE, stacked.toBatch(step)).toFloatArray();
    }
  }

  /**
   * Returns, for each photo, the photos of the most similar tiles of a pool, most similar first.
   *
   * @param pool the photos whose tiles are compared
   * @param count most results for each photo, the photo itself included if its tile is one of them
   */
  int[][] nearest(int epoch, int[] pool, int count) {
    int[] all = new int[size()];
    Arrays.setAll(all, i -> i);
    float[] photos = photos(epoch, all);
    float[] tiles = tiles(epoch, pool);
    try (NDManager manager = TorchEngine.newManager()) {
      int[][] rows =
          NearestRows.of(
              manager.create(photos, new Shape(all.length, photos.length / all.length)),
              manager.create(tiles, new Shape(pool.length, tiles.length / pool.length)),
              count);
      for (int[] row : rows) {
        Arrays.setAll(row, i -> pool[row[i]]);
      }
      return rows;
    }
  }

  /** Some of an epoch's examples, the last one repeated until they fill whole batches. */
  private final class Chosen implements Examples {
    private final int epoch;
    private final int[] indexes;

    Chosen(int epoch, int[] indexes) {
      this.epoch = epoch;
      this.indexes = indexes;
    }

    @Override
    public int size() {
      return (indexes.length + BATCH - 1) / BATCH * BATCH;
    }

    @Override
    public Example example(int pass, int i, SplittableRandom unused) {
      int index = indexes[Math.min(i, indexes.length - 1)];
      return examples.example(epoch, index, new SplittableRandom(Seeds.derive(seed, epoch, index)));
    }
  }
}
