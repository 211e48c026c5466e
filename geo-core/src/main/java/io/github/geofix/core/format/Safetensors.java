package io.github.geofix.core.format;

import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Collectors;

/**
 * Named arrays in a safetensors file, or in several files with an index beside them. Files of any
 * size are mapped: opening reads the header alone, reading an array touches its bytes alone.
 *
 * <p>A file is trusted in nothing. The header's length, every name, shape and offset is checked
 * before anything is allocated for it; as in the reference reader, arrays must fill the file
 * without gaps or overlaps.
 *
 * <p>Numbers are read in another type than the stored one where that makes sense: {@code floats}
 * and {@code doubles} read every type, {@code longs} every integer type. Thread-safe; reading and
 * closing may race, and the loser gets an {@link IllegalStateException}.
 *
 * @see <a href="https://huggingface.co/docs/safetensors/index#format">the format</a>
 */
public final class Safetensors implements AutoCloseable {
  /** The limit of the reference reader. */
  static final int MAX_HEADER_BYTES = 100_000_000;

  private static final int LENGTH_BYTES = 8;
  private static final int MAX_RANK = 64;
  private static final int CHUNK_BYTES = 1 << 26;
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  private record Tensor(MappedFile file, DType dtype, long[] shape, long begin, long count) {
    long end() {
      return begin + count * dtype.bytes();
    }
  }

  private final Path path;
  private final List<MappedFile> files;
  private final Map<String, Tensor> tensors;
  private final Map<String, String> metadata;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  private Safetensors(
      Path path,
      List<MappedFile> files,
      Map<String, Tensor> tensors,
      Map<String, String> metadata) {
    this.path = path;
    this.files = files;
    this.tensors = Collections.unmodifiableMap(tensors);
    this.metadata = Collections.unmodifiableMap(metadata);
  }

  /**
   * Opens a file; one that ends with {@code .json} is taken for an index of files in the same
   * folder, as Hugging Face writes for large models.
   *
   * @throws java.io.UncheckedIOException if a file does not exist or cannot be read
   * @throws ModelFormatException if a file is damaged or not in the format; the message says where
   */
  public static Safetensors open(Path path) {
    List<MappedFile> files = new ArrayList<>();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    boolean opened = false;
    try {
      if (path.toString().endsWith(".json")) {
        openShards(path, files, tensors, metadata);
      } else {
        MappedFile file = MappedFile.open(path);
        files.add(file);
        new Header(file).read(tensors, metadata);
      }
      opened = true;
      return new Safetensors(path, files, tensors, metadata);
    } finally {
      if (!opened) {
        files.forEach(MappedFile::close);
      }
    }
  }

  private static void openShards(
      Path index,
      List<MappedFile> files,
      Map<String, Tensor> tensors,
      Map<String, String> metadata) {
    Map<String, String> fileOf = readIndex(index);
    for (String name : new TreeSet<>(fileOf.values())) {
      // The index may come from anywhere: it must not reach out of its folder.
      if (name.isEmpty() || name.startsWith(".") || name.contains("/") || name.contains("\\")) {
        throw new ModelFormatException(
            index + " names the file \"" + name + "\": only files beside it are read");
      }
      MappedFile file = MappedFile.open(index.resolveSibling(name));
      files.add(file);
      Map<String, Tensor> found = new LinkedHashMap<>();
      new Header(file).read(found, metadata);
      found.forEach(
          (tensor, where) -> {
            if (name.equals(fileOf.get(tensor))) {
              tensors.put(tensor, where);
            }
          });
    }
    for (Map.Entry<String, String> entry : fileOf.entrySet()) {
      if (!tensors.containsKey(entry.getKey())) {
        throw new ModelFormatException(
            index + " says that " + entry.getValue() + " holds " + entry.getKey() + ", but no");
      }
    }
  }

  private static Map<String, String> readIndex(Path index) {
    Map<String, String> fileOf = new LinkedHashMap<>();
    try (MappedFile file = MappedFile.open(index)) {
      if (file.size() > MAX_HEADER_BYTES) {
        throw new ModelFormatException(index + " is too long for an index: " + file.size());
      }
      try (JsonReader json = json(file.slice(0, (int) file.size()))) {
        json.beginObject();
        while (json.hasNext()) {
          if (!json.nextName().equals("weight_map")) {
            json.skipValue();
            continue;
          }
          json.beginObject();
          while (json.hasNext()) {
            fileOf.put(json.nextName(), json.nextString());
          }
          json.endObject();
        }
        json.endObject();
      } catch (IOException | JsonParseException | IllegalStateException e) {
        throw new ModelFormatException(index + " is not an index of safetensors files", e);
      }
    }
    if (fileOf.isEmpty()) {
      throw new ModelFormatException(index + " has no \"weight_map\" from names to files");
    }
    return fileOf;
  }

  /** Starts a file to be written. */
  public static SafetensorsWriter writer() {
    return new SafetensorsWriter();
  }

  /** Returns the path that was opened. */
  public Path path() {
    return path;
  }

  /** Returns the names of the arrays, in file order. */
  public Set<String> names() {
    return tensors.keySet();
  }

  /** Returns the free text that the writer left: key to value. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /**
   * Returns the lengths of the axes; empty for a single number.
   *
   * @throws IllegalArgumentException if there is no such array
   */
  public long[] shape(String name) {
    return tensor(name).shape().clone();
  }

  /**
   * Returns the stored type.
   *
   * @throws IllegalArgumentException if there is no such array
   */
  public DType dtype(String name) {
    return tensor(name).dtype();
  }

  /**
   * Returns the number of elements.
   *
   * @throws IllegalArgumentException if there is no such array
   */
  public long count(String name) {
    return tensor(name).count();
  }

  /**
   * Returns the elements, row-major, rounded to single precision where stored finer.
   *
   * @throws IllegalArgumentException if there is no such array, or it is too long for a Java array
   */
  public float[] floats(String name) {
    float[] values = new float[arrayLength(name)];
    read(name, 0, FloatBuffer.wrap(values));
    return values;
  }

  /**
   * Returns the elements, row-major; exact but for 64-bit integers beyond 2^53.
   *
   * @throws IllegalArgumentException if there is no such array, or it is too long for a Java array
   */
  public double[] doubles(String name) {
    double[] values = new double[arrayLength(name)];
    read(name, 0, DoubleBuffer.wrap(values));
    return values;
  }

  /**
   * Returns the elements of an integer array, row-major.
   *
   * @throws IllegalArgumentException if there is no such array, it is too long for a Java array, or
   *     it does not hold integers
   */
  public long[] longs(String name) {
    long[] values = new long[arrayLength(name)];
    read(name, 0, LongBuffer.wrap(values));
    return values;
  }

  /**
   * Reads as many elements as {@code target} has room for, beginning with element {@code first} in
   * row-major order. Converts as {@link #floats} does.
   *
   * @throws IndexOutOfBoundsException if the array ends before
   */
  public void read(String name, long first, FloatBuffer target) {
    forEachChunk(
        name,
        first,
        target.remaining(),
        (dtype, data) -> {
          switch (dtype) {
            case F32 -> target.put(data.asFloatBuffer());
            case BF16 -> {
              while (data.hasRemaining()) {
                target.put(DType.bfloat16ToFloat(data.getShort()));
              }
            }
            case F16 -> {
              while (data.hasRemaining()) {
                target.put(DType.halfToFloat(data.getShort()));
              }
            }
            default -> {
              for (int p = 0; p < data.limit(); p += dtype.bytes()) {
                // Straight from long: by way of double it would round twice.
                target.put(
                    dtype.isInteger()
                        ? (float) dtype.longAt(data, p)
                        : (float) dtype.doubleAt(data, p));
              }
            }
          }
        });
  }

  /**
   * Reads as many elements as {@code target} has room for, beginning with element {@code first} in
   * row-major order. Converts as {@link #doubles} does.
   *
   * @throws IndexOutOfBoundsException if the array ends before
   */
  public void read(String name, long first, DoubleBuffer target) {
    forEachChunk(
        name,
        first,
        target.remaining(),
        (dtype, data) -> {
          for (int p = 0; p < data.limit(); p += dtype.bytes()) {
            target.put(dtype.doubleAt(data, p));
          }
        });
  }

  /**
   * Reads as many elements as {@code target} has room for, beginning with element {@code first} in
   * row-major order. Converts as {@link #longs} does.
   *
   * @throws IndexOutOfBoundsException if the array ends before
   */
  public void read(String name, long first, LongBuffer target) {
    if (!dtype(name).isInteger()) {
      throw new IllegalArgumentException(
          name
              + " in "
              + path
              + " holds "
              + dtype(name)
              + ", not integers: read floats or doubles");
    }
    forEachChunk(
        name,
        first,
        target.remaining(),
        (dtype, data) -> {
          for (int p = 0; p < data.limit(); p += dtype.bytes()) {
            target.put(dtype.longAt(data, p));
          }
        });
  }

  /** Releases the files, which may then be deleted or replaced. */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      files.forEach(MappedFile::close);
    } finally {
      lock.writeLock().unlock();
    }
  }

  @FunctionalInterface
  private interface ChunkReader {
    void read(DType dtype, ByteBuffer data);
  }

  private void forEachChunk(String name, long first, int count, ChunkReader reader) {
    Tensor tensor = tensor(name);
    Objects.checkFromIndexSize(first, count, tensor.count());
    DType dtype = tensor.dtype();
    long position = tensor.begin() + first * dtype.bytes();
    long end = position + (long) count * dtype.bytes();
    // Held so that close() cannot pull the mapping from under a read, which would crash the JVM.
    lock.readLock().lock();
    try {
      while (position < end) {
        int length = (int) Math.min(CHUNK_BYTES, end - position);
        reader.read(dtype, tensor.file().slice(position, length));
        position += length;
      }
    } finally {
      lock.readLock().unlock();
    }
  }

  private int arrayLength(String name) {
    long count = tensor(name).count();
    if (count <= MAX_ARRAY) {
      return (int) count;
    }
    throw new IllegalArgumentException(
        name + " has " + count + " elements, a Java array at most " + MAX_ARRAY + ": read parts");
  }

  private Tensor tensor(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor != null) {
      return tensor;
    }
    throw new IllegalArgumentException(
        path
            + " holds no "
            + name
            + "; it holds "
            + tensors.size()
            + " arrays"
            + tensors.keySet().stream().limit(5).collect(Collectors.joining(", ", ": ", ", ..")));
  }

  private static JsonReader json(ByteBuffer utf8) {
    InputStream stream =
        new InputStream() {
          @Override
          public int read() {
            return utf8.hasRemaining() ? utf8.get() & 0xff : -1;
          }

          @Override
          public int read(byte[] target, int offset, int length) {
            if (!utf8.hasRemaining()) {
              return -1;
            }
            int n = Math.min(length, utf8.remaining());
            utf8.get(target, offset, n);
            return n;
          }
        };
    // A decoder rather than a charset: malformed text is reported, not replaced.
    JsonReader json =
        new JsonReader(new InputStreamReader(stream, StandardCharsets.UTF_8.newDecoder()));
    json.setStrictness(Strictness.STRICT);
    return json;
  }

  /** Reads the header of one file. */
  private static final class Header {
    private final MappedFile file;
    private long dataStart;

    Header(MappedFile file) {
      this.file = file;
    }

    void read(Map<String, Tensor> tensors, Map<String, String> metadata) {
      if (file.size() < LENGTH_BYTES) {
        throw damaged("its " + file.size() + " bytes are fewer than a header's length takes");
      }
      long length = file.slice(0, LENGTH_BYTES).getLong();
      if (length < 0 || length > MAX_HEADER_BYTES) {
        throw damaged(
            "the header would have "
                + Long.toUnsignedString(length)
                + " bytes, allowed are "
                + MAX_HEADER_BYTES);
      }
      if (length > file.size() - LENGTH_BYTES) {
        throw damaged(
            "the header would have "
                + length
                + " bytes, but the file only "
                + file.size()
                + ": it was cut off");
      }
      dataStart = LENGTH_BYTES + length;
      Map<String, Tensor> found = new LinkedHashMap<>();
      try (JsonReader json = json(file.slice(LENGTH_BYTES, (int) length))) {
        readJson(json, found, metadata);
      } catch (IOException | JsonParseException | IllegalStateException e) {
        throw new ModelFormatException(
            file.path() + " is not a safetensors file: its header is not the JSON it should be", e);
      }
      checkCoverage(found);
      tensors.putAll(found);
    }

    private void readJson(
        JsonReader json, Map<String, Tensor> tensors, Map<String, String> metadata)
        throws IOException {
      json.beginObject();
      while (json.hasNext()) {
        String name = json.nextName();
        if (name.equals("__metadata__")) {
          json.beginObject();
          while (json.hasNext()) {
            metadata.putIfAbsent(json.nextName(), json.nextString());
          }
          json.endObject();
        } else if (tensors.put(name, readTensor(json, name)) != null) {
          throw damaged(name + " occurs twice");
        }
      }
      json.endObject();
      if (json.peek() != JsonToken.END_DOCUMENT) {
        throw damaged("something follows the header's JSON");
      }
    }

    private Tensor readTensor(JsonReader json, String name) throws IOException {
      DType dtype = null;
      long[] shape = null;
      long[] offsets = null;
      json.beginObject();
      while (json.hasNext()) {
        switch (json.nextName()) {
          case "dtype" -> dtype = dtype(json.nextString(), name);
          case "shape" -> shape = readLongs(json, MAX_RANK, name);
          case "data_offsets" -> offsets = readLongs(json, 2, name);
          default -> json.skipValue();
        }
      }
      json.endObject();
      if (dtype == null || shape == null || offsets == null || offsets.length != 2) {
        throw damaged(name + " needs a dtype, a shape and two data_offsets");
      }
      long bytes = dtype.bytes();
      try {
        for (long length : shape) {
          bytes = Math.multiplyExact(bytes, length);
        }
      } catch (ArithmeticException e) {
        throw damaged(name + " of shape " + Arrays.toString(shape) + " is too large");
      }
      long room = file.size() - dataStart;
      if (offsets[0] > offsets[1] || offsets[1] > room) {
        throw damaged(
            name
                + " lies at "
                + Arrays.toString(offsets)
                + ", but the file has "
                + room
                + " bytes of data: it was cut off or altered");
      }
      if (offsets[1] - offsets[0] != bytes) {
        throw damaged(
            name
                + " of type "
                + dtype
                + " and shape "
                + Arrays.toString(shape)
                + " needs "
                + bytes
                + " bytes, not "
                + (offsets[1] - offsets[0]));
      }
      return new Tensor(file, dtype, shape, dataStart + offsets[0], bytes / dtype.bytes());
    }

    private DType dtype(String text, String name) {
      for (DType dtype : DType.values()) {
        if (dtype.name().equals(text)) {
          return dtype;
        }
      }
      throw damaged(
          name + " has the type " + text + ", readable are " + Arrays.toString(DType.values()));
    }

    private long[] readLongs(JsonReader json, int most, String name) throws IOException {
      long[] values = new long[most];
      int count = 0;
      json.beginArray();
      while (json.hasNext()) {
        if (count == most) {
          throw damaged(name + " has more than " + most + " values in a list");
        }
        String text = json.peek() == JsonToken.NUMBER ? json.nextString() : "";
        if (text.isEmpty()
            || text.length() > 18
            || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
          throw damaged(name + " has a length or offset that is not a whole number");
        }
        values[count++] = Long.parseLong(text);
      }
      json.endArray();
      return Arrays.copyOf(values, count);
    }

    private void checkCoverage(Map<String, Tensor> tensors) {
      long end = dataStart;
      List<Map.Entry<String, Tensor>> sorted = new ArrayList<>(tensors.entrySet());
      sorted.sort(
          Comparator.comparingLong((Map.Entry<String, Tensor> e) -> e.getValue().begin())
              .thenComparingLong(e -> e.getValue().end()));
      for (Map.Entry<String, Tensor> entry : sorted) {
        if (entry.getValue().begin() != end) {
          throw damaged(entry.getKey() + " leaves a gap or overlaps the array before it");
        }
        end = entry.getValue().end();
      }
      if (end != file.size()) {
        throw damaged((file.size() - end) + " bytes at its end belong to no array");
      }
    }

    private ModelFormatException damaged(String reason) {
      return new ModelFormatException(file.path() + " is not a safetensors file: " + reason);
    }
  }
}
