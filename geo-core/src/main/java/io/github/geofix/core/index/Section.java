package io.github.geofix.core.index;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.internal.format.DirectMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/**
 * Off-heap memory of any length, little-endian: part of a mapped file, or allocated. Consists of
 * several buffers, since one is limited to 2 GiB; a unit is never split between two.
 *
 * <p>{@link #free()} does not check for readers; {@link EmbeddingIndex} excludes them.
 */
final class Section {
  private static final int MAX_WINDOW = 1 << 30;
  private static final int SLICE = 1 << 20;

  private final ByteBuffer[] windows;
  private final long windowBytes;
  private final long length;

  private Section(ByteBuffer[] windows, long windowBytes, long length) {
    this.windows = windows;
    this.windowBytes = windowBytes;
    this.length = length;
  }

  private interface Window {
    ByteBuffer of(long from, int length) throws IOException;
  }

  private static Section of(long length, int unit, Window window) throws IOException {
    long windowBytes = Math.max(1, MAX_WINDOW / unit) * (long) unit;
    ByteBuffer[] windows = new ByteBuffer[(int) ((length + windowBytes - 1) / windowBytes)];
    for (int i = 0; i < windows.length; i++) {
      long from = i * windowBytes;
      windows[i] =
          window
              .of(from, (int) Math.min(windowBytes, length - from))
              .order(ByteOrder.LITTLE_ENDIAN);
    }
    return new Section(windows, windowBytes, length);
  }

  /** Allocates zeroed memory that can be written. */
  static Section allocate(long length, int unit) {
    try {
      return of(length, unit, (from, bytes) -> ByteBuffer.allocateDirect(bytes));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Maps part of a file; nothing is read yet. */
  static Section map(FileChannel file, long offset, long length, int unit) throws IOException {
    return of(
        length,
        unit,
        (from, bytes) -> file.map(FileChannel.MapMode.READ_ONLY, offset + from, bytes));
  }

  long length() {
    return length;
  }

  /** Returns the buffer that contains the unit at a position. */
  ByteBuffer window(long position) {
    return windows[(int) (position / windowBytes)];
  }

  /** Returns the offset of a position in its buffer. */
  int offset(long position) {
    return (int) (position % windowBytes);
  }

  long getLong(long index) {
    return window(8 * index).getLong(offset(8 * index));
  }

  void putLong(long index, long value) {
    window(8 * index).putLong(offset(8 * index), value);
  }

  double getDouble(long index) {
    return Double.longBitsToDouble(getLong(index));
  }

  void putDouble(long index, double value) {
    putLong(index, Double.doubleToRawLongBits(value));
  }

  /** Reads floats within one unit. */
  void get(long position, float[] target) {
    window(position)
        .slice(offset(position), 4 * target.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(target);
  }

  void put(long position, float[] source) {
    window(position)
        .slice(offset(position), 4 * source.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .put(source);
  }

  void putFloat(long position, float value) {
    window(position).putFloat(offset(position), value);
  }

  /** Reads bytes, possibly of several units. */
  void get(long position, byte[] target) {
    int done = 0;
    while (done < target.length) {
      ByteBuffer window = window(position + done);
      int at = offset(position + done);
      int count = Math.min(target.length - done, window.capacity() - at);
      window.get(at, target, done, count);
      done += count;
    }
  }

  void put(long position, byte[] source) {
    int done = 0;
    while (done < source.length) {
      ByteBuffer window = window(position + done);
      int at = offset(position + done);
      int count = Math.min(source.length - done, window.capacity() - at);
      window.put(at, source, done, count);
      done += count;
    }
  }

  /** Writes all bytes to a file from a position on and returns their CRC-32C. */
  long writeTo(FileChannel file, long position) throws IOException {
    CRC32C crc = new CRC32C();
    file.position(position);
    for (ByteBuffer window : windows) {
      // In slices, so that the second of the two reads finds the bytes in the cache.
      for (int from = 0; from < window.capacity(); from += SLICE) {
        ByteBuffer bytes = window.slice(from, Math.min(SLICE, window.capacity() - from));
        crc.update(bytes.duplicate());
        while (bytes.hasRemaining()) {
          file.write(bytes);
        }
      }
    }
    return crc.getValue();
  }

  /** Reads all bytes and returns their CRC-32C. */
  long checksum() {
    CRC32C crc = new CRC32C();
    for (ByteBuffer window : windows) {
      crc.update(window.duplicate().clear());
    }
    return crc.getValue();
  }

  /** Frees the memory. Any later access may crash the JVM. */
  void free() {
    for (ByteBuffer window : windows) {
      DirectMemory.free(window);
    }
  }

  /** Returns the exception for inconsistent content. */
  static ModelFormatException damaged(String what) {
    return new ModelFormatException(
        "the index is damaged: " + what + "; build it again, or copy it again from its source");
  }
}
