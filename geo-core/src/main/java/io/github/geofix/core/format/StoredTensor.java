package io.github.geofix.core.format;

import org.jspecify.annotations.Nullable;

/**
 * The position of an array in a safetensors file.
 *
 * @param type the name of the stored type
 * @param dtype the stored type; null if it cannot be read
 * @param begin the first byte
 */
record StoredTensor(
    MappedFile file,
    String type,
    @Nullable DType dtype,
    long[] shape,
    long count,
    long begin,
    long bytes) {
  long end() {
    return begin + bytes;
  }
}
