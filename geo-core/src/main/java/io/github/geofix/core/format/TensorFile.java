package io.github.geofix.core.format;

import io.github.geofix.core.internal.format.MappedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A file of named arrays, such as the weights of a network. Files of any size are memory-mapped:
 * opening reads only the list of arrays, reading an array only its bytes. Thread-safe; reading
 * after or during {@link #close} throws an {@link IllegalStateException}.
 *
 * <p>Numbers are converted: {@code floats} and {@code doubles} read every type of {@link DType},
 * {@code longs} every integer type.
 */
public abstract sealed class TensorFile implements AutoCloseable
    permits Safetensors, TorchCheckpoint {
  private static final int CHUNK_BYTES = 1 << 26;
  private static final int COPIED_BYTES = 1 << 20;
  private static final int GATHERED_ELEMENTS = 1 << 16;

  /** Of DataParallel, of compiled modules, of Lightning, of OpenCLIP around timm's networks. */
  private static final Pattern WRAPPER =
      Pattern.compile("\\G(?:module|_orig_mod|model|backbone|visual\\.trunk)\\.");

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
   * Opens a file of a kind that its content shows, whatever it is called: safetensors or what
   * {@code torch.save} writes. One that ends with {@code .json} is an index of safetensors files.
   *
   * @throws java.io.UncheckedIOException if it does not exist or cannot be read
   * @throws ModelFormatException if it is damaged, unsafe or of no known kind; the message names
   *     which
   */
  public static TensorFile open(Path path) {
    return TorchCheckpoint.isOne(path) ? TorchCheckpoint.open(path) : Safetensors.open(path);
  }

  /**
   * Opens a file that {@code torch.save} wrote and reads one of its dictionaries.
   *
   * @param dictionary its key, such as {@code model_ema}
   * @throws java.io.UncheckedIOException if the file does not exist or cannot be read
   * @throws ModelFormatException if it has no such dictionary, is damaged, unsafe or no such file
   */
  public static TensorFile open(Path path, String dictionary) {
    return TorchCheckpoint.open(path, dictionary);
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
   * Returns the prefixes that wrappers of modules have put before names here, such as {@code
   * module.} by DataParallel and {@code module._orig_mod.} by compiling what it wraps; empty if
   * there are none. Not every name need begin with them.
   */
  public Set<String> wrapperPrefixes() {
    Set<String> found = new TreeSet<>();
    for (String name : tensors.keySet()) {
      Matcher wrapper = WRAPPER.matcher(name);
      while (wrapper.find()) {
        found.add(name.substring(0, wrapper.end()));
      }
    }
    return found;
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
                target.put(HalfFloats.bfloat16ToFloat(data.getShort()));
              }
            }
            case F16 -> {
              while (data.hasRemaining()) {
                target.put(HalfFloats.halfToFloat(data.getShort()));
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

  /**
   * Writes the bytes of all elements as they are stored, row-major and little-endian.
   *
   * @throws IllegalArgumentException if there is no such array
   * @throws ModelFormatException if its type has no counterpart in {@link DType}
   */
  void copy(String name, WritableByteChannel out) throws IOException {
    StoredTensor tensor = tensor(name);
    int bytes = dtype(name, tensor).bytes();
    int step = COPIED_BYTES / bytes;
    for (long first = 0; first < tensor.count(); first += step) {
      int count = (int) Math.min(step, tensor.count() - first);
      ByteBuffer copy = ByteBuffer.allocate(count * bytes);
      forEachChunk(name, first, count, (dtype, data) -> copy.put(data));
      if (tensor.order() == ByteOrder.BIG_ENDIAN) {
        reverse(copy.array(), bytes);
      }
      copy.flip();
      while (copy.hasRemaining()) {
        out.write(copy);
      }
    }
  }

  private static void reverse(byte[] values, int bytes) {
    for (int start = 0; start < values.length; start += bytes) {
      for (int i = start, j = start + bytes - 1; i < j; i++, j--) {
        byte first = values[i];
        values[i] = values[j];
        values[j] = first;
      }
    }
  }

  private void forEachChunk(String name, long first, int count, ChunkReader reader) {
    StoredTensor tensor = tensor(name);
    Objects.checkFromIndexSize(first, count, tensor.count());
    DType dtype = dtype(name, tensor);
    // Held so that close() cannot pull the mapping from under a read, which would crash the JVM.
    lock.readLock().lock();
    try {
      if (tensor.strides() == null) {
        long position = tensor.begin() + first * dtype.bytes();
        long end = position + (long) count * dtype.bytes();
        while (position < end) {
          int length = (int) Math.min(CHUNK_BYTES, end - position);
          tensor
              .file()
              .read(position, length, data -> reader.read(dtype, data.order(tensor.order())));
          position += length;
        }
      } else if (count > 0) {
        gather(name, tensor, first, count, dtype, reader);
      }
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Reads elements that do not be one after the other. */
  private void gather(
      String name, StoredTensor tensor, long first, int count, DType dtype, ChunkReader reader) {
    int bytes = dtype.bytes();
    long extent = Math.multiplyExact(tensor.extent(), bytes);
    if (extent > MappedFile.MAX_SLICE) {
      throw new ModelFormatException(
          name
              + " in "
              + path
              + " is a view with gaps of "
              + extent
              + " bytes; readable are 1 GiB: save it with .contiguous()");
    }
    ByteBuffer stored = tensor.file().slice(tensor.begin(), (int) extent);
    byte[] chunk = new byte[Math.min(count, GATHERED_ELEMENTS) * bytes];
    StoredTensor.Walk walk = tensor.new Walk(first);
    for (int done = 0; done < count; ) {
      int now = Math.min(GATHERED_ELEMENTS, count - done);
      for (int i = 0; i < now; i++) {
        stored.get((int) walk.next() * bytes, chunk, i * bytes, bytes);
      }
      reader.read(dtype, ByteBuffer.wrap(chunk, 0, now * bytes).slice().order(tensor.order()));
      done += now;
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

  /** The data type of an array in a safetensors file, little-endian. */
  public enum DType {
    /** Double precision. */
    F64(8),
    /** Signed, 64 bits. */
    I64(8),
    /** Single precision. */
    F32(4),
    /** Signed, 32 bits. */
    I32(4),
    /** Unsigned, 32 bits. */
    U32(4),
    /** IEEE half precision. */
    F16(2),
    /** bfloat16, the upper half of a single-precision number. */
    BF16(2),
    /** Signed, 16 bits. */
    I16(2),
    /** Unsigned, 16 bits. */
    U16(2),
    /** Signed, 8 bits. */
    I8(1),
    /** Unsigned, 8 bits. */
    U8(1),
    /** One byte; nonzero is true and is read as 1. */
    BOOL(1);

    private final int bytes;

    DType(int bytes) {
      this.bytes = bytes;
    }

    /** Returns the size of an element in bytes. */
    public int bytes() {
      return bytes;
    }

    /** Returns whether the type has no fractions; true for {@link #BOOL}. */
    public boolean isInteger() {
      return switch (this) {
        case F64, F32, F16, BF16 -> false;
        default -> true;
      };
    }

    /** Returns the number at a byte position; exact but for I64 beyond 2^53. */
    double doubleAt(ByteBuffer data, int position) {
      return switch (this) {
        case F64 -> data.getDouble(position);
        case F32 -> data.getFloat(position);
        case F16 -> HalfFloats.halfToFloat(data.getShort(position));
        case BF16 -> HalfFloats.bfloat16ToFloat(data.getShort(position));
        default -> longAt(data, position);
      };
    }

    /** Returns the integer at a byte position. */
    long longAt(ByteBuffer data, int position) {
      return switch (this) {
        case I64 -> data.getLong(position);
        case I32 -> data.getInt(position);
        case U32 -> Integer.toUnsignedLong(data.getInt(position));
        case I16 -> data.getShort(position);
        case U16 -> Short.toUnsignedLong(data.getShort(position));
        case I8 -> data.get(position);
        case U8 -> Byte.toUnsignedLong(data.get(position));
        case BOOL -> data.get(position) == 0 ? 0 : 1;
        default -> throw new IllegalArgumentException(this + " is not an integer type");
      };
    }
  }
}
