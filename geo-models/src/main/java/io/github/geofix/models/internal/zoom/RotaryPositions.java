package io.github.geofix.models.internal.zoom;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * Rotary position embedding (Su et al., "RoFormer", 2021, section 3.4.2): rotates queries and keys
 * by angles proportional to their position, so that their products depend on the distance between
 * them. Value i of the first half is paired with value i of the second.
 */
record RotaryPositions(NDArray cosines, NDArray sines, long half) {
  private static final double THETA = 10_000;

  /**
   * Returns the rotations of successive positions.
   *
   * @param first the first position
   * @param count the number of positions N
   * @param dimension the length d of a head, even
   */
  static RotaryPositions of(NDManager manager, DataType type, int first, int count, int dimension) {
    float[] cosines = new float[count * dimension];
    float[] sines = new float[count * dimension];
    for (int n = 0; n < count; n++) {
      for (int i = 0; i < dimension; i++) {
        double angle = (first + n) * frequency(i % (dimension / 2), dimension);
        cosines[n * dimension + i] = (float) Math.cos(angle);
        sines[n * dimension + i] = (float) (i < dimension / 2 ? -Math.sin(angle) : Math.sin(angle));
      }
    }
    Shape shape = new Shape(count, dimension);
    return new RotaryPositions(
        manager.create(cosines, shape).toType(type, false),
        manager.create(sines, shape).toType(type, false),
        dimension / 2);
  }

  /** Returns the angle between successive positions, in radians, of pair i of d / 2. */
  static double frequency(int i, int dimension) {
    return Math.pow(THETA, -2.0 * i / dimension);
  }

  /** Rotates {@code [B, heads, N, d]}. */
  NDArray apply(NDArray x) {
    NDArray first = x.get("..., :{}", half);
    NDArray second = x.get("..., {}:", half);
    return x.mul(cosines).add(second.concat(first, 3).mul(sines));
  }
}
