package io.github.geofix.models;

import ai.djl.ndarray.NDArray;
import io.github.geofix.core.ImagePair;
import io.github.geofix.core.TileEncoder;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.train.Batch;
import io.github.geofix.models.train.Examples;
import io.github.geofix.models.train.Trainable;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.function.UnaryOperator;

/** A model that matches photos with map tiles: both are vectors of one space. */
public interface MatchingModel extends Trainable {

  /**
   * Returns an encoder that shares this model's arrays: it sees later training, and closing it
   * closes nothing.
   */
  TileEncoder tileEncoder();

  /**
   * Returns pairs of files to train on, as the lists of CVUSA and VIGOR name them.
   *
   * @param prepare what is done to an upright photo before the model sees it; called from several
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

  /** Returns the vectors of a batch's tiles as the loss compares them, {@code [B, D]}, length 1. */
  NDArray tileVectors(Forward f, Batch batch);
}
