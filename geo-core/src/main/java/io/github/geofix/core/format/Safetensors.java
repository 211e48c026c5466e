package io.github.geofix.core.format;

import com.google.gson.JsonParseException;
import com.google.gson.stream.JsonReader;
import io.github.geofix.core.internal.format.MappedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
}
