package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.common.primitives.Floats;
import io.github.geofix.core.partition.CellTokenizer;
import io.github.geofix.models.internal.nn.Embedding;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Layer;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.Parameter.Init;
import io.github.geofix.models.token.ReferenceDatabase.Neighbor;
import io.github.geofix.models.token.VectorExamples.VectorPhoto;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Precomputed vectors of a photo, followed by its neighbors in a reference database: a learned
 * token, the photo's V vectors, and for each of K neighbors its V vectors and the N tokens of its
 * cell, {@code 1 + V + K (V + N)} tokens in all (GeoToken, section 3).
 *
 * <p>Each kind of vector has a projection of its own, shared by photo and neighbors, whose output
 * is L2-normalized. The neighbors' tokens have their own embeddings.
 */
final class VectorInput extends MemoryInput {

  private final TokenConfig.Vectors options;
  private final int dimension;
  private final CellTokenizer tokenizer;
  private final Parameter classToken;
  private final List<Projection> projections = new ArrayList<>();
  private final Optional<Embedding> neighborTokens;

  VectorInput(TokenConfig.Vectors options, CellTokenizer tokenizer, int dimension) {
    this.options = options;
    this.dimension = dimension;
    this.tokenizer = tokenizer;
    classToken = parameter("class_token", Init.normal(1), 1, dimension);
    for (int v = 0; v < options.count(); v++) {
      projections.add(child("proj." + v, new Projection(options.dimension(), dimension)));
    }
    neighborTokens =
        options.neighbors() == 0
            ? Optional.empty()
            : Optional.of(
                child("neighbor_tokens", new Embedding(tokenizer.vocabularySize(), dimension)));
  }

  @Override
  List<Shape> shapes() {
    Shape photo = new Shape(options.count(), options.dimension());
    if (options.neighbors() == 0) {
      return List.of(photo);
    }
    return List.of(
        photo,
        new Shape(options.neighbors(), options.count(), options.dimension()),
        new Shape(options.neighbors(), tokenizer.length()));
  }

  @Override
  int length() {
    int each = options.count() + tokenizer.length();
    return 1 + options.count() + options.neighbors() * each;
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
        classToken.in(photo.getManager()).reshape(1, 1, dimension).broadcast(batch, 1, dimension);
    NDArray own = project(f, photo.expandDims(1)).reshape(batch, -1, dimension);
    if (neighborTokens.isEmpty()) {
      return NDArrays.concat(new NDList(first, own), 1);
    }
    NDArray vectors = project(f, inputs.get(1));
    NDArray values = inputs.get(2).toType(DataType.INT64, false);
    NDArray ids = values.add(photo.getManager().create(offsets()));
    NDArray neighbors =
        NDArrays.concat(new NDList(vectors, neighborTokens.orElseThrow().forward(f, ids)), 2);
    return NDArrays.concat(new NDList(first, own, neighbors.reshape(batch, -1, dimension)), 1);
  }

  @Override
  VectorInput ofVectors() {
    return this;
  }

  /**
   * Checks that the vectors of a database have the length of the photos'.
   *
   * @throws IllegalArgumentException if they have not
   */
  void check(ReferenceDatabase reference) {
    if (reference.dimension() != options.dimension()) {
      throw new IllegalArgumentException(
          "the reference has vectors of %d values, the model reads %d"
              .formatted(reference.dimension(), options.dimension()));
    }
  }

  /** Returns the number and length of the vectors, and the number of neighbors. */
  TokenConfig.Vectors options() {
    return options;
  }

  /** Returns the number of neighbors K. */
  int neighbors() {
    return options.neighbors();
  }

  /**
   * Lays out the vectors of a photo and of its neighbors, and the tokens of their cells.
   *
   * @throws IllegalArgumentException if vectors or neighbors are of another number or length
   */
  TokenPhoto read(VectorPhoto photo) {
    int count = options.neighbors();
    ReferenceDatabase.checkShape(photo.vectors(), options.count(), options.dimension());
    if (count == 0) {
      return new TokenPhoto(new float[][] {Floats.concat(photo.vectors())}, List.of());
    }
    if (photo.neighbors().size() < count) {
      throw new IllegalArgumentException(
          photo.neighbors().size() + " neighbors given, " + count + " needed");
    }
    List<Neighbor> neighbors = photo.neighbors().subList(0, count);
    float[][] vectors = new float[count][];
    float[] tokens = new float[count * tokenizer.length()];
    for (int k = 0; k < count; k++) {
      Neighbor neighbor = neighbors.get(k);
      ReferenceDatabase.checkShape(neighbor.vectors(), options.count(), options.dimension());
      vectors[k] = Floats.concat(neighbor.vectors());
      int[] values = tokenizer.encode(neighbor.latLng());
      for (int n = 0; n < values.length; n++) {
        tokens[k * values.length + n] = values[n];
      }
    }
    return new TokenPhoto(
        new float[][] {Floats.concat(photo.vectors()), Floats.concat(vectors), tokens}, neighbors);
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
