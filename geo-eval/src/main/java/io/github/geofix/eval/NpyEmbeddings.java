package io.github.geofix.eval;

import io.github.geofix.core.format.MappedFile;
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
  private static final Pattern HEADER =
      Pattern.compile(
          "\\{'descr': '<(f4|f8)', 'fortran_order': False,"
              + " 'shape': \\((\\d{1,9}), (\\d{1,7})\\), \\}\\s*");

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
    if (data.size() < 12) {
      throw notNpy(file, "it is " + data.size() + " bytes long");
    }
    ByteBuffer head = data.slice(0, 12).order(ByteOrder.LITTLE_ENDIAN);
    byte[] magic = new byte[6];
    head.get(magic);
    if (!new String(magic, StandardCharsets.ISO_8859_1).equals(MAGIC)) {
      throw notNpy(file, "it does not begin as one");
    }
    boolean shortLength = head.get() == 1;
    head.get();
    long length = shortLength ? head.getShort() & 0xFFFF : head.getInt() & 0xFFFFFFFFL;
    long from = shortLength ? 10 : 12;
    if (length > MAX_HEADER || from + length > data.size()) {
      throw notNpy(file, "its header claims " + length + " bytes");
    }
    byte[] header = new byte[(int) length];
    data.slice(from, (int) length).get(header);
    String text = new String(header, StandardCharsets.ISO_8859_1);
    Matcher matcher = HEADER.matcher(text);
    if (!matcher.matches()) {
      throw notNpy(file, "its header is " + text.strip());
    }
    boolean doubles = matcher.group(1).equals("f8");
    int size = Integer.parseInt(matcher.group(2));
    int dimension = Integer.parseInt(matcher.group(3));
    long bytes = (long) size * dimension * (doubles ? 8 : 4);
    if (dimension == 0 || data.size() != from + length + bytes) {
      throw notNpy(
          file,
          String.format(
              Locale.ROOT,
              "[%d, %d] takes %d bytes, it has %d",
              size,
              dimension,
              bytes,
              data.size() - from - length));
    }
    return new NpyEmbeddings(data, file, from + length, size, dimension, doubles);
  }

  private static IllegalArgumentException notNpy(Path file, String why) {
    return new IllegalArgumentException(
        file + " is not a NumPy array of float32 or float64 in C order, [N, D]: " + why);
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
