package io.github.geofix.eval.protocol;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Checks that every element of a MATLAB level-5 file lies within the element around it, before a
 * reader that trusts lengths gets the file. See "MAT-File Format", The MathWorks, chapter 1.
 */
final class Mat5Lengths {
  private static final int HEADER_BYTES = 128;
  private static final int TAG_BYTES = 8;
  private static final int MOST_BYTES_IN_A_TAG = 4;
  private static final int MATRIX = 14;
  private static final int COMPRESSED = 15;

  /** Arrays in structs in cells: no list is deeper. */
  private static final int MAX_DEPTH = 16;

  private Mat5Lengths() {}

  /**
   * Checks a whole file.
   *
   * @param maxInflated the most bytes that a packed element may hold
   * @throws IllegalArgumentException if a length is too large
   */
  static void check(byte[] file, int maxInflated) {
    if (file.length < HEADER_BYTES) {
      throw new IllegalArgumentException("it has only " + file.length + " bytes");
    }
    // The last two bytes of the header spell MI in the byte order of the writer.
    boolean little = file[HEADER_BYTES - 2] == 'I';
    ByteOrder order = little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    check(ByteBuffer.wrap(file).order(order), HEADER_BYTES, file.length, maxInflated, 0);
  }

  private static void check(ByteBuffer data, int from, int to, int maxInflated, int depth) {
    if (depth > MAX_DEPTH) {
      throw new IllegalArgumentException("elements are nested more than 16 deep");
    }
    int at = from;
    while (at + TAG_BYTES <= to) {
      int first = data.getInt(at);
      int packed = first >>> 16;
      if (packed != 0) {
        refuse(packed > MOST_BYTES_IN_A_TAG, packed);
        at += TAG_BYTES;
        continue;
      }
      int length = data.getInt(at + 4);
      int start = at + TAG_BYTES;
      refuse(length < 0 || length > to - start, length);
      if (first == MATRIX) {
        check(data, start, start + length, maxInflated, depth + 1);
      } else if (first == COMPRESSED) {
        ByteBuffer inflated = inflated(data, start, length, maxInflated);
        check(inflated, 0, inflated.limit(), maxInflated, depth + 1);
      }
      int padding = first == COMPRESSED ? 0 : -length & 7;
      at = start + length + Math.min(padding, to - start - length);
    }
  }

  private static void refuse(boolean tooLong, int length) {
    if (tooLong) {
      throw new IllegalArgumentException(
          "an element of " + Integer.toUnsignedString(length) + " bytes does not fit where it is");
    }
  }

  private static ByteBuffer inflated(ByteBuffer data, int start, int length, int max) {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(data.slice(start, length));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] chunk = new byte[1 << 13];
      int count;
      while ((count = inflater.inflate(chunk)) > 0) {
        out.write(chunk, 0, count);
        refuse(out.size() > max, out.size());
      }
      return ByteBuffer.wrap(out.toByteArray()).order(data.order());
    } catch (DataFormatException e) {
      throw new IllegalArgumentException("a packed element is damaged: " + e.getMessage(), e);
    } finally {
      inflater.end();
    }
  }
}
