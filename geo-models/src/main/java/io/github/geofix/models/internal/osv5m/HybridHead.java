package io.github.geofix.models.internal.osv5m;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.internal.nn.TorchScript;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Layer;
import io.github.geofix.models.nn.LayerNorm;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.Parameter.Init;

/**
 * Two perceptrons on the class token: one scores the boxes, one places the photo within each.
 *
 * <p>Astruc et al., "OpenStreetView-5M: The Many Roads to Global Visual Geolocation", CVPR 2024,
 * section 4.2, and the released {@code MLPCentroid}. Named as there.
 */
final class HybridHead extends Module {
  /** Of the released layer normalization. */
  private static final double EPSILON = 1e-5;

  /** In four groups, with the epsilon of the layer normalization. */
  private static final TorchScript SCRIPT =
      TorchScript.compile(
          """
          def group_norm(self: __torch__.M, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
            return torch.group_norm(x, 4, weight, bias, 1.0000000000000001e-05, True)
          """);

  private final Perceptron classification;
  private final Perceptron regression;

  /**
   * Creates the head without values.
   *
   * @param width the length of the class token
   * @param hidden the widths of the two hidden layers
   * @param boxes their number N
   */
  HybridHead(int width, int[] hidden, int boxes) {
    classification = child("classif", new Perceptron(width, hidden, boxes));
    regression = child("reg", new Perceptron(width, hidden, 2 * boxes));
  }

  /** Returns the logits of the boxes, {@code [B, N]}. */
  NDArray logits(Forward f, NDArray tokens) {
    return classification.forward(f, tokens);
  }

  /**
   * Returns where the photo is in each box, before {@link BoxOffsets}: {@code [B, 2 N]}, latitude
   * and longitude of each.
   */
  NDArray offsets(Forward f, NDArray tokens) {
    return regression.forward(f, tokens);
  }

  /** Normalization, then linear layers with group normalization and GELU between. */
  private static final class Perceptron extends Layer {
    private final LayerNorm norm;
    private final Linear first;
    private final GroupNorm firstNorm;
    private final Linear second;
    private final GroupNorm secondNorm;
    private final Linear last;

    Perceptron(int width, int[] hidden, int out) {
      norm = child("0", new LayerNorm(width, EPSILON));
      first = child("1", new Linear(width, hidden[0]));
      firstNorm = child("2", new GroupNorm(hidden[0]));
      second = child("4", new Linear(hidden[0], hidden[1]));
      secondNorm = child("5", new GroupNorm(hidden[1]));
      last = child("7", new Linear(hidden[1], out));
    }

    @Override
    public NDArray forward(Forward f, NDArray tokens) {
      NDArray x = first.forward(f, norm.forward(f, tokens));
      x = Activation.GELU.apply(firstNorm.forward(f, x));
      x = second.forward(f, x);
      x = Activation.GELU.apply(secondNorm.forward(f, x));
      return last.forward(f, x);
    }
  }

  /** Group normalization of vectors (Wu and He 2018): each quarter of the channels by itself. */
  private static final class GroupNorm extends Layer {
    private final Parameter weight;
    private final Parameter bias;

    GroupNorm(int width) {
      weight = parameter("weight", Init.constant(1), width);
      bias = parameter("bias", Init.constant(0), width);
    }

    @Override
    public NDArray forward(Forward f, NDArray x) {
      return SCRIPT.call("group_norm", x, weight.array(), bias.array());
    }
  }
}
