package io.github.geofix.core.format;

import io.github.geofix.core.format.TensorFile.DType;
import io.github.geofix.core.internal.format.MappedFile;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The position of an array in a file.
 *
 * @param type the name of the stored type
 * @param dtype the stored type; null if it cannot be read
 * @param begin the byte of the first element
 * @param strides by how many elements a step along each axis moves; null if the elements are row by
 *     row without gaps
 */
record StoredTensor(
    MappedFile file,
    String type,
    @Nullable DType dtype,
    long[] shape,
    long count,
    long begin,
    long bytes,
    long @Nullable [] strides,
    ByteOrder order) {

  long end() {
    return begin + bytes;
  }

  /** Walks over the elements in row-major order; not for arrays without elements. */
  final class Walk {
    private final long[] steps;
    private final long[] index;
    private long element;

    /** Begins at an element. */
    Walk(long first) {
      steps = Objects.requireNonNull(strides);
      index = new long[shape.length];
      long rest = first;
      for (int axis = shape.length - 1; axis >= 0; axis--) {
        index[axis] = rest % shape[axis];
        rest /= shape[axis];
        element += index[axis] * steps[axis];
      }
    }

    /** Returns where the present element is, counted in elements from the first; moves on. */
    long next() {
      long here = element;
      for (int axis = shape.length - 1; axis >= 0; axis--) {
        element += steps[axis];
        if (++index[axis] < shape[axis]) {
          return here;
        }
        element -= index[axis] * steps[axis];
        index[axis] = 0;
      }
      return here;
    }
  }

  /** Returns the number of elements from the first to the one that is last. */
  long extent() {
    if (strides == null || count == 0) {
      return count;
    }
    long last = 0;
    for (int axis = 0; axis < shape.length; axis++) {
      last += (shape[axis] - 1) * strides[axis];
    }
    return last + 1;
  }

  @Override
  public String toString() {
    return type + Arrays.toString(shape);
  }
}
