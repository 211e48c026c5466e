package io.github.geofix.serve;

import com.google.gson.JsonObject;
import io.github.geofix.core.Location;
import io.github.geofix.core.abstention.AnswerRule;
import io.github.geofix.serve.LocateServer.Drift;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The last answers of a model, and how unlike their photos are those of its rule. Thread-safe. */
final class DriftWindow {
  /** So many answers show a Kolmogorov-Smirnov distance of 0.115 or more at the level 0.01. */
  static final int PHOTOS = 200;

  /** Fewer show too little. */
  static final int LEAST_PHOTOS = 20;

  /** A test sorts all masses of the rule, so not every answer is tested anew. */
  private static final int EVERY = 10;

  /** A test of vectors compares each with a thousand, and those with one another. */
  private static final int EVERY_WITH_VECTORS = 40;

  /** A vector costs as much as an answer, so not every photo is encoded. */
  private static final int ENCODE_EVERY = 4;

  private static final int VECTORS = 100;

  private final Drift drift;
  private final Deque<Double> masses = new ArrayDeque<>();
  private final Deque<float[]> vectors = new ArrayDeque<>();
  private long answers;
  private long added;
  private Optional<Drift.Result> result = Optional.empty();

  DriftWindow(Drift drift) {
    this.drift = drift;
  }

  /**
   * Adds an answer.
   *
   * @param vector encodes its photo; not always called
   */
  void add(Location location, Supplier<Optional<float[]>> vector) {
    Optional<float[]> encoded = isToEncode() ? vector.get() : Optional.empty();
    add(AnswerRule.mass(location, drift.rule().bound().withinKm()), encoded);
  }

  private synchronized boolean isToEncode() {
    answers++;
    return drift.withVectors() && answers % ENCODE_EVERY == 0;
  }

  private synchronized void add(double mass, Optional<float[]> vector) {
    push(masses, mass, PHOTOS);
    vector.ifPresent(encoded -> push(vectors, encoded, VECTORS));
    added++;
    if (added >= LEAST_PHOTOS && added % (drift.withVectors() ? EVERY_WITH_VECTORS : EVERY) == 0) {
      List<float[]> compared = vectors.size() < LEAST_PHOTOS ? List.of() : List.copyOf(vectors);
      result = Optional.of(drift.test().apply(List.copyOf(masses), compared));
    }
  }

  private static <T> void push(Deque<T> window, T value, int most) {
    window.addLast(value);
    if (window.size() > most) {
      window.removeFirst();
    }
  }

  /** Returns the number of answers in the window. */
  synchronized int photos() {
    return masses.size();
  }

  /** Returns what the last test found; empty before the first. */
  synchronized Optional<Drift.Result> result() {
    return result;
  }

  /** Returns what the last test found as a member of an answer; empty before the first. */
  synchronized Optional<JsonObject> json() {
    return result.map(
        found -> {
          JsonObject tree = new JsonObject();
          tree.addProperty("photos", photos());
          tree.addProperty("distance", found.distance());
          tree.addProperty("pValue", found.pValue());
          found.vectorPValue().ifPresent(p -> tree.addProperty("vectorPValue", p));
          tree.addProperty("alarm", found.alarm());
          return tree;
        });
  }
}
