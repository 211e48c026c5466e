package io.github.geofix.onnx;

import io.github.geofix.core.format.ModelFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;

/**
 * A reader of the fields of one protobuf message, in the order of the file. Reads what it is asked
 * for and passes over the rest, such as weights. For one thread.
 *
 * <p>Protocol Buffers, "Encoding", developers.google.com/protocol-buffers/docs/encoding.
 */
final class ProtobufReader {
  /** Wire types. */
  private static final int VARINT = 0;

  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private static final int MAX_TEXT = 1 << 16;
  private static final int MAX_VARINT = 10;

  /** Bytes of a file, read in blocks. */
  private static final class Source {
    private static final int BLOCK = 1 << 13;

    private final FileChannel channel;
    private final ByteBuffer block = ByteBuffer.allocate(BLOCK).limit(0);
    private long start;

    Source(FileChannel channel) {
      this.channel = channel;
    }

    byte get(long position) {
      if (position < start || position >= start + block.limit()) {
        start = position;
        fill(block, position);
      }
      return block.get((int) (position - start));
    }

    /** Fills a buffer as far as the file goes. */
    void fill(ByteBuffer buffer, long position) {
      try {
        buffer.clear();
        int read = 0;
        while (buffer.hasRemaining() && read >= 0) {
          read = channel.read(buffer, position + buffer.position());
        }
        buffer.flip();
        if (!buffer.hasRemaining()) {
          throw damaged("a field that ends behind the file");
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private final Source source;
  private final long end;
  private long at;
  private int field;
  private int type;
  private boolean unread;

  private ProtobufReader(Source source, long start, long end) {
    this.source = source;
    this.at = start;
    this.end = end;
  }

  /** Returns a reader of the message that a file is. */
  static ProtobufReader of(FileChannel file) throws IOException {
    return new ProtobufReader(new Source(file), 0, file.size());
  }

  /** Moves to the next field; returns whether there is one. The present one may be left unread. */
  boolean next() {
    if (unread) {
      skip();
    }
    if (at == end) {
      return false;
    }
    long tag = varint();
    field = (int) (tag >>> 3);
    type = (int) (tag & 7);
    if (tag >>> 32 != 0 || field == 0) {
      throw damaged("a field of the number " + (tag >>> 3));
    }
    unread = true;
    return true;
  }

  /** Returns the number of the present field. */
  int field() {
    return field;
  }

  /** Returns the number in the present field. */
  long number() {
    require(VARINT);
    return varint();
  }

  /** Returns a reader of the message in the present field. */
  ProtobufReader message() {
    require(BYTES);
    int length = length();
    at += length;
    return new ProtobufReader(source, at - length, at);
  }

  /** Returns the text in the present field. */
  String text() {
    require(BYTES);
    int length = length();
    if (length > MAX_TEXT) {
      throw damaged("a name of " + length + " bytes");
    }
    ByteBuffer text = ByteBuffer.allocate(length);
    if (length > 0) {
      source.fill(text, at);
      at += length;
    }
    return StandardCharsets.UTF_8.decode(text).toString();
  }

  private void require(int wanted) {
    if (type != wanted) {
      throw damaged("field " + field + " of the wire type " + type);
    }
    unread = false;
  }

  private void skip() {
    unread = false;
    long length =
        switch (type) {
          case VARINT -> lengthOfVarint();
          case FIXED64 -> Long.BYTES;
          case FIXED32 -> Integer.BYTES;
          case BYTES -> length();
          default -> throw damaged("field " + field + " of the wire type " + type);
        };
    if (length > end - at) {
      throw damaged("a field that ends behind the file");
    }
    at += length;
  }

  /** Returns the number of bytes of a number, with a look ahead. */
  private long lengthOfVarint() {
    long start = at;
    long passed = at;
    do {
      if (passed == end || passed - start == MAX_VARINT) {
        throw damaged("a number without an end");
      }
    } while (source.get(passed++) < 0);
    return passed - start;
  }

  private int length() {
    long length = varint();
    if (length < 0 || length > end - at) {
      throw damaged("a field of " + Long.toUnsignedString(length) + " bytes");
    }
    return Math.toIntExact(length);
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      if (at == end) {
        throw damaged("a number that ends behind its message");
      }
      byte part = source.get(at++);
      value |= (long) (part & 0x7f) << shift;
      if (part >= 0) {
        return value;
      }
    }
    throw damaged("a number of more than 64 bits");
  }

  private static ModelFormatException damaged(String what) {
    return new ModelFormatException("it holds " + what);
  }
}
