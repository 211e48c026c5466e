package io.github.geofix.core.tile;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes TIFFs of 32 bits anew with offsets of 64 bits. */
final class BigTiffs {
  private static final int HEADER = 16;
  private static final int STRIP_OFFSETS = 273;
  private static final int TILE_OFFSETS = 324;
  private static final int LONG8 = 16;
  private static final int[] TYPE_BYTES = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4};

  private BigTiffs() {}

  /**
   * Writes a file anew.
   *
   * @param at where the bytes of the classic file, with its tiles, begin in the other one; behind
   *     its directories
   */
  static void write(Path classic, Path big, long at) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(classic));
    in.order(in.getShort(0) == 0x4949 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    ByteBuffer out = ByteBuffer.allocate(1 << 16).order(in.order());
    out.putShort(in.getShort(0)).putShort((short) 43).putShort((short) 8).putShort((short) 0);
    out.putLong(HEADER);
    int next = in.getInt(4);
    while (next != 0) {
      int fields = in.getShort(next) & 0xffff;
      out.putLong(fields);
      List<byte[]> values = new ArrayList<>();
      long valuesAt = out.position() + 20L * fields + 8;
      for (int i = 0; i < fields; i++) {
        int entry = next + 2 + 12 * i;
        int tag = in.getShort(entry) & 0xffff;
        int type = in.getShort(entry + 2);
        int count = in.getInt(entry + 4);
        int bytes = count * TYPE_BYTES[type];
        int from = bytes <= 4 ? entry + 8 : in.getInt(entry + 8);
        byte[] value = new byte[bytes];
        in.get(from, value);
        if (tag == STRIP_OFFSETS || tag == TILE_OFFSETS) {
          value = moved(ByteBuffer.wrap(value).order(in.order()), type, count, at);
          type = LONG8;
        }
        out.putShort((short) tag).putShort((short) type).putLong(count);
        if (value.length <= 8) {
          out.put(value).position(out.position() + 8 - value.length);
        } else {
          out.putLong(valuesAt + values.stream().mapToInt(v -> v.length).sum());
          values.add(value);
        }
      }
      next = in.getInt(next + 2 + 12 * fields);
      int length = values.stream().mapToInt(v -> v.length).sum();
      out.putLong(next == 0 ? 0 : out.position() + 8 + length);
      values.forEach(out::put);
    }
    try (RandomAccessFile file = new RandomAccessFile(big.toFile(), "rw")) {
      file.write(out.array(), 0, out.position());
      file.seek(at);
      file.write(in.array());
    }
  }

  private static byte[] moved(ByteBuffer offsets, int type, int count, long by) {
    ByteBuffer moved = ByteBuffer.allocate(8 * count).order(offsets.order());
    for (int i = 0; i < count; i++) {
      moved.putLong(
          by + (type == 3 ? offsets.getShort() & 0xffff : offsets.getInt() & 0xffffffffL));
    }
    return moved.array();
  }
}
