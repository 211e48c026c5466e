package io.github.geofix.models.embed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.internal.nn.Scalar;
import io.github.geofix.models.internal.nn.TorchOps;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Layer;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.Parameter.Init;

/**
 * Cuts class maps into square patches and maps each linearly: {@code [B, H, W]} to {@code [B, N,
 * D]} with {@code N = floor(H / patch) floor(W / patch)}, row by row.
 *
 * <p>Equal to a convolution over the channels of {@link Fusion.Encoding}, whose kernel the weight
 * is. The channels of one-hot classes are never made: the sum over them is a sum of the kernel's
 * columns, one for each pixel.
 */
final class ClassPatchEmbedding extends Layer {
  private final int patch;
  private final int dimension;
  private final int classes;
  private final boolean oneHot;
  private final Parameter weight;
  private final Parameter bias;

  /** Creates a layer for patches of the given side in pixels. */
  ClassPatchEmbedding(Fusion.Input classMaps, int patch, int dimension) {
    this.patch = patch;
    this.dimension = dimension;
    classes = classMaps.classes();
    oneHot = classMaps.encoding() == Fusion.Encoding.ONE_HOT;
    int channels = oneHot ? classes : 1;
    Init init = Init.fanIn(channels * patch * patch);
    weight = parameter("weight", init, dimension, channels, patch, patch);
    bias = parameter("bias", init, dimension);
  }

  /**
   * Embeds class maps.
   *
   * @param maps {@code [B, H, W]}: class numbers as floats; others are unknown
   */
  @Override
  public NDArray forward(Forward f, NDArray maps) {
    long batch = maps.getShape().get(0);
    NDArray pixels = patches(maps);
    NDArray embedded = oneHot ? sumsOfColumns(pixels) : products(pixels);
    return embedded.add(bias.array()).reshape(batch, -1, dimension);
  }

  /** Returns the pixels of each patch, {@code [B N, patch patch]}. */
  private NDArray patches(NDArray maps) {
    Shape shape = maps.getShape();
    long rows = shape.get(1) / patch;
    long columns = shape.get(2) / patch;
    return maps.get(":, :{}, :{}", rows * patch, columns * patch)
        .reshape(shape.get(0), rows, patch, columns, patch)
        .transpose(0, 1, 3, 2, 4)
        .reshape(shape.get(0) * rows * columns, (long) patch * patch);
  }

  private NDArray products(NDArray pixels) {
    NDArray values = pixels.add(1).div(Scalar.of(pixels, classes));
    NDArray kernel = weight.in(pixels.getManager()).reshape(dimension, -1);
    return values.matMul(kernel.transpose());
  }

  private NDArray sumsOfColumns(NDArray pixels) {
    NDManager step = pixels.getManager();
    NDArray columns = weight.in(step).transpose(1, 2, 3, 0).reshape(-1, dimension);
    // Pixels of no class have the last column.
    NDArray zeros = step.zeros(new Shape(1, dimension), columns.getDataType());
    NDArray table = NDArrays.concat(new NDList(columns, zeros), 0);
    int size = patch * patch;
    NDArray number = pixels.toType(DataType.INT64, false);
    NDArray within = step.arange(0, size, 1, DataType.INT64);
    NDArray index = number.mul(Scalar.of(step, DataType.INT64, size)).add(within);
    NDArray unknown = step.full(index.getShape(), (float) classes * size, DataType.INT64);
    NDArray isKnown = number.gte(0).logicalAnd(number.lt(classes));
    return TorchOps.embeddingBag(table, NDArrays.where(isKnown, index, unknown));
  }
}
