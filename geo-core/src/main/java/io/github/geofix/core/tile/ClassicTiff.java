package io.github.geofix.core.tile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.imageio.plugins.tiff.BaselineTIFFTagSet;

/** Writes a TIFF with offsets of 32 bits in memory (TIFF 6.0, section 2). Not thread-safe. */
final class ClassicTiff {
  private static final int HEADER = 8;
  private static final int ENTRY = 12;
  private static final int LONG = 4;

  private final ByteOrder order;
  private final List<byte[]> parts = new ArrayList<>();
  private long length = HEADER;
  private long fieldBytes;
  private SortedMap<Integer, Value> fields = new TreeMap<>();

  /** The parts that are directories, with their places, to be linked at the end. */
  private final List<ByteBuffer> directories = new ArrayList<>();

  private final List<Long> places = new ArrayList<>();

  private record Value(int type, long count, byte[] bytes) {}

  ClassicTiff(ByteOrder order) {
    this.order = order;
  }

  /** Sets a field of the present directory to values in the byte order of the file. */
  void put(int tag, int type, long count, byte[] bytes) {
    fields.put(tag, new Value(type, count, bytes));
    fieldBytes += bytes.length;
  }

  /** Returns the bytes of all fields that were set. */
  long fieldBytes() {
    return fieldBytes;
  }

  /**
   * Sets a field of the present directory.
   *
   * @param type that of four bytes without a sign
   * @throws IOException if a value needs more than 32 bits
   */
  void put(int tag, int type, long... values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * values.length).order(order);
    for (long value : values) {
      if (value < 0 || value > 0xffffffffL) {
        throw new IOException("damaged: field %d is %d".formatted(tag, value));
      }
      bytes.putInt((int) value);
    }
    put(tag, type, values.length, bytes.array());
  }

  /** Adds the tiles or strips of the present directory. */
  void putTiles(boolean isTiled, List<byte[]> tiles) throws IOException {
    long[] offsets = new long[tiles.size()];
    long[] counts = new long[tiles.size()];
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = add(tiles.get(i));
      counts[i] = tiles.get(i).length;
    }
    put(
        isTiled ? BaselineTIFFTagSet.TAG_TILE_OFFSETS : BaselineTIFFTagSet.TAG_STRIP_OFFSETS,
        LONG,
        offsets);
    put(
        isTiled
            ? BaselineTIFFTagSet.TAG_TILE_BYTE_COUNTS
            : BaselineTIFFTagSet.TAG_STRIP_BYTE_COUNTS,
        LONG,
        counts);
  }

  /** Ends the present directory; the next field belongs to another image. */
  void endDirectory() {
    ByteBuffer entries =
        ByteBuffer.allocate(Short.BYTES + ENTRY * fields.size() + Integer.BYTES).order(order);
    entries.putShort((short) fields.size());
    fields.forEach(
        (tag, value) -> {
          entries.putShort(tag.shortValue());
          entries.putShort((short) value.type());
          entries.putInt((int) value.count());
          int next = entries.position() + Integer.BYTES;
          if (value.bytes().length <= Integer.BYTES) {
            entries.put(value.bytes());
          } else {
            entries.putInt((int) add(value.bytes()));
          }
          entries.position(next);
        });
    directories.add(entries);
    places.add(add(entries.array()));
    fields = new TreeMap<>();
  }

  /** Adds bytes at an even place, which it returns. */
  private long add(byte[] bytes) {
    long at = length;
    parts.add(bytes);
    length += bytes.length;
    if (length % 2 == 1) {
      parts.add(new byte[1]);
      length++;
    }
    return at;
  }

  /** Returns the file. */
  byte[] bytes() throws IOException {
    if (length > Integer.MAX_VALUE) {
      throw new IOException("its tiles have too many bytes");
    }
    for (int i = 0; i + 1 < directories.size(); i++) {
      ByteBuffer entries = directories.get(i);
      entries.putInt(entries.capacity() - Integer.BYTES, places.get(i + 1).intValue());
    }
    ByteBuffer header = ByteBuffer.allocate(HEADER).order(order);
    header.putShort((short) (order == ByteOrder.LITTLE_ENDIAN ? 0x4949 : 0x4d4d));
    header.putShort((short) 42).putInt(places.isEmpty() ? 0 : places.get(0).intValue());
    ByteArrayOutputStream all = new ByteArrayOutputStream((int) length);
    all.writeBytes(header.array());
    parts.forEach(all::writeBytes);
    return all.toByteArray();
  }
}
