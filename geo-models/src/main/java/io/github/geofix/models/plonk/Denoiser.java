package io.github.geofix.models.plonk;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.internal.nn.Scalar;
import io.github.geofix.models.internal.plonk.PlonkConfig;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The network of PLONK: the velocity of points of space at a noise level, given what a photo shows.
 * A residual perceptron whose normalizations are shifted and scaled by the photo's vector and the
 * noise level (adaptive layer normalization). Named as released.
 *
 * <p>Dufour et al., "Around the World in 80 Timesteps: A Generative Approach to Global Visual
 * Geolocation", CVPR 2025, appendix, and the released {@code GeoAdaLNMLP}.
 */
final class Denoiser extends Module {
  /** Of the layer normalizations, which have no weights. */
  private static final double EPSILON = 1e-5;

  private static final double TIME_SCALE = 1000;
  private static final double LONGEST_PERIOD = 10_000;

  private final Parameter frequencies;
  private final Linear timeFirst;
  private final Linear timeSecond;
  private final Linear condition;
  private final Linear first;
  private final List<Block> blocks = new ArrayList<>();
  private final Linear lastModulation;
  private final Linear last;

  /** Creates the network without values. */
  Denoiser(PlonkConfig.Network options) {
    int width = options.width();
    frequencies = buffer("time_embedder.encode_time.freqs", Denoiser::fillFrequencies, width / 8);
    timeFirst = child("time_embedder.map_time.0", new Linear(width / 4, width));
    timeSecond = child("time_embedder.map_time.2", new Linear(width, width));
    condition = child("cond_mapper", new Linear(options.condition(), width));
    first = child("initial_mapper", new Linear(3, width));
    for (int i = 0; i < options.depth(); i++) {
      blocks.add(child("blocks." + i, new Block(width, options.expansion())));
    }
    lastModulation = child("final_adaln.1", new Linear(width, 2 * width));
    last = child("final_linear", new Linear(width, 3));
  }

  private static void fillFrequencies(float[] values, Shape shape, SplittableRandom random) {
    for (int k = 0; k < values.length; k++) {
      values[k] = (float) Math.pow(LONGEST_PERIOD, -(double) k / values.length);
    }
  }

  /**
   * Returns velocities, {@code [N, 3]}.
   *
   * @param points {@code [N, 3]}
   * @param level the noise level G, 0 to 1
   * @param photos the photos' vectors, {@code [N, condition]}, or {@code [1, condition]} for all
   */
  NDArray forward(Forward f, NDArray points, double level, NDArray photos) {
    NDArray shift = condition.forward(f, photos).add(time(f, points.getManager(), level));
    return forward(f, points, shift);
  }

  /**
   * As {@link #forward(Forward, NDArray, double, NDArray)}, with what the blocks are conditioned
   * on, {@code [N or 1, width]}.
   */
  private NDArray forward(Forward f, NDArray points, NDArray conditioned) {
    NDArray active = Activation.SILU.apply(conditioned);
    NDArray x = first.forward(f, points);
    for (Block block : blocks) {
      x = block.forward(f, x, active);
    }
    NDList modulation = lastModulation.forward(f, active).split(2, 1);
    return last.forward(f, modulated(normalized(x), modulation.get(0), modulation.get(1)));
  }

  /**
   * Velocities and how they change with the points.
   *
   * @param velocity {@code [N, 3]}
   * @param jacobian {@code [3, N, 3]}: by the coordinate of the point, then point, then the
   *     coordinate of the velocity
   */
  record Change(NDArray velocity, NDArray jacobian) {}

  /**
   * As {@link #forward(Forward, NDArray, double, NDArray)}, with the Jacobian: derivatives are
   * carried forward, at four times the cost, without the engine's gradients.
   */
  Change change(NDArray points, double level, NDArray photos) {
    Forward f = Forward.INFERENCE;
    NDManager manager = points.getManager();
    NDArray active =
        Activation.SILU.apply(condition.forward(f, photos).add(time(f, manager, level)));
    NDArray axes = manager.eye(3).reshape(3, 1, 3);
    Dual x = new Dual(first.forward(f, points), first.linear(axes));
    for (Block block : blocks) {
      x = block.forward(f, x, active);
    }
    NDList modulation = lastModulation.forward(f, active).split(2, 1);
    Dual y = x.normalized().modulated(modulation.get(0), modulation.get(1));
    NDArray jacobian = last.linear(y.slope());
    return new Change(
        last.forward(f, y.value()), jacobian.broadcast(3, points.getShape().get(0), 3));
  }

  /**
   * Numbers with their derivatives.
   *
   * @param value {@code [N, width]}
   * @param slope {@code [3, N or 1, width]}, by each coordinate of the point
   */
  private record Dual(NDArray value, NDArray slope) {

    Dual normalized() {
      NDArray centered = value.sub(value.mean(new int[] {1}, true));
      NDArray variance = centered.square().mean(new int[] {1}, true);
      NDArray deviation = variance.add(Scalar.of(value, EPSILON)).sqrt();
      NDArray y = centered.div(deviation);
      NDArray change = slope.sub(slope.mean(new int[] {2}, true));
      NDArray along = change.mul(y).mean(new int[] {2}, true).mul(y);
      return new Dual(y, change.sub(along).div(deviation));
    }

    Dual modulated(NDArray scale, NDArray shift) {
      NDArray factor = scale.add(Scalar.of(scale, 1));
      return new Dual(value.mul(factor).add(shift), slope.mul(factor));
    }

    Dual through(Forward f, Linear layer) {
      return new Dual(layer.forward(f, value), layer.linear(slope));
    }

    /** The derivative of x Phi(x) is Phi(x) + x phi(x). */
    Dual gelu() {
      NDArray normal = value.mul(Scalar.of(value, Math.sqrt(0.5))).erf();
      NDArray below = normal.add(Scalar.of(value, 1)).mul(Scalar.of(value, 0.5));
      NDArray density =
          value
              .square()
              .mul(Scalar.of(value, -0.5))
              .exp()
              .mul(Scalar.of(value, 1 / Math.sqrt(2 * Math.PI)));
      NDArray derivative = below.add(value.mul(density));
      return new Dual(value.mul(below), slope.mul(derivative));
    }

    Dual plus(Dual other, NDArray factor) {
      return new Dual(value.add(other.value.mul(factor)), slope.add(other.slope.mul(factor)));
    }
  }

  /** Returns the encoding of a noise level, {@code [1, width / 4]}, standardized. */
  private NDArray timeEncoding(NDManager manager, double level) {
    NDArray angles =
        frequencies
            .in(manager)
            .mul(Scalar.of(frequencies.in(manager), TIME_SCALE * (float) level))
            .reshape(1, -1);
    NDArray waves = NDArrays.concat(new NDList(angles.cos(), angles.sin()), 1);
    NDArray centered = waves.sub(waves.mean());
    // The unbiased variance, without an epsilon.
    NDArray variance = centered.square().sum().div(Scalar.of(waves, waves.size() - 1.0));
    return centered.div(variance.sqrt());
  }

  /** Returns the embedding of a noise level, {@code [1, width]}. */
  NDArray time(Forward f, NDManager manager, double level) {
    NDArray hidden = Activation.SILU.apply(timeFirst.forward(f, timeEncoding(manager, level)));
    return timeSecond.forward(f, hidden);
  }

  private static NDArray normalized(NDArray x) {
    NDArray centered = x.sub(x.mean(new int[] {1}, true));
    NDArray variance = centered.square().mean(new int[] {1}, true);
    return centered.div(variance.add(Scalar.of(x, EPSILON)).sqrt());
  }

  private static NDArray modulated(NDArray x, NDArray scale, NDArray shift) {
    return x.mul(scale.add(Scalar.of(scale, 1))).add(shift);
  }

  /** One residual block. */
  private static final class Block extends Module {
    private final Linear first;
    private final Linear second;
    private final Linear modulation;

    Block(int width, int expansion) {
      first = child("mlp.0", new Linear(width, expansion * width));
      second = child("mlp.3", new Linear(expansion * width, width));
      modulation = child("ada_map.1", new Linear(width, 3 * width));
    }

    NDArray forward(Forward f, NDArray x, NDArray active) {
      NDList parts = modulation.forward(f, active).split(3, 1);
      NDArray y = modulated(normalized(x), parts.get(0), parts.get(1));
      y = second.forward(f, Activation.GELU.apply(first.forward(f, y)));
      return x.add(y.mul(parts.get(2)));
    }

    Dual forward(Forward f, Dual x, NDArray active) {
      NDList parts = modulation.forward(f, active).split(3, 1);
      Dual y = x.normalized().modulated(parts.get(0), parts.get(1));
      return x.plus(y.through(f, first).gelu().through(f, second), parts.get(2));
    }
  }
}
