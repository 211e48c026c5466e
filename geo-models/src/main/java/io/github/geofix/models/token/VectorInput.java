package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.partition.CellTokenizer;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Embedding;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Init;
import io.github.geofix.models.nn.Layer;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A photo as vectors computed beforehand, followed by its neighbors in a reference database: a
 * learned token, the photo's V vectors, and for each of K neighbors its V vectors and the N tokens
 * of its place, {@code 1 + V + K (V + N)} tokens in all (GeoToken, section 3).
 *
 * <p>Each kind of vector has a projection of its own, shared by photo and neighbors, whose output
 * is L2-normalized. The neighbors' tokens have their own embeddings.
 */
final class VectorInput extends MemoryInput {

  /**
   * What there is of a photo.
   *
   * @param vectors V, the vectors of a photo, at least 1
   * @param vectorWidth W, their length
   * @param neighbors K, 0 or more
   */
  record Options(int vectors, int vectorWidth, int neighbors) {
    /** Checks the ranges. */
    Options {
      if (vectors < 1 || vectorWidth < 1 || neighbors < 0) {
        throw new IllegalArgumentException(
            vectors
                + " vectors of "
                + vectorWidth
                + " and "
                + neighbors
                + " neighbors: at least 1, 1 and 0 needed");
      }
    }
  }

  private final Options options;
  private final int width;
  private final CellTokenizer tokenizer;
  private final Parameter classToken;
  private final List<Projection> projections = new ArrayList<>();
  private final Optional<Embedding> neighborTokens;

  VectorInput(Options options, CellTokenizer tokenizer, int width) {
    this.options = options;
    this.width = width;
    this.tokenizer = tokenizer;
    classToken = parameter("class_token", Init.normal(1), 1, width);
    for (int v = 0; v < options.vectors(); v++) {
      projections.add(child("proj." + v, new Projection(options.vectorWidth(), width)));
    }
    neighborTokens =
        options.neighbors() == 0
            ? Optional.empty()
            : Optional.of(
                child("neighbor_tokens", new Embedding(tokenizer.vocabularySize(), width)));
  }

  @Override
  List<Shape> shapes() {
    Shape photo = new Shape(options.vectors(), options.vectorWidth());
    if (options.neighbors() == 0) {
      return List.of(photo);
    }
    return List.of(
        photo,
        new Shape(options.neighbors(), options.vectors(), options.vectorWidth()),
        new Shape(options.neighbors(), tokenizer.length()));
  }

  @Override
  int length() {
    int each = options.vectors() + tokenizer.length();
    return 1 + options.vectors() + options.neighbors() * each;
  }

  /**
   * @param inputs the photos' vectors {@code [B, V, W]}; unless K is 0 also the neighbors' {@code
   *     [B, K, V, W]} and the values of their tokens {@code [B, K, N]}, as floats
   */
  @Override
  NDArray tokens(Forward f, List<NDArray> inputs) {
    NDArray photo = inputs.get(0);
    long batch = photo.getShape().get(0);
    NDArray first =
        classToken.in(photo.getManager()).reshape(1, 1, width).broadcast(batch, 1, width);
    NDArray own = project(f, photo.expandDims(1)).reshape(batch, -1, width);
    if (neighborTokens.isEmpty()) {
      return NDArrays.concat(new NDList(first, own), 1);
    }
    NDArray vectors = project(f, inputs.get(1));
    NDArray values = inputs.get(2).toType(DataType.INT64, false);
    NDArray ids = values.add(photo.getManager().create(offsets()));
    NDArray neighbors =
        NDArrays.concat(new NDList(vectors, neighborTokens.orElseThrow().forward(f, ids)), 2);
    return NDArrays.concat(new NDList(first, own, neighbors.reshape(batch, -1, width)), 1);
  }

  /** {@code [B, K, V, W]} to {@code [B, K, V, D]}. */
  private NDArray project(Forward f, NDArray vectors) {
    NDList projected = new NDList();
    for (int v = 0; v < projections.size(); v++) {
      projected.add(projections.get(v).forward(f, vectors.get(":, :, {}", v)));
    }
    return NDArrays.stack(projected, 2);
  }

  private long[] offsets() {
    long[] offsets = new long[tokenizer.length()];
    for (int n = 0; n < offsets.length; n++) {
      offsets[n] = tokenizer.offsetAt(n);
    }
    return offsets;
  }

  /** Linear, ReLU, linear, unit length. */
  private static final class Projection extends Module {
    private final Layer linear1;
    private final Layer linear2;

    Projection(int in, int out) {
      linear1 = child("0", new Linear(in, out));
      linear2 = child("2", new Linear(out, out));
    }

    NDArray forward(Forward f, NDArray x) {
      NDArray y = linear2.forward(f, Activation.RELU.apply(linear1.forward(f, x)));
      return y.normalize(2, y.getShape().dimension() - 1);
    }
  }
}
