package io.github.geofix.core.format;

import io.github.geofix.core.format.TensorFile.DType;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The type of the elements of a PyTorch tensor.
 *
 * @param name as safetensors calls it, or as PyTorch does
 * @param bytes the size of an element
 * @param dtype null if there is none to read it as
 */
record ElementType(String name, int bytes, @Nullable DType dtype) {
  private static final Map<String, ElementType> STORAGES =
      Map.ofEntries(
          Map.entry("DoubleStorage", of(DType.F64)),
          Map.entry("FloatStorage", of(DType.F32)),
          Map.entry("HalfStorage", of(DType.F16)),
          Map.entry("BFloat16Storage", of(DType.BF16)),
          Map.entry("LongStorage", of(DType.I64)),
          Map.entry("IntStorage", of(DType.I32)),
          Map.entry("ShortStorage", of(DType.I16)),
          Map.entry("CharStorage", of(DType.I8)),
          Map.entry("ByteStorage", of(DType.U8)),
          Map.entry("BoolStorage", of(DType.BOOL)),
          Map.entry("ComplexFloatStorage", new ElementType("C64 (complex64)", 8, null)),
          Map.entry("ComplexDoubleStorage", new ElementType("complex128", 16, null)));

  private static final Map<String, ElementType> DTYPES =
      Map.ofEntries(
          Map.entry("float64", of(DType.F64)),
          Map.entry("float32", of(DType.F32)),
          Map.entry("float16", of(DType.F16)),
          Map.entry("bfloat16", of(DType.BF16)),
          Map.entry("int64", of(DType.I64)),
          Map.entry("int32", of(DType.I32)),
          Map.entry("int16", of(DType.I16)),
          Map.entry("int8", of(DType.I8)),
          Map.entry("uint32", of(DType.U32)),
          Map.entry("uint16", of(DType.U16)),
          Map.entry("uint8", of(DType.U8)),
          Map.entry("bool", of(DType.BOOL)),
          Map.entry("uint64", new ElementType("U64 (uint64)", 8, null)),
          Map.entry("complex64", new ElementType("C64 (complex64)", 8, null)),
          Map.entry("complex128", new ElementType("complex128", 16, null)),
          Map.entry("float8_e4m3fn", new ElementType("F8_E4M3 (float8_e4m3fn)", 1, null)),
          Map.entry("float8_e5m2", new ElementType("F8_E5M2 (float8_e5m2)", 1, null)));

  private static ElementType of(DType dtype) {
    return new ElementType(dtype.name(), dtype.bytes(), dtype);
  }

  /** Returns the type of a storage class of PyTorch, such as {@code FloatStorage}. */
  static @Nullable ElementType ofStorage(String className) {
    return STORAGES.get(className);
  }

  /** Returns the type that PyTorch calls {@code torch.<name>}. */
  static @Nullable ElementType ofTorch(String name) {
    return DTYPES.get(name);
  }
}
