package io.github.geofix.models.io;

import com.google.gson.JsonObject;
import io.github.geofix.core.internal.Printable;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Provenance of a model: enough to judge it and to train it again.
 *
 * @param data what it was trained on, in words
 * @param photos the number of photos seen, repetitions included
 * @param steps the number of optimizer steps
 * @param seed the seed of the run
 * @param seconds the time that training took; of a run that was interrupted, its last part
 * @param created when training ended, ISO 8601 in UTC
 * @param geofix the version that trained it
 * @param machine operating system, Java and number of processors
 * @param options every training option by name
 * @param run what {@code geofix train --config} takes to train it again; empty if it was not
 *     trained from the command line
 */
public record ModelCard(
    String data,
    long photos,
    long steps,
    long seed,
    double seconds,
    String created,
    String geofix,
    String machine,
    Map<String, String> options,
    Optional<JsonObject> run) {

  /**
   * Copies the map.
   *
   * @throws IllegalArgumentException if it is missing
   */
  public ModelCard {
    if (options == null) {
      throw new IllegalArgumentException("options are missing");
    }
    options = Collections.unmodifiableMap(new TreeMap<>(options));
  }

  /**
   * Returns the card of a model that is made now, on this machine, by this version.
   *
   * @param data what it was trained on, in words
   * @param options every training option by name
   */
  public static ModelCard now(
      String data,
      long photos,
      long steps,
      long seed,
      double seconds,
      Map<String, String> options) {
    return new ModelCard(
        data,
        photos,
        steps,
        seed,
        seconds,
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        Objects.requireNonNullElse(
            ModelCard.class.getPackage().getImplementationVersion(), "development"),
        thisMachine(),
        options,
        Optional.empty());
  }

  /**
   * Returns the card of a model that is made here and not trained.
   *
   * @param origin where its values come from, in words
   */
  public static ModelCard untrained(String origin, long seed) {
    return now(origin, 0, 0, seed, 0, Map.of());
  }

  /** Returns a copy with the configuration of a run of the command line. */
  public ModelCard withRun(JsonObject run) {
    return new ModelCard(
        data, photos, steps, seed, seconds, created, geofix, machine, options, Optional.of(run));
  }

  /** Returns a description of this machine for {@link #machine()}. */
  public static String thisMachine() {
    return System.getProperty("os.name")
        + " "
        + System.getProperty("os.arch")
        + ", Java "
        + Runtime.version()
        + ", "
        + Runtime.getRuntime().availableProcessors()
        + " processors";
  }

  /**
   * The work that a model's weights come from, and the terms they are under. A model folder keeps
   * it in {@code attribution.json}, also when the model is trained further.
   *
   * @param work what was published, such as {@code GeoCLIP}
   * @param license its name or SPDX identifier, such as {@code MIT}; of several parts, that of each
   * @param source where it is published
   * @param citation how to cite it
   */
  public record Attribution(String work, String license, String source, String citation) {

    /**
     * Checks that nothing is missing.
     *
     * @throws IllegalArgumentException if a part is missing or blank
     */
    public Attribution {
      require("work", work);
      require("license", license);
      require("source", source);
      require("citation", citation);
    }

    private static void require(String name, String value) {
      if (value == null || value.isBlank()) {
        throw new IllegalArgumentException("an attribution needs a " + name);
      }
    }

    /** Returns one line of text: work, license, source and citation. */
    @Override
    public String toString() {
      return Printable.of(
          "weights of %s, license: %s, from %s. Cite: %s"
              .formatted(work, license, source, citation));
    }
  }
}
