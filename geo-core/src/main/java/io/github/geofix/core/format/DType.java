package io.github.geofix.core.format;

import java.nio.ByteBuffer;

/** The data type of an array in a safetensors file, little-endian. */
public enum DType {
  /** Double precision. */
  F64(8),
  /** Signed, 64 bits. */
  I64(8),
  /** Single precision. */
  F32(4),
  /** Signed, 32 bits. */
  I32(4),
  /** Unsigned, 32 bits. */
  U32(4),
  /** IEEE half precision. */
  F16(2),
  /** bfloat16, the upper half of a single-precision number. */
  BF16(2),
  /** Signed, 16 bits. */
  I16(2),
  /** Unsigned, 16 bits. */
  U16(2),
  /** Signed, 8 bits. */
  I8(1),
  /** Unsigned, 8 bits. */
  U8(1),
  /** One byte; nonzero is true and is read as 1. */
  BOOL(1);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /** Returns the size of an element in bytes. */
  public int bytes() {
    return bytes;
  }

  /** Returns whether the type has no fractions; true for {@link #BOOL}. */
  public boolean isInteger() {
    return switch (this) {
      case F64, F32, F16, BF16 -> false;
      default -> true;
    };
  }

  /** Returns the number at a byte position; exact but for I64 beyond 2^53. */
  double doubleAt(ByteBuffer data, int position) {
    return switch (this) {
      case F64 -> data.getDouble(position);
      case F32 -> data.getFloat(position);
      case F16 -> halfToFloat(data.getShort(position));
      case BF16 -> bfloat16ToFloat(data.getShort(position));
      default -> longAt(data, position);
    };
  }

  /** Returns the integer at a byte position. */
  long longAt(ByteBuffer data, int position) {
    return switch (this) {
      case I64 -> data.getLong(position);
      case I32 -> data.getInt(position);
      case U32 -> Integer.toUnsignedLong(data.getInt(position));
      case I16 -> data.getShort(position);
      case U16 -> Short.toUnsignedLong(data.getShort(position));
      case I8 -> data.get(position);
      case U8 -> Byte.toUnsignedLong(data.get(position));
      case BOOL -> data.get(position) == 0 ? 0 : 1;
      default -> throw new IllegalArgumentException(this + " is not an integer type");
    };
  }

  static float bfloat16ToFloat(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** IEEE 754 binary16 to binary32, exact. Java has it in Float from version 20 on. */
  static float halfToFloat(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = (bits >> 10) & 0x1f;
    int fraction = bits & 0x3ff;
    if (exponent == 0) {
      float magnitude = fraction * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    // 31 marks infinity and NaN in 5 bits, 255 in 8; else the bias grows from 15 to 127.
    int wide = exponent == 31 ? 255 : exponent + 112;
    return Float.intBitsToFloat(sign | wide << 23 | fraction << 13);
  }
}
