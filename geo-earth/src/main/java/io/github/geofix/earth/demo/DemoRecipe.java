package io.github.geofix.earth.demo;

import io.github.geofix.models.Family;
import io.github.geofix.train.TrainOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How the demo trains a family. Steps are fixed rather than seconds, so that a slow machine learns
 * as much.
 *
 * @param method the family
 * @param settings changes to the configuration of the size tiny
 * @param steps steps of training, 1 or more
 * @param batchSize photos a step
 * @param learningRate the peak rate
 * @param seed everything random follows from it; 1 or more, as 0 is that of the test photos
 */
public record DemoRecipe(
    String method,
    Map<String, String> settings,
    long steps,
    int batchSize,
    double learningRate,
    long seed) {

  /** The families, in the order in which {@code demo --all} trains them. */
  public static final List<String> METHODS = List.of("embed", "token", "zoom", "recombine");

  /** Checks the ranges. */
  public DemoRecipe {
    settings = Map.copyOf(settings);
    if (steps < 1) {
      throw new IllegalArgumentException("steps must be 1 or more: " + steps);
    }
    if (seed < 1) {
      throw new IllegalArgumentException("seed must be 1 or more: " + seed);
    }
  }

  /**
   * Returns the recipe of a family.
   *
   * @param map the reference picture, for the families that compare photos with a map
   */
  public static DemoRecipe of(String method, Path map) {
    return switch (method) {
      case "embed" -> new DemoRecipe(method, Map.of(), 4_800, 128, 3e-3, 1);
      case "token" -> new DemoRecipe(method, Map.of(), 3_600, 128, 2e-3, 1);
      case "zoom" -> new DemoRecipe(method, map(method, map), 2_400, 128, 3e-3, 1);
      case "recombine" -> new DemoRecipe(method, map(method, map), 2_400, 128, 2e-3, 1);
      default ->
          throw new IllegalArgumentException(
              "no demo of method " + method + "; there are " + String.join(", ", METHODS));
    };
  }

  private static Map<String, String> map(String method, Path map) {
    return Map.of(Family.named(method).mapSetting().orElseThrow(), map.toString());
  }

  /** Returns a copy with another number of steps. */
  public DemoRecipe withSteps(long steps) {
    return new DemoRecipe(method, settings, steps, batchSize, learningRate, seed);
  }

  /** Returns a copy with another seed. */
  public DemoRecipe withSeed(long seed) {
    return new DemoRecipe(method, settings, steps, batchSize, learningRate, seed);
  }

  /** Returns the options of the trainer. */
  public TrainOptions trainOptions() {
    return TrainOptions.defaults()
        .withSteps(steps)
        .withBatchSize(batchSize)
        .withLearningRate(learningRate)
        .withWeightDecay(0.02)
        .withSeed(seed);
  }
}
