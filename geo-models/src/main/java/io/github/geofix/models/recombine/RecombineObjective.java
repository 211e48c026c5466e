package io.github.geofix.models.recombine;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.internal.loss.InfoNce;
import io.github.geofix.models.internal.recombine.RecombineNetwork;
import io.github.geofix.models.internal.recombine.SoftMarginTriplet;
import io.github.geofix.models.internal.recombine.WeightedTuple;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.recombine.RecombineConfig.Photos;
import io.github.geofix.models.recombine.RecombineConfig.Triplet;
import io.github.geofix.models.recombine.RecombineConfig.Tuple;
import io.github.geofix.models.train.Examples.Batch;
import java.util.List;

/**
 * The training objective: the configured loss between the photos and the tiles of a batch.
 *
 * <p>A batch has two inputs, photos {@code [B, 3, H, W]} and their tiles, and two targets, what
 * {@link FalseNegativeMask} needs and the index of each photo's heading, {@code [B, 1]}.
 */
record RecombineObjective(RecombineConfig config, RecombineNetwork network) {

  /**
   * Returns the loss, a scalar. A photo of several headings is compared at its true one: compared
   * with other tiles at the heading where those fit best, it learned far more slowly.
   *
   * @param photos those of {@link #photoVectors}
   * @param tiles those of {@link #tileVectors}
   * @param targets the batch's
   * @throws IllegalArgumentException if the batch holds one photo, which has no negative
   */
  NDArray loss(NDArray photos, NDArray tiles, List<NDArray> targets) {
    if (photos.getShape().get(0) < 2) {
      throw new IllegalArgumentException(
          "a batch of one photo has no negatives: raise batches.size, or give 2 photos or more");
    }
    NDArray falseNegatives = FalseNegativeMask.of(targets.get(0), config.tiles().samePlaceMeters());
    if (config.loss() instanceof Tuple tuple) {
      return new WeightedTuple(tuple.alpha(), tuple.distance()).loss(photos, tiles, falseNegatives);
    }
    if (config.loss() instanceof Triplet triplet) {
      return new SoftMarginTriplet(triplet.alpha(), triplet.distance())
          .loss(photos, tiles, falseNegatives);
    }
    RecombineConfig.InfoNce infoNce = (RecombineConfig.InfoNce) config.loss();
    return InfoNce.symmetric()
        .withLabelSmoothing(infoNce.labelSmoothing())
        .loss(photos, tiles, network.logScale(photos.getManager()), falseNegatives);
  }

  /** Returns the unit vectors of photos at their true headings, {@code [B, R D]}. */
  NDArray photoVectors(Forward f, Batch batch) {
    NDArray images = batch.inputs().get(0);
    Photos photos = config.photos();
    if (photos.faceNorth()) {
      return network.embedPhotos(f, images);
    }
    long[] heading = batch.targets().get(1).toLongArray();
    return network.embedPhotos(f, images, heading, photos.headings(), photos.fieldOfView());
  }

  /** Returns the unit vectors of tiles, {@code [B, R D]}. */
  NDArray tileVectors(Forward f, Batch batch) {
    return network.embedTiles(f, batch.inputs().get(1));
  }
}
