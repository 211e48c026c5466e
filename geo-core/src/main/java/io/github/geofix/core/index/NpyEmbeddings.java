package io.github.geofix.core.index;

import io.github.geofix.core.internal.FileKind;
import io.github.geofix.core.internal.format.MappedFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Vectors in a NumPy file: a magic string, a version, a Python literal, then the numbers, as
 * numpy.lib.format has it.
 */
final class NpyEmbeddings extends Embeddings {
  static final String MAGIC = "\u0093NUMPY";
  private static final int MAX_HEADER = 1 << 16;

  /** NumPy aligns the numbers to 64 bytes; the header of any shape fits into two of these. */
  static final int WRITTEN_HEADER = 128;

  /**
   * Where the numbers of a file are.
   *
   * @param type of NumPy, such as {@code f4}
   */
  record Layout(String type, long start, int size, int dimension) {
    /** Returns the length of a number. */
    int bytes() {
      return type.charAt(1) - '0';
    }
  }

  private final MappedFile data;
  private final long start;
  private final boolean doubles;

  private NpyEmbeddings(
      MappedFile data, Path file, long start, int size, int dimension, boolean doubles) {
    super(size, dimension, Optional.of(file));
    this.data = data;
    this.start = start;
    this.doubles = doubles;
  }

  static NpyEmbeddings open(MappedFile data, Path file) {
    Layout layout = layout(data, file, "f4|f8");
    return new NpyEmbeddings(
        data,
        file,
        layout.start(),
        layout.size(),
        layout.dimension(),
        layout.bytes() == Double.BYTES);
  }

  /** Returns the header of an array [N, D], {@value #WRITTEN_HEADER} bytes. */
  static byte[] header(String type, int size, int dimension) {
    String start = MAGIC + "\u0001\u0000" + (char) (WRITTEN_HEADER - 10) + "\u0000";
    String literal =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%d, %d), }"
            .formatted(type, size, dimension);
    String padding = " ".repeat(WRITTEN_HEADER - start.length() - literal.length() - 1);
    return (start + literal + padding + "\n").getBytes(StandardCharsets.ISO_8859_1);
  }

  /**
   * Reads the header of an array [N, D].
   *
   * @param types those that fit, such as {@code f4|f8}
   * @throws IllegalArgumentException if the file holds something else
   */
  static Layout layout(MappedFile data, Path file, String types) {
    Pattern pattern =
        Pattern.compile(
            "\\{'descr': '<("
                + types
                + ")', 'fortran_order': False, 'shape': \\((\\d{1,9}), (\\d{1,7})\\), \\}\\s*");
    if (data.size() < 12) {
      throw notNpy(file, types, "it is " + data.size() + " bytes long");
    }
    ByteBuffer head = data.slice(0, 12).order(ByteOrder.LITTLE_ENDIAN);
    byte[] magic = new byte[6];
    head.get(magic);
    if (!new String(magic, StandardCharsets.ISO_8859_1).equals(MAGIC)) {
      byte[] start = new byte[(int) Math.min(FileKind.START_BYTES, data.size())];
      data.slice(0, start.length).get(start);
      throw notNpy(
          file,
          types,
          FileKind.of(start)
              .map(kind -> "it is " + kind.text())
              .orElse("it does not begin as one"));
    }
    boolean shortLength = head.get() == 1;
    head.get();
    long length = shortLength ? head.getShort() & 0xFFFF : head.getInt() & 0xFFFFFFFFL;
    long from = shortLength ? 10 : 12;
    if (length > MAX_HEADER || from + length > data.size()) {
      throw notNpy(file, types, "its header claims " + length + " bytes");
    }
    byte[] header = new byte[(int) length];
    data.slice(from, (int) length).get(header);
    String text = new String(header, StandardCharsets.ISO_8859_1);
    Matcher matcher = pattern.matcher(text);
    if (!matcher.matches()) {
      throw notNpy(file, types, "its header is " + text.strip());
    }
    int size = Integer.parseInt(matcher.group(2));
    int dimension = Integer.parseInt(matcher.group(3));
    Layout layout = new Layout(matcher.group(1), from + length, size, dimension);
    long bytes = (long) size * dimension * layout.bytes();
    if (dimension == 0 || data.size() != from + length + bytes) {
      throw notNpy(
          file,
          types,
          String.format(
              Locale.ROOT,
              "[%d, %d] takes %d bytes, it has %d",
              size,
              dimension,
              bytes,
              data.size() - from - length));
    }
    return layout;
  }

  private static IllegalArgumentException notNpy(Path file, String types, String why) {
    String numbers = types.startsWith("f") ? "float32 or float64" : "int32 or int64";
    return new IllegalArgumentException(
        file + " is not a NumPy array of " + numbers + " in C order, [N, D]: " + why);
  }

  @Override
  public void read(int first, int count, float[] target) {
    int bytes = doubles ? 8 : 4;
    int dimension = dimension();
    for (int i = 0; i < count; i++) {
      ByteBuffer row =
          data.slice(start + (long) (first + i) * dimension * bytes, dimension * bytes)
              .order(ByteOrder.LITTLE_ENDIAN);
      for (int d = 0; d < dimension; d++) {
        target[i * dimension + d] = doubles ? (float) row.getDouble() : row.getFloat();
      }
    }
  }

  @Override
  public void close() {
    data.close();
  }
}
