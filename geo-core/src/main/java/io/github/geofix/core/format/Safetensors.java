package io.github.geofix.core.format;

import com.google.gson.JsonParseException;
import com.google.gson.stream.JsonReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
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
 * Reader of safetensors files, one or several with an index. Files of any size are memory-mapped:
 * opening reads only the header, reading an array only its bytes. Thread-safe; reading after or
 * during {@link #close} throws an {@link IllegalStateException}.
 *
 * <p>Files are not trusted: lengths, names, shapes and offsets are checked before anything is
 * allocated; as in the reference reader, arrays must fill the file without gaps or overlaps.
 *
 * <p>Numbers are converted: {@code floats} and {@code doubles} read every type of {@link DType},
 * {@code longs} every integer type. An array of a type of the format beyond {@link DType}, such as
 * {@code U64}, fails when it is read, not when the file is opened.
 *
 * @see <a href="https://huggingface.co/docs/safetensors/index#format">the format</a>
 */
public final class Safetensors implements AutoCloseable {
  private static final int CHUNK_BYTES = 1 << 26;
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  private final Path path;
  private final List<MappedFile> files;
  private final Map<String, StoredTensor> tensors;
  private final Map<String, String> metadata;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  private Safetensors(
      Path path,
      List<MappedFile> files,
      Map<String, StoredTensor> tensors,
      Map<String, String> metadata) {
    this.path = path;
    this.files = files;
    this.tensors = Collections.unmodifiableMap(tensors);
    this.metadata = Collections.unmodifiableMap(metadata);
  }

  /**
   * Opens a file; one that ends with {@code .json} is an index of files in the same folder, as
   * Hugging Face writes for large models.
   *
   * @throws java.io.UncheckedIOException if a file does not exist or cannot be read
   * @throws ModelFormatException if a file is damaged or not in the format; the message says where
   */
  public static Safetensors open(Path path) {
    List<MappedFile> files = new ArrayList<>();
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    boolean opened = false;
    try {
      if (path.toString().endsWith(".json")) {
        openShards(path, files, tensors, metadata);
      } else {
        MappedFile file = MappedFile.open(path);
        files.add(file);
        new SafetensorsHeader(file).read(tensors, metadata);
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
      Map<String, StoredTensor> tensors,
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
      Map<String, StoredTensor> found = new LinkedHashMap<>();
      new SafetensorsHeader(file).read(found, metadata);
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
      if (file.size() > SafetensorsHeader.MAX_HEADER_BYTES) {
        throw new ModelFormatException(index + " is too long for an index: " + file.size());
      }
      try (JsonReader json = SafetensorsHeader.json(file.slice(0, (int) file.size()))) {
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

  /** Returns a writer of a new file. */
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

  /** Returns the metadata of the header. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /**
   * Returns the shape; empty for a scalar.
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
   * @throws ModelFormatException if its type has no counterpart in {@link DType}, such as {@code
   *     U64}
   */
  public DType dtype(String name) {
    return dtype(name, tensor(name));
  }

  private DType dtype(String name, StoredTensor tensor) {
    DType dtype = tensor.dtype();
    if (dtype != null) {
      return dtype;
    }
    throw new ModelFormatException(
        name
            + " in "
            + path
            + " has the type "
            + tensor.type()
            + ", readable are "
            + Arrays.toString(DType.values()));
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
   * Returns the elements, row-major; exact except for 64-bit integers beyond 2^53.
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
   * Reads as many elements as {@code target} has room for, starting with element {@code first} in
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
   * Reads as many elements as {@code target} has room for, starting with element {@code first} in
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
   * Reads as many elements as {@code target} has room for, starting with element {@code first} in
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

  /** Unmaps the files, which may then be deleted or replaced. */
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
    StoredTensor tensor = tensor(name);
    Objects.checkFromIndexSize(first, count, tensor.count());
    DType dtype = dtype(name, tensor);
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

  private StoredTensor tensor(String name) {
    StoredTensor tensor = tensors.get(name);
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
}
