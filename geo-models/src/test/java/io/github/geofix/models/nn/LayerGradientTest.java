package io.github.geofix.models.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.internal.nn.BatchNorm2d;
import io.github.geofix.models.internal.nn.Embedding;
import io.github.geofix.models.internal.nn.Mlp;
import io.github.geofix.models.internal.nn.MultiHeadAttention;
import io.github.geofix.models.internal.nn.RmsNorm;
import io.github.geofix.models.internal.nn.TransformerBlock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The gradients of every layer against finite differences. */
class LayerGradientTest {

  @Test
  void linear() {
    GradientCheck.check(new Linear(5, 3), 1, 2, 4, 5);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void convolution(int groups) {
    Conv2d.Options options =
        Conv2d.Options.kernel(3).withPadding(1).withStride(2).withGroups(groups);
    GradientCheck.check(new Conv2d(4, 8, options), groups, 2, 4, 7, 6);
  }

  @Test
  void layerNorm() {
    GradientCheck.check(new LayerNorm(6, 1e-5), 2, 2, 3, 6);
  }

  @Test
  void rmsNorm() {
    GradientCheck.check(new RmsNorm(6, 1e-5), 3, 2, 3, 6);
  }

  @Test
  void batchNorm() {
    GradientCheck.check(new BatchNorm2d(3), 4, 4, 3, 3, 2);
  }

  @Test
  void frozenBatchNorm() {
    NormalizedConv both = new NormalizedConv();
    both.freeze(name -> name.startsWith("norm."));
    GradientCheck.check(both, 5, 2, 3, 2, 2);
  }

  private static final class NormalizedConv extends Layer {
    private final BatchNorm2d norm = child("norm", new BatchNorm2d(3));
    private final Conv2d conv = child("conv", new Conv2d(3, 3, Conv2d.Options.kernel(1)));

    @Override
    public NDArray forward(Forward f, NDArray x) {
      return conv.forward(f, norm.forward(f, x));
    }
  }

  @Test
  void embedding() {
    Embedding embedding = new Embedding(7, 4);
    GradientCheck.check(
        embedding,
        (f, x) -> {
          NDArray ids = x.getManager().create(new long[] {3, 0, 3, 6}, new Shape(2, 2));
          return embedding.forward(f, ids).mul(x);
        },
        6,
        2,
        2,
        4);
  }

  @ParameterizedTest
  @EnumSource
  void mlp(Activation activation) {
    GradientCheck.check(new Mlp(4, 8, activation), 7, 2, 3, 4);
  }

  @Test
  void attention() {
    GradientCheck.check(new MultiHeadAttention(6, 2), 8, 2, 5, 6);
  }

  @Test
  void patchEmbedding() {
    GradientCheck.check(new PatchEmbedding(2, 5, true), 11, 2, 3, 5, 4);
  }

  @Test
  void transformerBlock() {
    GradientCheck.check(
        new TransformerBlock(new TransformerBlock.Options(6, 3, 24, Activation.GELU, 1e-5, 0.5, 0)),
        12,
        2,
        4,
        6);
  }
}
