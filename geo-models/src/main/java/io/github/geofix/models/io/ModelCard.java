package io.github.geofix.models.io;

import com.google.gson.JsonObject;
import java.util.Collections;
import java.util.Map;
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
}
