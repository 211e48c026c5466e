package io.github.geofix.eval.protocol;

import com.google.common.hash.Funnels;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.io.ByteStreams;
import com.google.common.io.MoreFiles;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.JsonRecords;
import io.github.geofix.core.internal.Printable;
import io.github.geofix.core.internal.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What made the figures of an evaluation, so that they can be cited and measured again.
 *
 * @param version the version of GeoFix
 * @param date of the measurement, such as 2026-11-29, UTC
 * @param options the options that change the figures, such as {@code --km=1,25}
 * @param system the digest of what was measured: a model folder, or a file of predictions
 * @param data the digest of the photos and their positions
 * @param machine operating system, Java version and number of processors
 * @param precision what the network was computed in, such as float32; empty where none was
 */
public record RunProvenance(
    String version,
    String date,
    List<String> options,
    FilesDigest system,
    FilesDigest data,
    String machine,
    Optional<String> precision) {

  private static final String NAME = "provenance";
  private static final long MAX_BYTES = 1L << 30;

  /** Copies the list. */
  public RunProvenance {
    options = List.copyOf(options);
  }

  /**
   * Reads the provenance of a report that {@code geofix evaluate --json} wrote.
   *
   * @throws IllegalArgumentException if the file is no such report, or has no provenance
   */
  public static RunProvenance read(Path report) {
    JsonElement tree = StrictJson.readObject(report, MAX_BYTES).get(NAME);
    if (tree == null) {
      throw new IllegalArgumentException(
          report + " has no provenance: it was not written by evaluate --json of this version");
    }
    try {
      return JsonRecords.read(tree, RunProvenance.class);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "cannot read the provenance of " + report + ": " + e.getMessage(), e);
    }
  }

  /**
   * Checks that another run measured the same system on the same photos.
   *
   * @throws IllegalArgumentException if they differ; the message names the difference
   */
  public void requireSame(RunProvenance other) {
    require("the system", system, other.system);
    require("the data", data, other.data);
  }

  /**
   * Returns what another run was made with that may explain other figures, one sentence each
   * without a full stop: options, version, machine and precision. The date is not compared.
   */
  public List<String> differences(RunProvenance other) {
    List<String> differences = new ArrayList<>();
    if (!Set.copyOf(options).equals(Set.copyOf(other.options))) {
      differ(differences, "options", String.join(" ", options), String.join(" ", other.options));
    }
    differ(differences, "GeoFix", version, other.version);
    differ(differences, "machine", machine, other.machine);
    differ(differences, "precision", precision.orElse(""), other.precision.orElse(""));
    return differences;
  }

  private static void differ(List<String> differences, String name, String was, String is) {
    if (!was.equals(is)) {
      differences.add(
          "%s: was %s, is %s"
              .formatted(
                  name,
                  was.isEmpty() ? "not stated" : Printable.of(was),
                  is.isEmpty() ? "not stated" : is));
    }
  }

  private static void require(String what, FilesDigest expected, FilesDigest found) {
    if (expected.files() != found.files() || !expected.sha256().equals(found.sha256())) {
      throw new IllegalArgumentException(
          "%s changed: the report was made with %s (%s, sha256 %s), this is %s (%s, sha256 %s)"
              .formatted(
                  what,
                  expected.name(),
                  Count.of(expected.files(), "files"),
                  expected.sha256(),
                  found.name(),
                  Count.of(found.files(), "files"),
                  found.sha256()));
    }
  }

  /** Returns name and value of each fact, for people. */
  public Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("GeoFix", version);
    facts.put("date", date);
    if (!options.isEmpty()) {
      facts.put("options", String.join(" ", options));
    }
    facts.put("system", text(system));
    facts.put("data", text(data));
    facts.put("machine", machine);
    precision.ifPresent(computed -> facts.put("precision", computed));
    return facts;
  }

  private static String text(FilesDigest digest) {
    return "%s, %s, sha256 %s"
        .formatted(digest.name(), Count.of(digest.files(), "files"), digest.sha256());
  }

  /** Returns the facts as comments, a line each, that start with a mark such as {@code #}. */
  String toComments(String mark) {
    StringBuilder out = new StringBuilder();
    facts()
        .forEach(
            (name, value) ->
                out.append(mark)
                    .append(' ')
                    .append(name)
                    .append(": ")
                    .append(Printable.of(value))
                    .append('\n'));
    return out.toString();
  }

  void addTo(JsonObject report) {
    report.add(NAME, JsonRecords.write(this));
  }

  /**
   * A digest of the names and contents of files. Reads every file once.
   *
   * @param name the name of the folder or list, without the folders above it
   * @param files the number of files
   * @param sha256 SHA-256 in hexadecimal digits: for each file its name, its length and its bytes
   */
  public record FilesDigest(String name, long files, String sha256) {

    /**
     * Digests all files of a folder and those below it, in the order of their names.
     *
     * @throws UncheckedIOException if a file cannot be read
     */
    public static FilesDigest ofFolder(Path folder) {
      try (Stream<Path> all = Files.walk(folder)) {
        List<Path> files = all.filter(Files::isRegularFile).sorted().toList();
        Hasher hasher = Hashing.sha256().newHasher();
        files.forEach(file -> add(hasher, folder.relativize(file).toString(), file));
        return new FilesDigest(nameOf(folder), files.size(), hasher.hash().toString());
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + folder + ": " + e.getMessage(), e);
      }
    }

    /**
     * Digests a list and the files that it names, in this order. A file that is missing counts by
     * its name alone.
     *
     * @param name of the list
     * @param list what the list holds besides names, such as positions
     * @throws UncheckedIOException if a file cannot be read
     */
    static FilesDigest ofList(String name, String list, List<Path> files) {
      Hasher hasher = Hashing.sha256().newHasher().putString(list, StandardCharsets.UTF_8);
      files.forEach(file -> add(hasher, String.valueOf(file.getFileName()), file));
      return new FilesDigest(name, files.size(), hasher.hash().toString());
    }

    private static void add(Hasher hasher, String name, Path file) {
      byte[] bytes = name.replace('\\', '/').getBytes(StandardCharsets.UTF_8);
      hasher.putInt(bytes.length).putBytes(bytes);
      if (!Files.isRegularFile(file)) {
        hasher.putLong(-1);
        return;
      }
      try (InputStream in = MoreFiles.asByteSource(file).openStream()) {
        hasher.putLong(Files.size(file));
        ByteStreams.copy(in, Funnels.asOutputStream(hasher));
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
      }
    }

    /**
     * Digests one or more files, such as a file of predictions; named after the first.
     *
     * @throws UncheckedIOException if a file cannot be read
     */
    public static FilesDigest ofFiles(List<Path> files) {
      return ofList(nameOf(files.get(0)), "", files);
    }

    private static String nameOf(Path path) {
      Path name = path.toAbsolutePath().normalize().getFileName();
      return name == null ? "" : name.toString();
    }
  }
}
