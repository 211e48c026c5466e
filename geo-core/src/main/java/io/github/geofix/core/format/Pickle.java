package io.github.geofix.core.format;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The values of a pickle, besides Java's numbers, strings and Booleans. They are data: a global is
 * a name that nothing is looked up by, and no object is made from one.
 */
final class Pickle {
  /** Python's None. */
  static final Object NONE = new Object();

  private Pickle() {}

  /** A name of Python code, as {@code module name}. */
  record Global(String name) {}

  /** A tuple. */
  record Tuple(List<Object> items) {}

  /** A list, compared by identity. */
  static final class Items {
    final List<Object> values = new ArrayList<>();
  }

  /** A dictionary of any kind, compared by identity; a later entry hides an earlier one. */
  static final class Dict {
    final List<Object> keys = new ArrayList<>();
    final List<Object> values = new ArrayList<>();

    void put(Object key, Object value) {
      keys.add(key);
      values.add(value);
    }

    /** Returns the value of a text; null if there is none. */
    @Nullable Object get(String key) {
      int i = keys.lastIndexOf(key);
      return i < 0 ? null : values.get(i);
    }
  }

  /**
   * An object that is not read: what was put into it is gone.
   *
   * @param global what would have made it
   */
  record Opaque(String global) {}

  /**
   * The memory of tensors.
   *
   * @param type null if the tensors have the types
   * @param count of elements; of bytes if there is no type
   */
  record Storage(String key, @Nullable ElementType type, long count) {
    long bytes() {
      return type == null ? count : Math.multiplyExact(count, (long) type.bytes());
    }
  }

  /**
   * A tensor.
   *
   * @param offset of its first element in the storage, in elements
   * @param strides null if the elements are row by row without gaps
   */
  record Tensor(
      Storage storage,
      ElementType type,
      long offset,
      long[] shape,
      long @Nullable [] strides,
      long count) {}
}
