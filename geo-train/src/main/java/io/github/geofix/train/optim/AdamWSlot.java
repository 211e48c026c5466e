package io.github.geofix.train.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.github.geofix.models.nn.Parameter;
import org.jspecify.annotations.Nullable;

/**
 * A learned array with its moments and, once there was one, its gradient, each named as the script
 * of {@link AdamW} calls it.
 */
final class AdamWSlot {
  private final NDManager manager;
  final String name;
  final Parameter parameter;
  final double rateFactor;
  final double weightDecay;
  NDArray mean;
  NDArray square;
  long steps;

  private @Nullable NDArray gradient;
  private @Nullable NDArray aliased;
  private @Nullable NDArray alias;

  /**
   * Creates moments of zeros.
   *
   * @param manager owns all arrays but the parameter's
   */
  AdamWSlot(
      NDManager manager, String name, Parameter parameter, double rateFactor, double weightDecay) {
    this.manager = manager;
    this.name = name;
    this.parameter = parameter;
    this.rateFactor = rateFactor;
    this.weightDecay = weightDecay;
    NDArray values = parameter.array();
    setMoments(
        manager.zeros(values.getShape(), values.getDataType()),
        manager.zeros(values.getShape(), values.getDataType()));
  }

  private void setMoments(NDArray newMean, NDArray newSquare) {
    mean = newMean;
    mean.setName("means[]");
    square = newSquare;
    square.setName("squares[]");
  }

  /**
   * Returns another handle of the weights: their own must not carry a name that the script gives.
   * Made anew where the parameter has been given another array.
   */
  NDArray alias() {
    NDArray values = parameter.array();
    NDArray known = alias;
    if (known == null || aliased != values) {
      if (known != null) {
        known.close();
      }
      known = values.reshape(values.getShape());
      known.attach(manager);
      known.setName("values[]");
      alias = known;
      aliased = values;
    }
    return known;
  }

  /**
   * Returns the gradient; null if there was none yet. PyTorch adds to the same array from step to
   * step, so one handle of it serves all.
   */
  @Nullable NDArray gradient() {
    if (gradient == null) {
      NDArray found = JniUtils.getGradient((PtNDArray) parameter.array());
      if (found != null) {
        found.attach(manager);
        found.setName("gradients[]");
        gradient = found;
      }
    }
    return gradient;
  }

  /**
   * Takes over the moments of a saved state.
   *
   * @throws IllegalArgumentException if an array is missing or has another shape
   */
  void restore(AdamW.State state) {
    setMoments(takeOver(state, "mean." + name, mean), takeOver(state, "square." + name, square));
    steps = state.steps().getOrDefault(name, 0L);
  }

  private NDArray takeOver(AdamW.State state, String key, NDArray old) {
    NDArray saved = state.moments().get(key);
    if (saved == null || !saved.getShape().equals(old.getShape())) {
      throw new IllegalArgumentException(
          "the saved optimizer does not fit the network: "
              + key
              + " is "
              + (saved == null ? "missing" : saved.getShape())
              + ", needed is "
              + old.getShape());
    }
    saved.attach(manager);
    old.close();
    return saved;
  }
}
