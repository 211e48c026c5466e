package io.github.geofix.models.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.github.geofix.core.Precision;
import io.github.geofix.models.internal.nn.Bfloat16;
import io.github.geofix.models.internal.nn.TorchOps;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The mode of one forward pass, and what keeps its memory small.
 *
 * <p>{@link #chain} frees the intermediate arrays of each layer as soon as the layer is done. With
 * {@linkplain #checkpointed gradient checkpointing}, it keeps only the layers' inputs and computes
 * the rest again in the backward pass (Chen et al., "Training Deep Nets with Sublinear Memory
 * Cost", 2016): about a third more computation for a fraction of the memory.
 *
 * <p>{@link #INFERENCE} and {@link #TRAINING} are thread-safe; a checkpointed pass is for one
 * thread and one batch.
 */
public final class Forward {
  /** Inference: no dropout, running statistics. */
  public static final Forward INFERENCE = new Forward(false, null, false);

  /** Training: dropout, statistics of the batch. */
  public static final Forward TRAINING = new Forward(true, null, false);

  private final boolean training;
  private final @Nullable Checkpoints checkpoints;

  private final boolean bfloat16;

  private Forward(boolean training, @Nullable Checkpoints checkpoints, boolean bfloat16) {
    this.training = training;
    this.checkpoints = checkpoints;
    this.bfloat16 = bfloat16;
  }

  /**
   * Returns a training pass over one batch with gradient checkpointing. After the backward pass of
   * the loss, {@link #completeBackward} must be called.
   *
   * <p>Loss and gradients equal those of {@link #TRAINING}. Where layers of a chain draw random
   * numbers, such as drop path, they draw other ones, the same in both computations.
   *
   * @param seed of the random numbers drawn within chains
   */
  public static Forward checkpointed(int seed) {
    return new Forward(true, new Checkpoints(seed), false);
  }

  /**
   * Returns this pass in mixed precision: linear layers and attention in bfloat16, all else in
   * float32. Weights and their gradients are float32 arrays.
   *
   * @param precision {@link Precision#AUTO} for bfloat16 where the processor has instructions for
   *     it
   */
  public Forward in(Precision precision) {
    return new Forward(training, checkpoints, Bfloat16.resolved(precision) == Precision.BFLOAT16);
  }

  /** Returns whether linear layers and attention are to be computed in bfloat16. */
  public boolean inBfloat16() {
    return bfloat16;
  }

  /** Returns whether layers drop out, and use and update the statistics of the batch. */
  public boolean training() {
    return training;
  }

  /**
   * Applies layers one after the other, freeing the intermediate arrays of each when it is done.
   * The layers must not create arrays from Java values: a backward pass may read those after they
   * are freed.
   *
   * @param x the first layer's input, which stays open; with checkpointing, no other operation may
   *     use it
   * @return the last layer's output, of the manager of {@code x}; {@code x} if there are no layers
   */
  public NDArray chain(List<? extends Layer> layers, NDArray x) {
    NDArray current = x;
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      List<? extends Layer> rest = layers.subList(i, layers.size());
      if (checkpoints != null
          && JniUtils.isGradMode()
          && needsGradient(layer, current)
          && rest.stream().allMatch(Forward::canBeRepeated)) {
        return checkpoints.chain(this, rest, current);
      }
      NDArray next = apply(layer, current);
      if (current != x && current != next) {
        current.close();
      }
      current = next;
    }
    return current;
  }

  /**
   * As {@link #chain(List, NDArray)}; in inference, in as many parts of the batch as keep the
   * intermediate arrays within about {@link TorchEngine#inferenceMemory}.
   *
   * @param bytes of intermediate arrays for one example, at the peak
   */
  public NDArray chain(List<? extends Layer> layers, NDArray x, long bytes) {
    long batch = x.getShape().get(0);
    long part = Math.max(1, TorchEngine.inferenceMemory() / bytes);
    if (training || batch <= part) {
      return chain(layers, x);
    }
    NDManager owner = x.getManager();
    try (NDManager scope = owner.newSubManager()) {
      NDList results = new NDList();
      for (long first = 0; first < batch; first += part) {
        NDArray rows = x.get("{}:{}", first, Math.min(batch, first + part));
        rows.attach(scope);
        results.add(chain(layers, rows));
      }
      NDArray all = NDArrays.concat(results, 0);
      all.attach(owner);
      return all;
    }
  }

  /** Applies one layer and frees its intermediate arrays. */
  public NDArray apply(Layer layer, NDArray x) {
    NDManager owner = x.getManager();
    try (NDManager scope = owner.newSubManager()) {
      // The result of an operation belongs to the manager of its first operand.
      x.attach(scope);
      try {
        NDArray y = layer.forward(this, x);
        y.attach(owner);
        return y;
      } finally {
        x.attach(owner);
      }
    }
  }

  private static boolean needsGradient(Layer layer, NDArray x) {
    return layer.parameters().values().stream().anyMatch(Parameter::isTrainable)
        || TorchOps.requiresGradient(x);
  }

  /** Batch normalization would update its running statistics twice. */
  private static boolean canBeRepeated(Layer layer) {
    return layer.parameters().values().stream().noneMatch(Parameter::isBuffer);
  }

  /**
   * Completes the gradients after the backward pass of the loss, by computing the checkpointed
   * chains again, last to first. Does nothing in other passes.
   */
  public void completeBackward() {
    if (checkpoints != null) {
      checkpoints.backward(this);
    }
  }
}
