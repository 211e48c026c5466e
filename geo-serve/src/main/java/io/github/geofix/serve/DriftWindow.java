package io.github.geofix.serve;

import com.google.gson.JsonObject;
import io.github.geofix.core.Location;
import io.github.geofix.core.abstention.AnswerRule;
import io.github.geofix.serve.LocateServer.Drift;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * The last answers of a model, and how unlike their photos are those of its rule. Tests run in the
 * background, so that no answer waits for one. Thread-safe.
 */
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
  private final Executor background;
  private final Deque<Double> masses = new ArrayDeque<>();
  private final Deque<float[]> vectors = new ArrayDeque<>();
  private long answers;
  private long added;
  private boolean waiting;
  private Optional<Drift.Result> result = Optional.empty();

  /**
   * Creates an empty window.
   *
   * @param background runs tests one after the other
   */
  DriftWindow(Drift drift, Executor background) {
    this.drift = drift;
    this.background = background;
  }

  /**
   * Adds an answer.
   *
   * @param vector encodes its photo; not always called
   */
  void add(Location location, Supplier<Optional<float[]>> vector) {
    Optional<float[]> encoded = isToEncode() ? vector.get() : Optional.empty();
    if (isDue(AnswerRule.mass(location, drift.rule().bound().withinKm()), encoded)) {
      background.execute(this::test);
    }
  }

  private synchronized boolean isToEncode() {
    answers++;
    return drift.withVectors() && answers % ENCODE_EVERY == 0;
  }

  /** Adds an answer, and returns whether a test is due and none waits to run. */
  private synchronized boolean isDue(double mass, Optional<float[]> vector) {
    push(masses, mass, PHOTOS);
    vector.ifPresent(encoded -> push(vectors, encoded, VECTORS));
    added++;
    boolean due =
        added >= LEAST_PHOTOS && added % (drift.withVectors() ? EVERY_WITH_VECTORS : EVERY) == 0;
    if (!due || waiting) {
      return false;
    }
    waiting = true;
    return true;
  }

  private void test() {
    List<Double> testedMasses;
    List<float[]> testedVectors;
    synchronized (this) {
      waiting = false;
      testedMasses = List.copyOf(masses);
      testedVectors = vectors.size() < LEAST_PHOTOS ? List.of() : List.copyOf(vectors);
    }
    try {
      Drift.Result found = drift.test().apply(testedMasses, testedVectors);
      synchronized (this) {
        result = Optional.of(found);
      }
    } catch (RuntimeException e) {
      System.getLogger(LocateServer.class.getName())
          .log(System.Logger.Level.ERROR, "a test of drift failed", e);
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
