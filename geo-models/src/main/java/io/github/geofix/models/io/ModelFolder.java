package io.github.geofix.models.io;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.core.internal.JsonRecords;
import io.github.geofix.core.internal.StrictJson;
import io.github.geofix.models.calibration.Calibration;
import io.github.geofix.models.internal.io.NamesCode;
import io.github.geofix.models.internal.io.Settings;
import io.github.geofix.models.io.ModelCard.Attribution;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A saved model: {@code config.json} holds the method, its configuration and the SHA-256 of the
 * files it is loaded from, {@code weights.safetensors} every array, {@code calibration.json} the
 * calibration if there is one, and {@code card.json} the provenance; {@code attribution.json} names
 * the work that published weights come from. The folder is the model: nothing has to be registered
 * to load it. Immutable.
 */
public final class ModelFolder {

  /** The version of the layout this class writes, and the only one it reads. */
  public static final int FORMAT = 2;

  /** The file that holds the {@link Attribution} of published weights. */
  public static final String ATTRIBUTION = "attribution.json";

  static final String CONFIG = "config.json";
  static final String CALIBRATION = "calibration.json";
  static final String WEIGHTS = "weights.safetensors";
  static final String CARD = "card.json";
  private static final long MAX_JSON_BYTES = 16L << 20;

  /** Writes one file of a model. */
  @FunctionalInterface
  public interface FileWriter {
    /** Writes a file. */
    void writeTo(Path file) throws IOException;
  }

  /**
   * What a folder is written from.
   *
   * @param method the family's name
   * @param config the family's configuration
   * @param calibration {@link Calibration#NONE} for a model that is not calibrated
   * @param card the provenance
   * @param weights writes the safetensors file of all arrays; empty if they are in another of the
   *     files
   * @param files writes the further files, by name
   */
  public record Contents(
      String method,
      Record config,
      Calibration calibration,
      ModelCard card,
      Optional<FileWriter> weights,
      Map<String, FileWriter> files) {}

  /**
   * What config.json holds.
   *
   * @param sha256 hexadecimal digests, by file name; empty in folders of the first days of the
   *     format
   */
  record Head(int format, String method, JsonObject config, Optional<Map<String, String>> sha256) {}

  private final Path path;
  private final Head head;
  private final Map<String, String> settings;
  private final LoadOptions options;

  private ModelFolder(Path path, Head head, Map<String, String> settings, LoadOptions options) {
    this.path = path;
    this.head = head;
    this.settings = settings;
    this.options = options;
  }

  /**
   * Opens a folder and reads its configuration; the weights stay on disk.
   *
   * @throws ModelFormatException if the folder is not a model, is damaged, or is of another version
   */
  public static ModelFolder open(Path path) {
    return open(path, LoadOptions.defaults());
  }

  /**
   * Opens a folder with options, see {@link #open(Path)}.
   *
   * @throws ModelFormatException if the folder is not a model, is damaged, or is of another version
   */
  public static ModelFolder open(Path path, LoadOptions options) {
    AtomicFiles.recover(path);
    if (!Files.isDirectory(path)) {
      throw new ModelFormatException("no such model folder: " + path);
    }
    JsonObject tree = read(path, CONFIG);
    requireFormat(path, tree.get("format"));
    Head head = record(path.resolve(CONFIG), tree, Head.class);
    return new ModelFolder(path, head, Map.of(), options);
  }

  private static void requireFormat(Path path, JsonElement format) {
    if (!(format instanceof JsonPrimitive number) || !number.isNumber()) {
      throw new ModelFormatException(path.resolve(CONFIG) + " names no format");
    }
    if (number.getAsString().equals("1")) {
      throw new ModelFormatException(
          path + " was written in format 1, by a version before 0.1.0; train or import it again");
    }
    if (!number.getAsString().equals(String.valueOf(FORMAT))) {
      throw new ModelFormatException(
          path
              + " was written in format "
              + number
              + ", this version of GeoFix reads format "
              + FORMAT
              + "; use a newer version");
    }
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
  public static void write(Path path, Contents contents) {
    ModelFolderWriter.write(path, contents);
  }

  /**
   * Replaces the configuration of this folder; all other files stay.
   *
   * @throws UncheckedIOException if writing fails; the older configuration stays
   */
  public void saveConfig(Record config) {
    Head changed = new Head(FORMAT, method(), JsonRecords.write(config), head.sha256());
    AtomicFiles.writeString(path.resolve(CONFIG), ModelFolderWriter.json(changed));
  }

  /** Returns the digests of the files, by name; none where the folder has none. */
  Map<String, String> digests() {
    return head.sha256().orElse(Map.of());
  }

  /**
   * Reads a file and compares it with its digest in {@code config.json}. That takes 1.3 s of one
   * processor for a gigabyte: 1.5 s for 300 million parameters in float32. Finds damage, not
   * tampering: who changes a file can change its digest. Does nothing where the folder has no
   * digests.
   *
   * @throws ModelFormatException if it differs
   */
  public void verify(Path file) {
    String name = path.relativize(file).toString().replace('\\', '/');
    if (head.sha256().isEmpty()) {
      return;
    }
    String expected = head.sha256().get().get(name);
    if (expected == null) {
      throw new ModelFormatException(
          path.resolve(CONFIG) + " has no sha256 of " + name + ": save or copy the model again");
    }
    try {
      String found = ModelFolderWriter.sha256(file);
      if (!found.equals(expected)) {
        throw new ModelFormatException(
            file
                + " is damaged: its SHA-256 is "
                + found
                + ", config.json has "
                + expected
                + ". Copy the folder again; if you changed the file, write its digest there");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** Returns a writer of a record as JSON. */
  public static FileWriter writerOf(Record content) {
    return file -> Files.writeString(file, ModelFolderWriter.json(content));
  }

  /** Returns the folder itself. */
  public Path path() {
    return path;
  }

  /** Returns the family's name, such as {@code embed}. */
  public String method() {
    return head.method();
  }

  /**
   * Returns the same folder with some of the configuration changed, such as where the map is now;
   * nothing is written.
   *
   * @param settings by name, as in {@link Settings#apply}; {@link #config} checks them
   */
  public ModelFolder with(Map<String, String> settings) {
    Map<String, String> all = new TreeMap<>(this.settings);
    all.putAll(settings);
    return new ModelFolder(path, head, all, options);
  }

  /** Returns the options that the folder was opened with. */
  public LoadOptions options() {
    return options;
  }

  /**
   * Checks that the configuration names no code, or that code is allowed; call it before anything
   * is created from the configuration.
   *
   * @throws ModelFormatException if it names code and {@link LoadOptions#allowCode} is false
   */
  public void checkCode(NamesCode config) {
    List<String> code = config.code();
    if (!options.allowCode() && !code.isEmpty()) {
      throw new ModelFormatException(
          path
              + " runs code when it is loaded: "
              + String.join(", ", code)
              + ". Code can do anything that you can. If you trust the source of the folder, allow"
              + " it by --allow-code, in Java by LoadOptions.withAllowCode(true)");
    }
  }

  /**
   * Returns a file of code that the configuration names, once it is verified.
   *
   * @param file relative to the folder
   * @throws ModelFormatException if the file is not in the folder
   */
  public Path codeFile(Path file) {
    Path inside = path.resolve(file);
    try {
      if (inside.toRealPath().startsWith(path.toRealPath())) {
        verify(inside);
        return inside;
      }
    } catch (IOException e) {
      throw new ModelFormatException(path + " has no file " + file + ", which it names as code", e);
    }
    throw new ModelFormatException(
        path + " names the file " + file + " as code, which is not in the folder");
  }

  /** Returns whether {@link #with} was given a setting, rather than the folder alone. */
  public boolean isSet(String setting) {
    return settings.containsKey(setting);
  }

  /**
   * Returns the file that holds the arrays.
   *
   * @throws ModelFormatException if there is none
   */
  public Path weights() {
    if (!Files.isRegularFile(path.resolve(WEIGHTS))) {
      throw new ModelFormatException(path + " is not a whole model folder: it has no " + WEIGHTS);
    }
    return path.resolve(WEIGHTS);
  }

  /**
   * Opens a model folder inside this one, with the same options.
   *
   * @throws ModelFormatException as {@link #open(Path)}
   */
  public ModelFolder part(String name) {
    Path part = path.resolve(name);
    verify(part.resolve(CONFIG));
    return open(part, options);
  }

  /** Returns a further file of the model. */
  public Path file(String name) {
    return path.resolve(name);
  }

  /**
   * Reads the model's provenance.
   *
   * @throws ModelFormatException if the card is missing or damaged
   */
  public ModelCard card() {
    return record(path.resolve(CARD), read(path, CARD), ModelCard.class);
  }

  /**
   * Reads the calibration.
   *
   * @return {@link Calibration#NONE} if the model is not calibrated
   * @throws ModelFormatException if the file is damaged
   */
  public Calibration calibration() {
    return Files.exists(path.resolve(CALIBRATION))
        ? record(path.resolve(CALIBRATION), read(path, CALIBRATION), Calibration.class)
        : Calibration.NONE;
  }

  /**
   * Reads whose published weights the model began with.
   *
   * @return empty if it began with none
   * @throws ModelFormatException if the file is damaged
   */
  public Optional<Attribution> attribution() {
    return Files.exists(path.resolve(ATTRIBUTION))
        ? Optional.of(record(path.resolve(ATTRIBUTION), read(path, ATTRIBUTION), Attribution.class))
        : Optional.empty();
  }

  /**
   * Replaces the calibration of the folder; all other files stay.
   *
   * @throws UncheckedIOException if writing fails; the older calibration stays
   */
  public void saveCalibration(Calibration calibration) {
    AtomicFiles.writeString(path.resolve(CALIBRATION), ModelFolderWriter.json(calibration));
  }

  /**
   * Reads the configuration as a record, changed by what {@link #with} was given.
   *
   * @throws ModelFormatException if it does not fit the record
   * @throws IllegalArgumentException if a change is of an unknown name or does not fit
   */
  public <T extends Record> T config(Class<T> type) {
    T saved;
    try {
      saved = JsonRecords.read(head.config(), type);
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException(
          path.resolve(CONFIG)
              + " does not describe a model of the method "
              + method()
              + ": "
              + e.getMessage(),
          e);
    }
    return Settings.apply(saved, settings);
  }

  private static <T extends Record> T record(Path file, JsonObject tree, Class<T> type) {
    try {
      return JsonRecords.read(tree, type);
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static JsonObject read(Path folder, String name) {
    Path file = folder.resolve(name);
    if (!Files.isRegularFile(file)) {
      throw new ModelFormatException(folder + " is not a model folder: it has no " + name);
    }
    try {
      return StrictJson.readObject(file, MAX_JSON_BYTES);
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException(String.valueOf(e.getMessage()), e);
    }
  }
}
