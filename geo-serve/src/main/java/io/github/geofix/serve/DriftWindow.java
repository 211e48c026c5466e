package io.github.geofix.serve;

import com.google.gson.JsonObject;
import io.github.geofix.core.Location;
import io.github.geofix.core.abstention.AnswerRule;
import io.github.geofix.serve.LocateServer.Drift;
import java.util.Optional;
import java.util.stream.DoubleStream;

/** The last answers of a model, and how unlike their photos are those of its rule. Thread-safe. */
final class DriftWindow {
  /** So many answers show a Kolmogorov-Smirnov distance of 0.115 or more at the level 0.01. */
  static final int PHOTOS = 200;

  /** Fewer show too little. */
  static final int LEAST_PHOTOS = 20;

  /** A test sorts all masses of the rule, so not every answer is tested anew. */
  private static final int EVERY = 10;

  private final Drift drift;
  private final double[] masses = new double[PHOTOS];
  private long answers;
  private Optional<Drift.Result> result = Optional.empty();

  DriftWindow(Drift drift) {
    this.drift = drift;
  }

  synchronized void add(Location location) {
    masses[(int) (answers % PHOTOS)] = AnswerRule.mass(location, drift.rule().bound().withinKm());
    answers++;
    if (answers >= LEAST_PHOTOS && answers % EVERY == 0) {
      result =
          Optional.of(drift.test().apply(DoubleStream.of(masses).limit(photos()).boxed().toList()));
    }
  }

  /** Returns the number of answers in the window. */
  synchronized int photos() {
    return (int) Math.min(answers, PHOTOS);
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
          tree.addProperty("alarm", found.alarm());
          return tree;
        });
  }
}
