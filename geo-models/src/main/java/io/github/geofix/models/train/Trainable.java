package io.github.geofix.models.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.TileEncoder;
import io.github.geofix.core.TileEncoder.ImagePair;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.train.Examples.Example;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/** A network with its training objective: what a trainer needs of a family. */
public interface Trainable {

  /** Returns the network whose parameters are learned. */
  Module network();

  /** Returns the shapes of one example's inputs, without the batch axis. */
  List<Shape> inputShapes();

  /**
   * Turns a photo into numbers. Called from several worker threads at once.
   *
   * @param random the only source of randomness, so that a run can be repeated
   */
  Example example(BufferedImage photo, LatLng latLng, SplittableRandom random);

  /** As the other form; overridden by models that look at what is beside the photo's file. */
  default Example example(PhotoSource.LabeledPhoto photo, SplittableRandom random) {
    return example(photo.image(), photo.latLng(), random);
  }

  /**
   * Returns the loss of a batch, a scalar. All arrays belong to the manager of the batch's inputs.
   */
  NDArray loss(Forward f, Batch batch);

  /**
   * A trainable whose loss compares vectors of a batch. Each vector is computed from one example
   * alone, so that a trainer can compute the vectors of a large batch in chunks and still contrast
   * all of them.
   */
  interface Contrastive extends Trainable {

    /**
     * Returns the vectors that the loss compares, such as one array of the photos' and one of the
     * tiles', each {@code [B, D]}.
     */
    List<NDArray> vectors(Forward f, Batch batch);

    /**
     * Returns the loss of vectors, a scalar.
     *
     * @param vectors as {@link #vectors} returns them, of the whole batch
     * @param targets those of the batch
     */
    NDArray loss(Forward f, List<NDArray> vectors, List<NDArray> targets);

    @Override
    default NDArray loss(Forward f, Batch batch) {
      return loss(f, vectors(f, batch), batch.targets());
    }
  }

  /** A model that matches photos with map tiles: both are vectors of one space. */
  interface CrossView extends Trainable {

    /**
     * Returns an encoder that shares this model's arrays: later training shows in it, and closing
     * it closes nothing.
     */
    TileEncoder tileEncoder();

    /**
     * Returns pairs of files to train on, as the lists of CVUSA and VIGOR name them.
     *
     * @param prepare what is done to an upright photo before the model gets it; called from several
     *     threads
     */
    Examples examples(List<ImagePair> pairs, UnaryOperator<BufferedImage> prepare);

    /** As {@link #examples(List, UnaryOperator)}, with photos as they are. */
    default Examples examples(List<ImagePair> pairs) {
      return examples(pairs, UnaryOperator.identity());
    }

    /**
     * Returns the vectors of a batch's photos as the loss compares them, {@code [B, D]}, length 1.
     */
    NDArray photoVectors(Forward f, Batch batch);

    /**
     * Returns the vectors of a batch's tiles as the loss compares them, {@code [B, D]}, length 1.
     */
    NDArray tileVectors(Forward f, Batch batch);
  }
}
