package io.github.geofix.onnx;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Small ONNX files, written field by field. Numbers of fields: onnx.proto3. */
final class TinyOnnx {
  static final int FLOAT = 1;
  static final int FLOAT16 = 10;
  private static final int INT64 = 7;

  private TinyOnnx() {}

  /** A protobuf message that is being written. */
  static final class Message {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Message number(int field, long value) {
      varint((long) field << 3);
      varint(value);
      return this;
    }

    Message text(int field, String value) {
      return raw(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int field, Message value) {
      return raw(field, value.toBytes());
    }

    Message raw(int field, byte[] value) {
      varint((long) field << 3 | 2);
      varint(value.length);
      bytes.writeBytes(value);
      return this;
    }

    private void varint(long value) {
      long rest = value;
      while ((rest & ~0x7fL) != 0) {
        bytes.write((int) ((rest & 0x7f) | 0x80));
        rest >>>= 7;
      }
      bytes.write((int) rest);
    }

    byte[] toBytes() {
      return bytes.toByteArray();
    }
  }

  static Message floats(String name, long[] dims, float... values) {
    ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      raw.putFloat(value);
    }
    return tensor(name, FLOAT, dims).raw(9, raw.array());
  }

  private static Message longs(String name, long... values) {
    ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      raw.putLong(value);
    }
    return tensor(name, INT64, new long[] {values.length}).raw(9, raw.array());
  }

  static Message tensor(String name, int type, long[] dims) {
    Message tensor = new Message();
    for (long dim : dims) {
      tensor.number(1, dim);
    }
    return tensor.number(2, type).text(8, name);
  }

  /** An array whose values lie in another file. */
  static Message external(String name, String file) {
    Message location = new Message().text(1, "location").text(2, file);
    return tensor(name, FLOAT, new long[] {1}).message(13, location).number(14, 1);
  }

  static Message node(String operator, String domain, String[] inputs, String output) {
    Message node = new Message();
    for (String input : inputs) {
      node.text(1, input);
    }
    node.text(2, output).text(4, operator);
    return domain.isEmpty() ? node : node.text(7, domain);
  }

  static Message node(String operator, String input, String output) {
    return node(operator, "", new String[] {input}, output);
  }

  private static Message ints(String name, long... values) {
    Message attribute = new Message().text(1, name).number(20, 7);
    for (long value : values) {
      attribute.number(8, value);
    }
    return attribute;
  }

  /** An input or output; of a dimension -1 the size is free. */
  static Message value(String name, int type, long... dims) {
    Message shape = new Message();
    for (long dim : dims) {
      Message each = new Message();
      shape.message(1, dim < 0 ? each.text(2, "n") : each.number(1, dim));
    }
    Message tensor = new Message().number(1, type).message(2, shape);
    return new Message().text(1, name).message(2, new Message().message(1, tensor));
  }

  static Message opset(String domain, int version) {
    return new Message().text(1, domain).number(2, version);
  }

  static Message model(Message graph) {
    return new Message().number(1, 8).message(7, graph.text(2, "g")).message(8, opset("", 17));
  }

  /**
   * A graph that gives {@code weights * channel means + bias}, {@code [B, 2]}.
   *
   * @param batch of the input; -1 for any
   */
  static Message vectors(long batch, long side) {
    return new Message()
        .message(1, node("GlobalAveragePool", "photos", "means"))
        .message(1, node("Flatten", "means", "flat"))
        .message(
            1,
            node("Gemm", "", new String[] {"flat", "weights", "bias"}, "vector")
                .message(5, new Message().text(1, "transB").number(3, 1).number(20, 2)))
        .message(5, floats("weights", new long[] {2, 3}, 1, 2, 3, 0, -1, 1))
        .message(5, floats("bias", new long[] {2}, 0.5f, 0))
        .message(11, value("photos", FLOAT, batch, 3, side, side))
        .message(12, value("vector", FLOAT, batch, 2));
  }

  /** The file of {@link #vectors} for any number of photos. */
  static Path vectors(Path file, long side) {
    return write(file, model(vectors(-1, side)));
  }

  /** A graph of two outputs: a map {@code [B, 2, H/4, W/4]} and its tokens {@code [B, N, 2]}. */
  static Message tokens(long side) {
    float[] kernel = new float[2 * 3 * 4 * 4];
    for (int i = 0; i < 48; i++) {
      kernel[i] = 1 / 48f;
      kernel[48 + i] = i < 16 ? 1 / 16f : 0;
    }
    return new Message()
        .message(
            1,
            node("Conv", "", new String[] {"photos", "kernel"}, "map")
                .message(5, ints("strides", 4, 4)))
        .message(1, node("Reshape", "", new String[] {"map", "shape"}, "rows"))
        .message(1, node("Transpose", "rows", "tokens").message(5, ints("perm", 0, 2, 1)))
        .message(5, floats("kernel", new long[] {2, 3, 4, 4}, kernel))
        .message(5, longs("shape", 0, 2, -1))
        .message(11, value("photos", FLOAT, -1, 3, side, side))
        .message(12, value("map", FLOAT, -1, 2, side / 4, side / 4))
        .message(12, value("tokens", FLOAT, -1, side * side / 16, 2));
  }

  /**
   * A segmenter of two classes, red and blue, {@code [B, 2, H/4, W/4]}.
   *
   * @param batch of the input; -1 for any
   * @param side of the photos; -1 for any
   */
  static Message segmenter(long batch, long side) {
    float[] kernel = new float[2 * 3 * 4 * 4];
    for (int i = 0; i < 16; i++) {
      kernel[i] = 1;
      kernel[(3 + 2) * 16 + i] = 1;
    }
    return new Message()
        .message(
            1,
            node("Conv", "", new String[] {"photos", "kernel"}, "logits")
                .message(5, ints("strides", 4, 4)))
        .message(5, floats("kernel", new long[] {2, 3, 4, 4}, kernel))
        .message(11, value("photos", FLOAT, batch, 3, side, side))
        .message(12, value("logits", FLOAT, batch, 2, -1, -1));
  }

  static Path write(Path file, Message model) {
    return write(file, model.toBytes());
  }

  static Path write(Path file, byte[] bytes) {
    try {
      return Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
