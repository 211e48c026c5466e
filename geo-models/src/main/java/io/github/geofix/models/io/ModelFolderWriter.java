package io.github.geofix.models.io;

import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import com.google.gson.JsonObject;
import io.github.geofix.core.abstention.AnswerRules;
import io.github.geofix.core.abstention.CalibrationVectors;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.core.internal.JsonRecords;
import io.github.geofix.core.internal.StrictJson;
import io.github.geofix.models.calibration.Calibration;
import io.github.geofix.models.io.ModelFolder.Contents;
import io.github.geofix.models.io.ModelFolder.FileWriter;
import io.github.geofix.models.io.ModelFolder.Head;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Writer of model folders. */
final class ModelFolderWriter {

  /** Indexes are mapped rather than read, and have checksums of their own. */
  private static final String INDEX_ENDING = ".index";

  private ModelFolderWriter() {}

  /** As {@link ModelFolder#write}. */
  static void write(Path path, Contents contents) {
    JsonObject config = JsonRecords.write(contents.config());
    AtomicFiles.writeFolder(
        path,
        filesOf(path),
        folder -> {
          Map<String, FileWriter> files = new LinkedHashMap<>(contents.files());
          contents.weights().ifPresent(weights -> files.put(ModelFolder.WEIGHTS, weights));
          Map<String, String> digests = new TreeMap<>();
          for (Map.Entry<String, FileWriter> file : files.entrySet()) {
            Path written = folder.resolve(file.getKey());
            file.getValue().writeTo(written);
            addDigest(written, file.getKey(), digests);
          }
          if (!contents.calibration().equals(Calibration.NONE)) {
            write(folder.resolve(ModelFolder.CALIBRATION), contents.calibration());
          }
          write(folder.resolve(ModelFolder.CARD), contents.card());
          write(
              folder.resolve(ModelFolder.CONFIG),
              new Head(ModelFolder.FORMAT, contents.method(), config, Optional.of(digests)));
        });
  }

  private static void addDigest(Path written, String name, Map<String, String> digests)
      throws IOException {
    if (!Files.isDirectory(written)) {
      if (!name.endsWith(INDEX_ENDING)) {
        digests.put(name, sha256(written));
      }
    } else if (Files.exists(written.resolve(ModelFolder.CONFIG))) {
      // The digests of a model inside this one are in its own configuration. Any other folder is
      // an index of several files.
      digests.put(name + "/" + ModelFolder.CONFIG, sha256(written.resolve(ModelFolder.CONFIG)));
    }
  }

  /** Returns the files of an older model that a newer one may lack; none if there is no model. */
  private static Set<String> filesOf(Path path) {
    Set<String> names = new TreeSet<>();
    if (!Files.isRegularFile(path.resolve(ModelFolder.CONFIG))) {
      return names;
    }
    names.addAll(
        List.of(
            ModelFolder.CALIBRATION,
            ModelFolder.WEIGHTS,
            ModelFolder.ATTRIBUTION,
            AnswerRules.FILE,
            CalibrationVectors.FILE));
    try (Stream<Path> files = Files.list(path)) {
      files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> name.endsWith(INDEX_ENDING))
          .forEach(names::add);
      ModelFolder.open(path).digests().keySet().stream()
          .map(name -> name.replaceFirst("/.*", ""))
          .forEach(names::add);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path + ": " + e.getMessage(), e);
    } catch (ModelFormatException e) {
      // A damaged model is replaced if it holds nothing but what every model may hold.
      return names;
    }
    return names;
  }

  static String sha256(Path file) throws IOException {
    return MoreFiles.asByteSource(file).hash(Hashing.sha256()).toString();
  }

  private static void write(Path file, Record content) throws IOException {
    Files.writeString(file, json(content));
  }

  static String json(Record content) {
    return StrictJson.print(JsonRecords.write(content));
  }
}
