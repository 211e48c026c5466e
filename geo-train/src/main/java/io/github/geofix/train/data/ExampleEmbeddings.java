package io.github.geofix.train.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.geofix.models.MatchingModel;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.train.Batch;
import io.github.geofix.models.train.Example;
import io.github.geofix.models.train.Examples;
import io.github.geofix.train.data.BatchLoader.StackedExamples;
import java.util.SplittableRandom;
import java.util.function.BiFunction;

/**
 * What a matching model makes of the examples it is trained on, with the weights of the moment, so
 * that those can share a batch which it takes for each other. The references are the tiles.
 *
 * <pre>{@code
 * Neighbors similar =
 *     Neighbors.bySimilarity(ExampleEmbeddings.of(model, pairs, seed), pairs.size(), 40_000, 100, seed);
 * Trainer.of(model, options).inOrder(NeighborOrder.of(similar, NeighborOrder.Options.defaults()));
 * }</pre>
 *
 * <p>Belongs to the training thread; examples are made by other threads.
 */
public final class ExampleEmbeddings implements Neighbors.Embeddings {
  private static final int BATCH = 128;

  private final MatchingModel model;
  private final Examples examples;
  private final long seed;

  private ExampleEmbeddings(MatchingModel model, Examples examples, long seed) {
    this.model = model;
    this.examples = examples;
    this.seed = seed;
  }

  /**
   * Returns the embeddings.
   *
   * @param seed of the examples' randomness; with the training's own the very examples are seen
   *     that the epoch will show
   */
  public static ExampleEmbeddings of(MatchingModel model, Examples examples, long seed) {
    return new ExampleEmbeddings(model, examples, seed);
  }

  @Override
  public int width() {
    return model.tileEncoder().width();
  }

  @Override
  public float[] photos(int epoch, int[] indexes) {
    return embed(epoch, indexes, model::photoVectors);
  }

  @Override
  public float[] references(int epoch, int[] indexes) {
    return embed(epoch, indexes, model::tileVectors);
  }

  private float[] embed(int epoch, int[] indexes, BiFunction<Forward, Batch, NDArray> vectors) {
    float[] rows = new float[indexes.length * width()];
    try (BatchLoader loader =
        BatchLoader.inOrder(
            new Chosen(epoch, indexes),
            model.inputShapes(),
            Batches.defaults().withSize(BATCH),
            seed)) {
      for (int at = 0; at < rows.length; ) {
        // As little can be done with half of the vectors, an interrupt has to wait.
        try (StackedExamples stacked = loader.nextUninterrupted()) {
          float[] batch = TorchEngine.noGrad(() -> embed(stacked, vectors));
          int count = Math.min(batch.length, rows.length - at);
          System.arraycopy(batch, 0, rows, at, count);
          at += count;
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
