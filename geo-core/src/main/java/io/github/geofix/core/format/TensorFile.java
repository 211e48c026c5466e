package io.github.geofix.core.format;

import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Collectors;

/**
 * A file of named arrays, such as the weights of a network. Files of any size are memory-mapped:
 * opening reads only the list of arrays, reading an array only its bytes. Thread-safe; reading
 * after or during {@link #close} throws an {@link IllegalStateException}.
 *
 * <p>Numbers are converted: {@code floats} and {@code doubles} read every type of {@link DType},
 * {@code longs} every integer type.
 */
public abstract sealed class TensorFile implements AutoCloseable permits Safetensors {
  private static final int CHUNK_BYTES = 1 << 26;
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  private final Path path;
  private final List<MappedFile> files;
  private final Map<String, StoredTensor> tensors;
  private final Map<String, String> metadata;
  private final List<String> notes;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  TensorFile(
      Path path,
      List<MappedFile> files,
      Map<String, StoredTensor> tensors,
      Map<String, String> metadata,
      List<String> notes) {
    this.path = path;
    this.files = files;
    this.tensors = Collections.unmodifiableMap(tensors);
    this.metadata = Collections.unmodifiableMap(metadata);
    this.notes = List.copyOf(notes);
  }

  /**
   * Opens a file of a kind that its content shows, whatever it is called; one that ends with {@code
   * .json} is an index of safetensors files.
   *
   * @throws java.io.UncheckedIOException if it does not exist or cannot be read
   * @throws ModelFormatException if it is damaged, unsafe or of no known kind; the message says
   *     which
   */
  public static TensorFile open(Path path) {
    return Safetensors.open(path);
  }

  /** Returns the path that was opened. */
  public Path path() {
    return path;
  }

  /** Returns the names of the arrays, in file order. */
  public Set<String> names() {
    return tensors.keySet();
  }

  /** Returns the free text that the file was written with; empty if its kind holds none. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /**
   * Returns what was chosen or left out of a file that holds more than arrays, one sentence each;
   * empty if it holds nothing else.
   */
  public List<String> notes() {
    return notes;
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
