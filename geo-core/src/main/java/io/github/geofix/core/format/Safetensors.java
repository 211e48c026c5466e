package io.github.geofix.core.format;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.stream.JsonReader;
import io.github.geofix.core.format.TensorFile.DType;
import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.core.internal.format.MappedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Reader of safetensors files, one or several with an index. Files are not trusted: lengths, names,
 * shapes and offsets are checked before anything is allocated; as in the reference reader, arrays
 * must fill the file without gaps or overlaps.
 *
 * <p>An array of a type of the format beyond {@link DType}, such as {@code U64}, fails when it is
 * read, not when the file is opened.
 *
 * @see <a href="https://huggingface.co/docs/safetensors/index#format">the format</a>
 */
public final class Safetensors extends TensorFile {
  private Safetensors(
      Path path,
      List<MappedFile> files,
      Map<String, StoredTensor> tensors,
      Map<String, String> metadata) {
    super(path, files, tensors, metadata, List.of());
  }

  /**
   * Opens a file; one that ends with {@code .json} is an index of files in the same folder, as
   * Hugging Face writes for large models.
   *
   * @throws java.io.UncheckedIOException if a file does not exist or cannot be read
   * @throws ModelFormatException if a file is damaged or not in the format; the message states
   *     where
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
            index
                + " lists "
                + entry.getValue()
                + " as the file of "
                + entry.getKey()
                + ", but no");
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
  public static Writer writer() {
    return new Writer();
  }

  /**
   * Writer of safetensors files. The same arrays give the same bytes, in whatever order they were
   * added: they are sorted by the size of their type, then by name, as in the reference writer.
   *
   * <p>Arrays are not copied, so they must not change before {@link #write}. Not thread-safe.
   */
  public static final class Writer {

    /** A source of the bytes of an array, called by {@link #write}. */
    @FunctionalInterface
    public interface Source {
      /** Writes all elements, row-major and little-endian. */
      void writeTo(WritableByteChannel out) throws IOException;
    }

    /** Copies some values of an array to a buffer, whose position stays. */
    private interface Filling {
      void put(ByteBuffer chunk, int from, int count);
    }

    private record Tensor(DType dtype, long[] shape, Source source) {
      long bytes() {
        long bytes = dtype.bytes();
        for (long length : shape) {
          bytes = Math.multiplyExact(bytes, length);
        }
        return bytes;
      }
    }

    private record Entry(String dtype, long[] shape, long[] data_offsets) {}

    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();
    private static final int CHUNK_ELEMENTS = 1 << 16;

    private final Map<String, Tensor> tensors = new TreeMap<>();
    private final Map<String, String> metadata = new TreeMap<>();

    Writer() {}

    /** Adds an entry to the metadata. */
    public Writer metadata(String key, String value) {
      metadata.put(key, value);
      return this;
    }

    /** Adds entries to the metadata. */
    public Writer metadata(Map<String, String> lines) {
      metadata.putAll(lines);
      return this;
    }

    /**
     * Adds an F32 array, row-major.
     *
     * @throws IllegalArgumentException if the name is taken or the values do not fill the shape
     */
    public Writer floats(String name, float[] values, long... shape) {
      Filling filling = (chunk, from, count) -> chunk.asFloatBuffer().put(values, from, count);
      return values(name, DType.F32, shape, values.length, filling);
    }

    /**
     * Adds an F64 array, row-major.
     *
     * @throws IllegalArgumentException if the name is taken or the values do not fill the shape
     */
    public Writer doubles(String name, double[] values, long... shape) {
      Filling filling = (chunk, from, count) -> chunk.asDoubleBuffer().put(values, from, count);
      return values(name, DType.F64, shape, values.length, filling);
    }

    /**
     * Adds an I64 array, row-major.
     *
     * @throws IllegalArgumentException if the name is taken or the values do not fill the shape
     */
    public Writer longs(String name, long[] values, long... shape) {
      Filling filling = (chunk, from, count) -> chunk.asLongBuffer().put(values, from, count);
      return values(name, DType.I64, shape, values.length, filling);
    }

    private Writer values(String name, DType dtype, long[] shape, int size, Filling filling) {
      checkCount(name, size, shape);
      return tensor(
          name,
          dtype,
          shape,
          out -> {
            ByteBuffer chunk =
                ByteBuffer.allocateDirect(CHUNK_ELEMENTS * dtype.bytes())
                    .order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < size; i += CHUNK_ELEMENTS) {
              int count = Math.min(CHUNK_ELEMENTS, size - i);
              filling.put(chunk.clear().limit(count * dtype.bytes()), i, count);
              while (chunk.hasRemaining()) {
                out.write(chunk);
              }
            }
          });
    }

    /**
     * Adds an array whose bytes are produced when the file is written.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public Writer tensor(String name, DType dtype, long[] shape, Source source) {
      if (name.equals("__metadata__") || tensors.containsKey(name)) {
        throw new IllegalArgumentException("the name " + name + " is taken");
      }
      if (Arrays.stream(shape).anyMatch(length -> length < 0)) {
        throw new IllegalArgumentException(
            name + " has a negative length: " + Arrays.toString(shape));
      }
      tensors.put(name, new Tensor(dtype, shape.clone(), source));
      return this;
    }

    /**
     * Adds an array of another file, as it is stored; the file must stay open until {@link #write}.
     *
     * @param stored its name in {@code from}
     * @throws IllegalArgumentException if the name is taken or there is no such array
     * @throws ModelFormatException if the type of the array has no counterpart in {@link DType}
     */
    public Writer tensor(String name, TensorFile from, String stored) {
      return tensor(name, from.dtype(stored), from.shape(stored), out -> from.copy(stored, out));
    }

    /**
     * Writes the file, replacing an older one only once the new one is complete.
     *
     * @throws java.io.UncheckedIOException if writing fails; nothing is left behind
     */
    public void write(Path file) {
      AtomicFiles.write(
          file,
          out -> {
            writeTo(out);
          });
    }

    private void writeTo(FileChannel out) throws IOException {
      List<Map.Entry<String, Tensor>> ordered =
          tensors.entrySet().stream()
              .sorted(
                  Comparator.comparing(
                          (Map.Entry<String, Tensor> e) -> -e.getValue().dtype().bytes())
                      .thenComparing(Map.Entry::getKey))
              .toList();
      Map<String, Object> header = new LinkedHashMap<>();
      if (!metadata.isEmpty()) {
        header.put("__metadata__", metadata);
      }
      long end = 0;
      for (Map.Entry<String, Tensor> entry : ordered) {
        Tensor tensor = entry.getValue();
        long begin = end;
        end = Math.addExact(end, tensor.bytes());
        header.put(
            entry.getKey(),
            new Entry(tensor.dtype().name(), tensor.shape(), new long[] {begin, end}));
      }
      byte[] json = GSON.toJson(header).getBytes(StandardCharsets.UTF_8);
      // Padded with spaces, so that the arrays are aligned in memory when the file is mapped.
      int length = (json.length + 7) / 8 * 8;
      if (length > SafetensorsHeader.MAX_HEADER_BYTES) {
        throw new IOException(
            "the header would be longer than readers allow: " + length + " bytes");
      }
      ByteBuffer head = ByteBuffer.allocate(8 + length).order(ByteOrder.LITTLE_ENDIAN);
      head.putLong(length).put(json);
      while (head.hasRemaining()) {
        head.put((byte) ' ');
      }
      head.flip();
      while (head.hasRemaining()) {
        out.write(head);
      }
      for (Map.Entry<String, Tensor> entry : ordered) {
        long start = out.position();
        entry.getValue().source().writeTo(out);
        long written = out.position() - start;
        if (written != entry.getValue().bytes()) {
          throw new IllegalStateException(
              entry.getKey() + " wrote " + written + " bytes, not " + entry.getValue().bytes());
        }
      }
    }

    private static void checkCount(String name, long count, long[] shape) {
      long product = 1;
      for (long length : shape) {
        product = Math.multiplyExact(product, length);
      }
      if (product != count) {
        throw new IllegalArgumentException(
            name
                + " has "
                + count
                + " values, its shape "
                + Arrays.toString(shape)
                + " "
                + product);
      }
    }
  }
}
