package io.github.geofix.models.internal.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Layer;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.Parameter.Init;
import java.util.Arrays;

/**
 * Aggregation of the tokens of an image into one vector: patches are assigned to clusters by
 * optimal transport, with one more cluster for those that are uninformative, and their features are
 * summed in each cluster.
 *
 * <p>Izquierdo and Civera, "Optimal Transport Aggregation for Visual Place Recognition" (SALAD),
 * CVPR 2024, section 3. The iterations are those of Sinkhorn and Knopp in the logarithm, after
 * Sarlin et al., "SuperGlue", CVPR 2020. Parameters are named as in the authors' code, without its
 * dropout.
 */
final class SinkhornAggregation extends Module {
  /** As in the authors' code. */
  private static final int ITERATIONS = 3;

  private final int clusters;
  private final Layer token;
  private final Layer feature;
  private final Layer score;
  private final Parameter dustBin;

  /**
   * Creates the layers.
   *
   * @param width C, that of a token
   */
  SinkhornAggregation(int width, MegaLoc.Aggregation options) {
    this.clusters = options.clusters();
    int hidden = options.hidden();
    token =
        child(
            "token_features",
            new TwoLayers(
                "0", new Linear(width, hidden), "2", new Linear(hidden, options.tokenWidth())));
    feature = child("cluster_features", TwoLayers.pointwise(width, hidden, options.clusterWidth()));
    score = child("score", TwoLayers.pointwise(width, hidden, clusters));
    dustBin = parameter("dust_bin", Init.constant(1));
  }

  /** Two layers with a ReLU between them. */
  private static final class TwoLayers extends Layer {
    private final Layer first;
    private final Layer second;

    TwoLayers(String firstName, Layer first, String secondName, Layer second) {
      this.first = child(firstName, first);
      this.second = child(secondName, second);
    }

    static TwoLayers pointwise(int in, int hidden, int out) {
      return new TwoLayers("0", new Pointwise(in, hidden), "3", new Pointwise(hidden, out));
    }

    @Override
    public NDArray forward(Forward f, NDArray x) {
      return second.forward(f, Activation.RELU.apply(first.forward(f, x)));
    }
  }

  /** A convolution of 1 x 1, over tokens: {@code [B, N, in]} to {@code [B, N, out]}. */
  private static final class Pointwise extends Layer {
    private final Parameter weight;
    private final Parameter bias;

    Pointwise(int in, int out) {
      weight = parameter("weight", Init.fanIn(in), out, in, 1, 1);
      bias = parameter("bias", Init.fanIn(in), out);
    }

    @Override
    public NDArray forward(Forward f, NDArray x) {
      NDArray matrix = weight.in(x.getManager());
      Shape shape = matrix.getShape();
      return ai.djl.nn.core.Linear.linear(
              x, matrix.reshape(shape.get(0), shape.get(1)), bias.array())
          .singletonOrThrow();
    }
  }

  /**
   * Aggregates tokens.
   *
   * @param cls {@code [B, C]}, the class tokens
   * @param patches {@code [B, N, C]}, more than there are clusters
   * @return {@code [B, tokenWidth + clusterWidth clusters]}, of length 1
   * @throws IllegalArgumentException if there are not more patches than clusters
   */
  NDArray forward(Forward f, NDArray cls, NDArray patches) {
    NDArray features = feature.forward(f, patches);
    NDArray assigned = logAssignment(score.forward(f, patches)).get(":, :" + clusters).exp();
    // [B, l, n] x [B, n, m]: numbered by feature first, then by cluster.
    NDArray sums = features.transpose(0, 2, 1).matMul(assigned.transpose(0, 2, 1)).normalize(2, 1);
    NDArray flat = sums.reshape(sums.getShape().get(0), -1);
    NDArray global = token.forward(f, cls).normalize(2, 1);
    return NDArrays.concat(new NDList(global, flat), 1).normalize(2, 1);
  }

  /**
   * Returns the logarithm of the assignment of patches to clusters, the last cluster that of what
   * is left out.
   *
   * @param scores {@code [B, N, m]}
   * @return {@code [B, m + 1, N]}; the exponentials of a column add up to 1
   */
  NDArray logAssignment(NDArray scores) {
    NDManager step = scores.getManager();
    long batch = scores.getShape().get(0);
    long patches = scores.getShape().get(1);
    if (patches <= clusters) {
      throw new IllegalArgumentException(
          "an image of %d patches: more than %d are needed, one for each cluster; use larger images"
              .formatted(patches, clusters));
    }
    NDArray left = step.ones(new Shape(batch, 1, patches)).mul(dustBin.in(step));
    NDArray m = NDArrays.concat(new NDList(scores.transpose(0, 2, 1), left), 1);
    float uniform = (float) -Math.log((double) patches + clusters);
    float[] rowMass = new float[clusters + 1];
    Arrays.fill(rowMass, uniform);
    rowMass[clusters] += (float) Math.log((double) patches - clusters);
    NDArray logA = step.create(rowMass, new Shape(1, clusters + 1, 1));
    NDArray u = step.zeros(new Shape(batch, clusters + 1, 1));
    NDArray v = step.zeros(new Shape(batch, 1, patches));
    for (int i = 0; i < ITERATIONS; i++) {
      u = logSumExp(m.add(v), 2).neg().add(logA);
      v = logSumExp(m.add(u), 1).neg().add(uniform);
    }
    return m.add(u).add(v).add(-uniform);
  }

  private static NDArray logSumExp(NDArray x, int axis) {
    NDArray max = x.max(new int[] {axis}, true);
    return x.sub(max).exp().sum(new int[] {axis}, true).log().add(max);
  }
}
