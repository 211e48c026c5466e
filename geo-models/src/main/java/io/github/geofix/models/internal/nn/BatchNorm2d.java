package io.github.geofix.models.internal.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.norm.BatchNorm;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Layer;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.Parameter.Init;

/**
 * Batch normalization over the channel axis of {@code [B, C, H, W]} (Ioffe and Szegedy 2015), with
 * PyTorch's momentum of 0.1 and epsilon of 1e-5. Training updates the running statistics in place;
 * a frozen layer normalizes with them and leaves them alone, even while others train.
 */
public final class BatchNorm2d extends Layer {
  // DJL counts the share that is kept, PyTorch the share that is new.
  private static final float KEPT = 0.9f;
  private static final float EPSILON = 1e-5f;

  private final Parameter weight;
  private final Parameter bias;
  private final Parameter runningMean;
  private final Parameter runningVar;

  /** Creates a layer for the given number of channels. */
  public BatchNorm2d(int channels) {
    weight = parameter("weight", Init.constant(1), channels);
    bias = parameter("bias", Init.constant(0), channels);
    runningMean = buffer("running_mean", Init.constant(0), channels);
    runningVar = buffer("running_var", Init.constant(1), channels);
  }

  @Override
  public NDArray forward(Forward f, NDArray x) {
    return BatchNorm.batchNorm(
            x,
            runningMean.array(),
            runningVar.array(),
            weight.array(),
            bias.array(),
            1,
            KEPT,
            EPSILON,
            f.training() && weight.isTrainable())
        .singletonOrThrow();
  }
}
