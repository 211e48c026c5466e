package io.github.geofix.core.internal.webp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** A lossless picture, read bit by bit, lowest first. Bits past its end are zeros. */
final class Vp8lBits {
  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** The content and a word of zeros. */
  private final byte[] data;

  private final int length;

  /** In bits. */
  private long at;

  Vp8lBits(byte[] file, int start, int end) {
    length = end - start;
    data = new byte[length + Long.BYTES];
    System.arraycopy(file, start, data, 0, length);
  }

  /** Returns whether more was read than there is. */
  boolean isPastEnd() {
    return at > 8L * length;
  }

  /** Returns the next bits, at least 57, without passing over them. */
  private long peek() {
    return (long) WORD.get(data, (int) Math.min(at >>> 3, length)) >>> (at & 7);
  }

  /** Reads an unsigned number of at most 31 bits. */
  int number(int bits) {
    long word = peek();
    at += bits;
    return (int) word & ((1 << bits) - 1);
  }

  boolean flag() {
    return number(1) != 0;
  }

  /** Reads a symbol of a prefix code. */
  int symbol(Vp8lCode code) {
    long word = peek();
    int entry = code.table[(int) word & code.mask];
    if (entry >>> Vp8lCode.LENGTH_SHIFT > Vp8lCode.ROOT_BITS) {
      int bits = (entry >>> Vp8lCode.LENGTH_SHIFT) - Vp8lCode.ROOT_BITS;
      int next = (int) (word >>> Vp8lCode.ROOT_BITS) & ((1 << bits) - 1);
      entry = code.table[(entry & Vp8lCode.SYMBOL_MASK) + next];
    }
    at += entry >>> Vp8lCode.LENGTH_SHIFT;
    return entry & Vp8lCode.SYMBOL_MASK;
  }
}
