package io.github.geofix.models.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.nn.Parameter.Init;
import org.jspecify.annotations.Nullable;

/**
 * Two-dimensional convolution: {@code [B, in, H, W]} to {@code [B, out, H', W']} with {@code H' =
 * (H + 2 padding - kernel) / stride + 1}.
 */
public final class Conv2d extends Layer {

  /**
   * What varies from layer to layer.
   *
   * @param kernel side of the square kernel in pixels
   * @param stride pixels between outputs
   * @param padding zero pixels added on each side
   * @param groups groups of channels convolved apart; {@code in} of them is a depthwise convolution
   * @param bias true to add a learned bias
   */
  public record Options(int kernel, int stride, int padding, int groups, boolean bias) {

    /** A kernel of the given side with stride 1, no padding, one group and a bias. */
    public static Options kernel(int side) {
      return new Options(side, 1, 0, 1, true);
    }

    /** Returns a copy with another stride. */
    public Options withStride(int newStride) {
      return new Options(kernel, newStride, padding, groups, bias);
    }

    /** Returns a copy with another padding. */
    public Options withPadding(int newPadding) {
      return new Options(kernel, stride, newPadding, groups, bias);
    }

    /** Returns a copy with another number of groups. */
    public Options withGroups(int newGroups) {
      return new Options(kernel, stride, padding, newGroups, bias);
    }

    /** Returns a copy without bias. */
    public Options withoutBias() {
      return new Options(kernel, stride, padding, groups, false);
    }
  }

  private final Options options;
  private final Parameter weight;
  private final @Nullable Parameter bias;

  /** Creates a layer that begins as PyTorch's does. */
  public Conv2d(int in, int out, Options options) {
    this(in, out, options, Init.fanIn(fanIn(in, options)), Init.fanIn(fanIn(in, options)));
  }

  /** Creates a layer whose bias begins at zero. */
  public Conv2d(int in, int out, Options options, Init weights) {
    this(in, out, options, weights, Init.constant(0));
  }

  private Conv2d(int in, int out, Options options, Init weights, Init biases) {
    this.options = options;
    int side = options.kernel();
    weight = parameter("weight", weights, out, in / options.groups(), side, side);
    bias = options.bias() ? parameter("bias", biases, out) : null;
  }

  private static int fanIn(int in, Options options) {
    return in / options.groups() * options.kernel() * options.kernel();
  }

  @Override
  public NDArray forward(Forward f, NDArray x) {
    return ai.djl.nn.convolutional.Conv2d.conv2d(
            x,
            weight.array(),
            bias == null ? null : bias.array(),
            new Shape(options.stride(), options.stride()),
            new Shape(options.padding(), options.padding()),
            new Shape(1, 1),
            options.groups())
        .singletonOrThrow();
  }
}
