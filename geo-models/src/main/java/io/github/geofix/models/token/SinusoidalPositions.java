package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;

/**
 * Adds the position of each token to it: sines at even places, cosines at odd ones, of wavelengths
 * from 2 pi to 10,000 * 2 pi (Vaswani et al. 2017, section 3.5). Immutable and thread-safe.
 */
final class SinusoidalPositions {
  private static final double LONGEST = 10_000;

  private final int dimension;
  private final float[] values;

  /** Prepares the positions 0 to {@code count} - 1 of tokens of the given dimension. */
  SinusoidalPositions(int count, int dimension) {
    this.dimension = dimension;
    values = new float[count * dimension];
    for (int n = 0; n < count; n++) {
      for (int i = 0; i < dimension; i++) {
        double angle = n * Math.pow(LONGEST, -(i - i % 2) / (double) dimension);
        values[n * dimension + i] = (float) (i % 2 == 0 ? Math.sin(angle) : Math.cos(angle));
      }
    }
  }

  /** Returns tokens {@code [B, N, D]} with the positions 0 to N - 1 added. */
  NDArray add(NDArray x) {
    return add(x, 0, Math.toIntExact(x.getShape().get(1)));
  }

  /** Returns tokens {@code [B, R, D]} that all stand at one position, with it added. */
  NDArray addAt(int position, NDArray x) {
    return add(x, position, 1);
  }

  private NDArray add(NDArray x, int first, int count) {
    float[] part = Arrays.copyOfRange(values, first * dimension, (first + count) * dimension);
    NDArray positions = x.getManager().create(part, new Shape(1, count, dimension));
    return x.add(positions.toType(x.getDataType(), false));
  }
}
