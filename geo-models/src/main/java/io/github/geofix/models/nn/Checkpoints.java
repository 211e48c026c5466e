package io.github.geofix.models.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.github.geofix.models.internal.nn.TorchOps;
import java.util.ArrayList;
import java.util.List;

/**
 * The chains of one training pass of which only the layers' inputs are kept. The output of a chain
 * is a leaf of the loss's graph; its gradient is then carried back through the layers, each
 * computed again with its graph.
 */
final class Checkpoints {
  private final int seed;
  private final List<Segment> segments = new ArrayList<>();

  Checkpoints(int seed) {
    this.seed = seed;
  }

  /**
   * A chain that has been computed.
   *
   * @param input the chain's input, with the graph that led to it if there is one
   * @param recorded whether there is one
   * @param inputs of each layer, without graph
   * @param output the chain's output, a leaf
   */
  private record Segment(
      List<? extends Layer> layers,
      NDArray input,
      boolean recorded,
      List<NDArray> inputs,
      NDArray output) {}

  NDArray chain(Forward f, List<? extends Layer> layers, NDArray x) {
    List<NDArray> inputs = new ArrayList<>();
    boolean recorded = TorchOps.requiresGradient(x);
    NDArray current = x.stopGradient();
    for (int i = 0; i < layers.size(); i++) {
      inputs.add(current);
      NDArray input = current;
      Layer layer = layers.get(i);
      seed(segments.size(), i);
      current = TorchEngine.noGrad(() -> f.apply(layer, input));
    }
    current.setRequiresGradient(true);
    segments.add(new Segment(List.copyOf(layers), x, recorded, inputs, current));
    return current;
  }

  void backward(Forward f) {
    for (int s = segments.size() - 1; s >= 0; s--) {
      Segment segment = segments.get(s);
      NDArray gradient = segment.output().getGradient();
      for (int i = segment.layers().size() - 1; i >= 0; i--) {
        seed(s, i);
        boolean needed = i > 0 || segment.recorded();
        gradient = backward(f, segment.layers().get(i), segment.inputs().get(i), gradient, needed);
      }
      if (segment.recorded()) {
        backward(segment.input(), gradient);
      }
      gradient.close();
    }
    segments.clear();
  }

  /** Returns the gradient of a layer's input, and frees the input and the output's gradient. */
  private static NDArray backward(
      Forward f, Layer layer, NDArray input, NDArray gradient, boolean needed) {
    NDManager owner = input.getManager();
    try (NDManager scope = owner.newSubManager()) {
      input.attach(scope);
      gradient.attach(scope);
      input.setRequiresGradient(needed);
      backward(layer.forward(f, input), gradient);
      NDArray next = needed ? input.getGradient() : gradient;
      next.attach(owner);
      return next;
    }
  }

  private static void backward(NDArray array, NDArray gradient) {
    JniUtils.backward((PtNDArray) array, (PtNDArray) gradient, false, false);
  }

  private void seed(int segment, int layer) {
    TorchEngine.engine().setRandomSeed(31 * (31 * seed + segment) + layer);
  }
}
