package io.github.geofix.models.io;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.io.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A saved model: {@code config.json} says what to build, {@code weights.safetensors} holds every
 * array, {@code card.json} says where it comes from. The folder is the model: nothing has to be
 * registered to load it.
 *
 * @param path the folder
 * @param method the family's name, such as {@code embed}
 * @param config the family's configuration, read by the family itself
 */
public record ModelFolder(Path path, String method, JsonObject config) {

  /** The version of the layout this class writes, and the only one it reads. */
  public static final int FORMAT = 1;

  private static final Gson JSON = new GsonBuilder().setPrettyPrinting().create();
  private static final String CONFIG = "config.json";
  private static final String WEIGHTS = "weights.safetensors";
  private static final String CARD = "card.json";
  private static final long MAX_JSON_BYTES = 16L << 20;

  /** Writes the arrays of a model to a file. */
  @FunctionalInterface
  public interface WeightsWriter {
    /** Writes a file, of safetensors unless it is a further one. */
    void writeTo(Path file) throws IOException;
  }

  /**
   * Opens a folder and reads its configuration; the weights stay on disk.
   *
   * @throws ModelFormatException if the folder is not a model, is damaged, or is of another version
   */
  public static ModelFolder open(Path path) {
    if (!Files.isDirectory(path)) {
      throw new ModelFormatException("no such model folder: " + path);
    }
    JsonObject config = read(path, CONFIG);
    int format = number(config, "format", path);
    if (format != FORMAT) {
      throw new ModelFormatException(
          path
              + " was written in format "
              + format
              + "; this version of GeoFix reads format "
              + FORMAT
              + (format > FORMAT ? ": use a newer version" : ": see UPGRADING.md"));
    }
    JsonElement method = config.get("method");
    JsonElement family = config.get("config");
    if (method == null || !method.isJsonPrimitive() || family == null || !family.isJsonObject()) {
      throw new ModelFormatException(path.resolve(CONFIG) + " names no method and config");
    }
    if (!Files.isRegularFile(path.resolve(WEIGHTS))) {
      throw new ModelFormatException(path + " is not a whole model folder: it has no " + WEIGHTS);
    }
    return new ModelFolder(path, method.getAsString(), family.getAsJsonObject());
  }

  /**
   * Refuses a place where no model folder can be written, so that a long training does not end in
   * vain.
   *
   * @throws UncheckedIOException if it cannot be written, or is a folder of other things, which
   *     would be lost
   */
  public static void check(Path path) {
    AtomicFiles.checkFolder(path);
    if (!Files.isDirectory(path) || Files.exists(path.resolve(CONFIG))) {
      return;
    }
    try (Stream<Path> entries = Files.list(path)) {
      Path other = entries.findFirst().orElse(null);
      if (other != null) {
        throw new IOException(
            "it exists, is no model folder and holds "
                + other.getFileName()
                + ": name another folder or empty it");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + path + ": " + e.getMessage(), e);
    }
  }

  /**
   * Writes a model folder; an older one of the same name is replaced when the new one is complete.
   *
   * @throws UncheckedIOException if writing fails; nothing is left behind
   */
  public static void write(
      Path path, String method, Object config, ModelCard card, WeightsWriter weights) {
    write(path, method, config, card, weights, Map.of());
  }

  /**
   * As {@link #write(Path, String, Object, ModelCard, WeightsWriter)}, with further files.
   *
   * @param more what writes each further file, by name
   */
  public static void write(
      Path path,
      String method,
      Object config,
      ModelCard card,
      WeightsWriter weights,
      Map<String, WeightsWriter> more) {
    JsonObject head = new JsonObject();
    head.addProperty("format", FORMAT);
    head.addProperty("method", method);
    head.add("config", JSON.toJsonTree(config));
    AtomicFiles.writeFolder(
        path,
        folder -> {
          weights.writeTo(folder.resolve(WEIGHTS));
          for (Map.Entry<String, WeightsWriter> file : more.entrySet()) {
            file.getValue().writeTo(folder.resolve(file.getKey()));
          }
          Files.writeString(folder.resolve(CARD), JSON.toJson(card) + "\n");
          Files.writeString(folder.resolve(CONFIG), JSON.toJson(head) + "\n");
        });
  }

  /**
   * Returns the same folder with some of the configuration changed, such as where the map lies now;
   * nothing is written.
   *
   * @param settings component name to value, as in {@link Settings#apply}
   * @throws IllegalArgumentException if the configuration has no such component
   */
  public ModelFolder with(Map<String, String> settings) {
    return new ModelFolder(path, method, Settings.apply(config, settings));
  }

  /** Returns the file that holds the arrays. */
  public Path weights() {
    return path.resolve(WEIGHTS);
  }

  /**
   * Reads the model's provenance.
   *
   * @throws ModelFormatException if the card is missing or damaged
   */
  public ModelCard card() {
    try {
      return Settings.read(read(path, CARD), ModelCard.class);
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException(
          path.resolve(CARD) + " does not say where a model comes from: " + e.getMessage(), e);
    }
  }

  /**
   * Reads the configuration as a record.
   *
   * @throws ModelFormatException if it does not fit the record
   */
  public <T extends Record> T config(Class<T> type) {
    try {
      return Settings.read(config, type);
    } catch (RuntimeException e) {
      throw new ModelFormatException(
          path.resolve(CONFIG)
              + " does not describe a model of the method "
              + method
              + ": "
              + e.getMessage(),
          e);
    }
  }

  /**
   * As {@link #config(Class)}, for configurations that have grown: what an older version did not
   * write is as in {@code defaults}.
   *
   * @param defaults what the older versions did
   * @throws ModelFormatException if the configuration does not fit the record
   */
  public <T extends Record> T config(T defaults) {
    JsonObject tree = JSON.toJsonTree(defaults).getAsJsonObject();
    overwrite(tree, config);
    @SuppressWarnings("unchecked")
    Class<T> type = (Class<T>) defaults.getClass();
    return new ModelFolder(path, method, tree).config(type);
  }

  private static void overwrite(JsonObject target, JsonObject values) {
    values
        .entrySet()
        .forEach(
            value -> {
              JsonElement before = target.get(value.getKey());
              if (before != null && before.isJsonObject() && value.getValue().isJsonObject()) {
                overwrite(before.getAsJsonObject(), value.getValue().getAsJsonObject());
              } else {
                target.add(value.getKey(), value.getValue());
              }
            });
  }

  /** Returns a further file of the model. */
  public Path file(String name) {
    return path.resolve(name);
  }

  private static JsonObject read(Path folder, String name) {
    Path file = folder.resolve(name);
    if (!Files.isRegularFile(file)) {
      throw new ModelFormatException(folder + " is not a model folder: it has no " + name);
    }
    try {
      if (Files.size(file) > MAX_JSON_BYTES) {
        throw new ModelFormatException(file + " is larger than " + (MAX_JSON_BYTES >> 20) + " MiB");
      }
      return parse(file, Files.readString(file));
    } catch (CharacterCodingException e) {
      throw new ModelFormatException(file + " is not text in UTF-8", e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static JsonObject parse(Path file, String json) {
    JsonObject object;
    try {
      object = JSON.fromJson(json, JsonObject.class);
    } catch (RuntimeException e) {
      throw new ModelFormatException(file + " is not the JSON of a model: " + e.getMessage(), e);
    }
    if (object == null) {
      throw new ModelFormatException(file + " is empty");
    }
    return object;
  }

  private static int number(JsonObject object, String name, Path path) {
    JsonElement value = object.get(name);
    try {
      Settings.requireFitting(value, int.class, name);
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException(path.resolve(CONFIG) + ": " + e.getMessage(), e);
    }
    return value.getAsInt();
  }
}
