package io.github.geofix.train;

import io.github.geofix.core.Precision;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.train.data.HardNegatives;
import io.github.geofix.train.optim.Sam;
import io.github.geofix.train.optim.Schedule;
import io.github.geofix.train.optim.Schedule.Interval;
import java.util.List;
import java.util.Map;

/**
 * Training recipe of a model size: the configuration and the options that its paper trains it with.
 *
 * <pre>{@code
 * Recipe recipe = Recipe.of("recombine", "paper");
 * try (GeoModel model = recipe.newModel(Map.of("map", "city.mbtiles"), locations)) {
 *   Trainer.of(model, recipe.options()).fit(TrainingData.of(photos));
 * }
 * }</pre>
 *
 * <p>Sizes without a paper, such as {@code tiny}, have {@link TrainOptions#defaults()}. The
 * published ones, with the source of each number:
 *
 * <ul>
 *   <li>zoom {@code paper}, Just Zoom In (2026, released code): AdamW with learning rate 3e-4,
 *       weight decay 0.01, linear warm-up over 5 % of the steps, cosine to 10 % of the rate,
 *       gradients clipped at norm 1, 30 epochs in batches of 64, in 16-bit floats there, the best
 *       of them by R@40m on photos not trained on.
 *   <li>token {@code paper}, GeoToken (arXiv 2511.01082, released code): AdamW with learning rate
 *       5e-5, multiplied by 0.9 after each epoch, weight decay 1e-6, no clipping, 50 epochs in
 *       batches of 2,048; in 16-bit floats there.
 *   <li>geoclip {@code paper} and {@code geotoken}, after GeoCLIP (NeurIPS 2023): Adam with
 *       learning rate 3e-5, multiplied by 0.87 after each epoch, weight decay 1e-6, batches of 512.
 *       Unlike those of the other recipes, these numbers were not checked against the paper's text.
 *       Ten epochs and no clipping are ours, and the decay is decoupled here, as in AdamW.
 *   <li>embed {@code paper}, GeoSURGE (arXiv 2510.01448, section IV): AdamW with learning rate
 *       1e-4, halved after each epoch, weight decay 1e-4, batches of 1,024, early stopping after
 *       four epochs without gain. The paper has neither a limit on epochs nor on gradients; here
 *       these are 30, when the rate has fallen to nothing, and norm 1.
 *   <li>recombine {@code paper}, FRGeo (AAAI 2024, released code): AdamW with ASAM of radius 2.5,
 *       learning rate 1e-4 along a cosine that changes once an epoch, weight decay 0.03, no
 *       clipping, 50 epochs in batches of 32, half of each batch mined from the second epoch on.
 *   <li>recombine {@code paper-vigor}, FRGeo on VIGOR: the same with learning rate 5e-5 and batches
 *       of 16.
 *   <li>recombine {@code sample4geo} and {@code sample4geo-vigor}, Sample4Geo (ICCV 2023, section
 *       4.2, and released code): AdamW with learning rate 1e-3, one epoch of linear warm-up, then a
 *       cosine to zero, PyTorch's weight decay of 0.01, gradients clipped at norm 100, 40 epochs in
 *       batches of 128, neighbor sampling.
 *   <li>recombine {@code sample4geo-university}, the same for University-1652: one epoch, a tenth
 *       of it warm-up, no neighbor sampling; no batch has a building twice.
 * </ul>
 *
 * <p>Large batches are computed in parts, which gives the same step: by gradient accumulation where
 * the loss is a mean over examples, as for zoom and token, and in {@linkplain
 * io.github.geofix.train.data.Batches chunks} for geoclip, embed and Sample4Geo, which compare the
 * photos of a batch. Where the paper trains in 16-bit floats, the recipe does on processors with
 * instructions for bfloat16, see {@link Precision#AUTO}. FRGeo's blocks are computed again in the
 * backward pass, so that its batches fit into 8 GB: with 12 GB, {@code
 * batches.gradientCheckpointing=false} saves a third of the time. Sample4Geo's chunks of four pairs
 * took 8.1 GB in a step of 16 pairs; a chunk of 16 took more than 14.
 *
 * @param method the family's name
 * @param size one of the family's sizes
 * @param options how it is trained
 */
public record Recipe(String method, String size, TrainOptions options) {
  private static final List<Recipe> PUBLISHED =
      List.of(
          new Recipe("geoclip", "paper", geoClip()),
          new Recipe("geoclip", "geotoken", geoClip()),
          new Recipe("zoom", "paper", justZoomIn()),
          new Recipe("token", "paper", geoToken()),
          new Recipe("embed", "paper", geoSurge()),
          new Recipe("recombine", "paper", frgeo(1e-4, 32)),
          new Recipe("recombine", "paper-vigor", frgeo(5e-5, 16)),
          new Recipe("recombine", "sample4geo", sample4geo()),
          new Recipe("recombine", "sample4geo-vigor", sample4geo()),
          new Recipe("recombine", "sample4geo-university", sample4geoUniversity()));

  /**
   * Returns the recipe of a size; that of a size without a paper has the default options.
   *
   * @throws IllegalArgumentException if there is no such family or size; the message lists those
   *     there are
   */
  public static Recipe of(String method, String size) {
    Family family = Family.named(method);
    List<String> sizes = family.sizes();
    if (sizes.isEmpty()) {
      // One whose models are made in another way, which its message names.
      family.config(size, Map.of());
    }
    if (!sizes.contains(size)) {
      throw new IllegalArgumentException(
          "no size %s of %s; there are %s".formatted(size, method, String.join(", ", sizes)));
    }
    return PUBLISHED.stream()
        .filter(recipe -> recipe.method().equals(method) && recipe.size().equals(size))
        .findFirst()
        .orElseGet(() -> new Recipe(method, size, TrainOptions.defaults()));
  }

  /** Returns the recipes that are taken from papers. */
  public static List<Recipe> published() {
    return PUBLISHED;
  }

  /**
   * Creates an untrained model of this size, seeded by the options.
   *
   * @param settings changes to the configuration, by name
   * @param locations where the training photos were taken
   * @throws IllegalArgumentException if a setting is unknown or does not fit; the message lists
   *     what does
   */
  public GeoModel newModel(Map<String, String> settings, List<LatLng> locations) {
    return Family.named(method).create(size, settings, locations, options.seed());
  }

  private static TrainOptions justZoomIn() {
    return TrainOptions.defaults()
        .withEpochs(30)
        .withBestWithinMeters(40)
        .withBatches(
            b -> b.withSize(8).withGradientAccumulationSteps(8).withPrecision(Precision.AUTO))
        .withLearningRate(3e-4)
        .withWeightDecay(0.01)
        .withOptimizer(o -> o.withMaxGradientNorm(1))
        .withSchedule(Schedule.cosine(0.1).withWarmup(0.05));
  }

  private static TrainOptions geoToken() {
    return TrainOptions.defaults()
        .withEpochs(50)
        .withBatches(
            b -> b.withSize(32).withGradientAccumulationSteps(64).withPrecision(Precision.AUTO))
        .withLearningRate(5e-5)
        .withWeightDecay(1e-6)
        .withOptimizer(o -> o.withMaxGradientNorm(0))
        .withSchedule(Schedule.exponential(0.9));
  }

  private static TrainOptions geoClip() {
    return TrainOptions.defaults()
        .withEpochs(10)
        .withBatches(b -> b.withSize(512).withChunkSize(16))
        .withLearningRate(3e-5)
        .withWeightDecay(1e-6)
        .withOptimizer(o -> o.withMaxGradientNorm(0))
        .withSchedule(Schedule.exponential(0.87));
  }

  private static TrainOptions geoSurge() {
    return TrainOptions.defaults()
        .withEpochs(30)
        .withPatience(4)
        .withBatches(b -> b.withSize(1024).withChunkSize(16))
        .withLearningRate(1e-4)
        .withWeightDecay(1e-4)
        .withOptimizer(o -> o.withMaxGradientNorm(1))
        .withSchedule(Schedule.exponential(0.5));
  }

  private static TrainOptions frgeo(double learningRate, int batchSize) {
    return TrainOptions.defaults()
        .withEpochs(50)
        .withBatches(b -> b.withSize(batchSize).withGradientCheckpointing(true))
        .withHardNegatives(HardNegatives.frgeo())
        .withLearningRate(learningRate)
        .withWeightDecay(0.03)
        .withOptimizer(o -> o.withMaxGradientNorm(0))
        .withSchedule(new Schedule.Cosine(0, Interval.EPOCH, 0))
        .withSam(Sam.Options.asam(2.5));
  }

  private static TrainOptions sample4geo() {
    return TrainOptions.defaults()
        .withEpochs(40)
        .withBatches(b -> b.withSize(128).withChunkSize(4))
        .withHardNegatives(HardNegatives.sample4geo())
        .withLearningRate(1e-3)
        .withWeightDecay(0.01)
        .withOptimizer(o -> o.withMaxGradientNorm(100))
        // One epoch of 40.
        .withSchedule(Schedule.cosine(0).withWarmup(0.025));
  }

  private static TrainOptions sample4geoUniversity() {
    return sample4geo()
        .withEpochs(1)
        .withHardNegatives(HardNegatives.none())
        .withSchedule(Schedule.cosine(0).withWarmup(0.1));
  }
}
