package io.github.geofix.train;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.geofix.models.internal.nn.BatchNorm2d;
import io.github.geofix.models.internal.nn.Scalar;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.train.Trainable;
import io.github.geofix.models.train.Trainable.Contrastive;
import io.github.geofix.train.data.Batches;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Gradient caching for contrastive losses (Gao et al., "Scaling Deep Contrastive Learning Batch
 * Size under Memory Limited Setup", 2021, section 3.2): a batch takes the memory of a chunk, and
 * one more forward pass.
 *
 * <ol>
 *   <li>The vectors of all chunks are computed without gradients.
 *   <li>The loss of all vectors gives its gradient by each vector, and by its own parameters.
 *   <li>Each chunk's vectors are computed again, and those gradients carried back through it.
 * </ol>
 */
final class GradientCache {
  private final Contrastive model;
  private final int chunkSize;
  private final Forward forward;
  private final Engine engine = TorchEngine.engine();

  private GradientCache(Contrastive model, Batches batches) {
    this.model = model;
    this.chunkSize = batches.chunkSize();
    this.forward = Forward.TRAINING.in(batches.precision());
  }

  /**
   * Returns the cache of a model; empty if the batch is not to be computed in chunks.
   *
   * @param batches their chunk size, 0 for the whole batch, and precision
   * @throws IllegalArgumentException if the model's loss does not compare vectors, or its vectors
   *     depend on the rest of the batch
   */
  static Optional<GradientCache> of(Trainable model, Batches batches) {
    if (batches.chunkSize() == 0) {
      return Optional.empty();
    }
    if (!(model instanceof Contrastive contrastive)) {
      throw new IllegalArgumentException(
          "batches.chunkSize is for losses that compare the photos of a batch; for others"
              + " batches.gradientAccumulationSteps does the same");
    }
    if (hasBatchNormalization(model.network())) {
      throw new IllegalArgumentException(
          "batches.chunkSize is not for networks with batch normalization, which depends on the"
              + " whole batch: choose another backbone, or leave it at 0");
    }
    return Optional.of(new GradientCache(contrastive, batches));
  }

  /** Returns whether a module or one within it normalizes by the statistics of its batch. */
  static boolean hasBatchNormalization(Module module) {
    return module.children().values().stream()
        .anyMatch(child -> child instanceof BatchNorm2d || hasBatchNormalization(child));
  }

  /**
   * Adds the gradients of the loss of a batch to those of the parameters.
   *
   * @param share factor on the gradients
   * @param seed of all that the network draws at random
   * @param checked returns the value of the loss, and refuses one that is not finite
   * @return that value
   */
  double backward(Batch batch, float share, long seed, ToDoubleFunction<NDArray> checked) {
    NDManager manager = batch.inputs().get(0).getManager();
    List<NDArray> vectors = TorchEngine.noGrad(() -> vectors(batch, seed, manager));
    vectors.forEach(array -> array.setRequiresGradient(true));
    double value;
    seed(seed, -1);
    try (GradientCollector collector = engine.newGradientCollector()) {
      NDArray loss = model.loss(forward, vectors, batch.targets());
      value = checked.applyAsDouble(loss);
      collector.backward(share == 1 ? loss : loss.mul(Scalar.of(loss, share)));
    }
    List<NDArray> gradients = new ArrayList<>();
    for (NDArray array : vectors) {
      NDArray gradient = array.getGradient();
      gradient.attach(manager);
      gradients.add(gradient);
    }
    for (int chunk = 0; chunk < chunks(batch); chunk++) {
      backward(batch, chunk, seed, gradients, manager);
    }
    return value;
  }

  /** Returns the vectors of the whole batch. */
  private List<NDArray> vectors(Batch batch, long seed, NDManager manager) {
    List<NDList> parts = new ArrayList<>();
    try (NDManager kept = manager.newSubManager()) {
      for (int chunk = 0; chunk < chunks(batch); chunk++) {
        try (NDManager scratch = manager.newSubManager()) {
          seed(seed, chunk);
          List<NDArray> vectors = model.vectors(forward, chunk(batch, chunk, scratch));
          for (int i = 0; i < vectors.size(); i++) {
            if (chunk == 0) {
              parts.add(new NDList());
            }
            vectors.get(i).attach(kept);
            parts.get(i).add(vectors.get(i));
          }
        }
      }
      List<NDArray> whole = new ArrayList<>();
      for (NDList part : parts) {
        NDArray all = NDArrays.concat(part, 0);
        all.attach(manager);
        whole.add(all);
      }
      return whole;
    }
  }

  private void backward(
      Batch batch, int chunk, long seed, List<NDArray> gradients, NDManager manager) {
    try (NDManager scratch = manager.newSubManager();
        GradientCollector collector = engine.newGradientCollector()) {
      seed(seed, chunk);
      List<NDArray> vectors = model.vectors(forward, chunk(batch, chunk, scratch));
      // The gradient of this sum by a parameter is the chunk's part of the loss's.
      NDArray sum = scratch.zeros(new Shape(), vectors.get(0).getDataType());
      for (int i = 0; i < vectors.size(); i++) {
        sum = sum.add(vectors.get(i).mul(rows(gradients.get(i), chunk, scratch)).sum());
      }
      collector.backward(sum);
    }
  }

  private int chunks(Batch batch) {
    long size = batch.inputs().get(0).getShape().get(0);
    return Math.toIntExact((size + chunkSize - 1) / chunkSize);
  }

  private Batch chunk(Batch batch, int chunk, NDManager manager) {
    return new Batch(
        batch.inputs().stream().map(array -> rows(array, chunk, manager)).toList(),
        batch.targets().stream().map(array -> rows(array, chunk, manager)).toList());
  }

  private NDArray rows(NDArray array, int chunk, NDManager manager) {
    long first = (long) chunk * chunkSize;
    long end = Math.min(array.getShape().get(0), first + chunkSize);
    NDArray rows = array.get("{}:{}", first, end);
    rows.attach(manager);
    return rows;
  }

  /** A chunk draws the same numbers both times. */
  private void seed(long seed, int chunk) {
    engine.setRandomSeed((int) (31 * seed + chunk));
  }
}
