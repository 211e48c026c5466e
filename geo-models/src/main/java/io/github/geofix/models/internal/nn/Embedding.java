package io.github.geofix.models.internal.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.SparseFormat;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Layer;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.Parameter.Init;

/** A table of learned vectors: int64 ids {@code [...]} to {@code [..., D]}. */
public final class Embedding extends Layer {
  private final Parameter weight;

  /** Creates a table of {@code size} vectors, PyTorch's standard normal at first. */
  public Embedding(int size, int width) {
    weight = parameter("weight", Init.normal(1), size, width);
  }

  @Override
  public NDArray forward(Forward f, NDArray ids) {
    NDArray vectors =
        ai.djl.nn.core.Embedding.embedding(ids, weight.array(), SparseFormat.DENSE)
            .singletonOrThrow();
    vectors.attach(ids.getManager());
    return vectors;
  }
}
