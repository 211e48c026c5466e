package io.github.geofix.cli;

import com.google.gson.JsonObject;
import io.github.geofix.core.Photo;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.core.internal.JsonRecords;
import io.github.geofix.core.internal.StrictJson;
import io.github.geofix.models.io.ModelFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * All that decides what {@code geofix train} learns. Each run writes it as {@code run.json} into
 * its run folder and into the model's {@code card.json}; {@code train --config} takes it again and
 * ends with the same weights.
 *
 * @param start what the run begins with
 * @param set settings of the model, by name
 * @param opt training options, by name; those that are not given are those of the model's size
 * @param data what is learned from
 * @param val CSV of the photos to validate on
 * @param tiles the map, as {@code --tiles} takes it
 * @param skipUnreadable whether photos that cannot be read are left out
 * @param sample which of the photos are learned from; all if it is empty
 * @param vectors the precomputed vectors of the photos, for models that read those
 * @param photoLimits which photos are too large to be read, if it was said
 */
record RunConfig(
    Start start,
    Map<String, String> set,
    Map<String, String> opt,
    Data data,
    Optional<Path> val,
    Optional<String> tiles,
    boolean skipUnreadable,
    Optional<Sample> sample,
    Optional<Vectors> vectors,
    Optional<PhotoLimitsOption.Chosen> photoLimits) {
  static final String FILE = "run.json";
  private static final long MAX_BYTES = 1L << 20;

  /** What a run begins with. */
  sealed interface Start {}

  /** An untrained model. */
  record New(String method, String size) implements Start {}

  /** A model folder. */
  record From(Path folder) implements Start {
    From {
      folder = folder.toAbsolutePath().normalize();
    }
  }

  /** What is learned from. */
  sealed interface Data {}

  /**
   * The photos of a CSV file.
   *
   * @param texts the vectors of the texts about the photos
   */
  record Photos(Path csv, Optional<Path> texts) implements Data {
    Photos {
      csv = absolute(csv);
      texts = texts.map(RunConfig::absolute);
    }
  }

  /** The training list of a benchmark. */
  record Benchmark(String protocol, Path root) implements Data {
    Benchmark {
      root = root.toAbsolutePath().normalize();
    }
  }

  /**
   * A random share of the photos; that of another seed is another one.
   *
   * @param fraction is learned from, above 0 to 1; one fraction holds any smaller one
   * @param heldOut is left out to validate on, 0 to below 1
   */
  record Sample(double fraction, double heldOut) {
    Sample {
      boolean possible = fraction > 0 && heldOut >= 0 && fraction + heldOut <= 1 + 1e-9;
      if (!possible) {
        throw new IllegalArgumentException(
            "--fraction %s and --hold-out %s: above 0 and at least 0 needed, together at most 1"
                .formatted(fraction, heldOut));
      }
    }

    /** Returns which of {@code size} photos are learned from, in their order. */
    int[] learned(int size, long seed) {
      return Arrays.stream(shuffled(size, seed))
          .limit(Math.max(1, Math.round(fraction * size)))
          .sorted()
          .toArray();
    }

    /** Returns which are left out, in their order. */
    int[] heldOut(int size, long seed) {
      long count = heldOut == 0 ? 0 : Math.max(1, Math.round(heldOut * size));
      return Arrays.stream(shuffled(size, seed)).skip(size - count).sorted().toArray();
    }

    private static int[] shuffled(int size, long seed) {
      List<Integer> rows = new ArrayList<>(IntStream.range(0, size).boxed().toList());
      Collections.shuffle(rows, new Random(seed));
      return rows.stream().mapToInt(Integer::intValue).toArray();
    }
  }

  /**
   * Precomputed vectors of photos.
   *
   * @param files whose rows belong together, in the order of the photos
   * @param neighbors the row numbers of the neighbors of each photo
   * @param val the files of the photos to validate on; empty if there are none
   * @param valNeighbors their neighbors among the photos that are learned from
   * @param encoder the model that makes such vectors of further photos
   */
  record Vectors(
      List<Path> files,
      Optional<Path> neighbors,
      List<Path> val,
      Optional<Path> valNeighbors,
      Optional<Path> encoder) {
    Vectors {
      files = files.stream().map(RunConfig::absolute).toList();
      neighbors = neighbors.map(RunConfig::absolute);
      val = val.stream().map(RunConfig::absolute).toList();
      valNeighbors = valNeighbors.map(RunConfig::absolute);
      encoder = encoder.map(RunConfig::absolute);
    }
  }

  RunConfig {
    set = Map.copyOf(set);
    opt = Map.copyOf(opt);
    val = val.map(path -> path.toAbsolutePath().normalize());
  }

  private static Path absolute(Path path) {
    return path.toAbsolutePath().normalize();
  }

  Photo.Limits limits() {
    return photoLimits.map(PhotoLimitsOption.Chosen::limits).orElse(Photo.Limits.defaults());
  }

  /** Returns the family's name. */
  String method() {
    return start instanceof New made
        ? made.method()
        : ModelFolder.open(((From) start).folder()).method();
  }

  /**
   * Reads a configuration from a file, a run folder, or a model folder.
   *
   * @throws ModelFormatException if there is none
   */
  static RunConfig read(Path path) {
    Path file = Files.isDirectory(path) ? path.resolve(FILE) : path;
    JsonObject json;
    if (Files.isDirectory(path) && !Files.exists(file)) {
      json =
          ModelFolder.open(path)
              .card()
              .run()
              .orElseThrow(
                  () ->
                      new ModelFormatException(
                          path + " was not trained by geofix train: its card.json holds no run"));
    } else {
      json = StrictJson.readObject(file, MAX_BYTES);
    }
    try {
      return JsonRecords.read(json, RunConfig.class);
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException(
          file + " is not the configuration of a run: " + e.getMessage(), e);
    }
  }

  JsonObject toJson() {
    return JsonRecords.write(this);
  }

  /** Writes the configuration into a run folder. */
  void write(Path run) {
    AtomicFiles.writeString(run.resolve(FILE), StrictJson.print(toJson()));
  }
}
