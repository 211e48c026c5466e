package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.partition.CellTokenizer;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Module;
import java.util.List;

/** The part of the network that turns a photo into the encoder's tokens. */
abstract sealed class MemoryInput extends Module permits PhotoInput, VectorInput {

  static MemoryInput of(TokenConfig config) {
    int dimension = config.transformer().dimension();
    if (config.input() instanceof TokenConfig.Vectors vectors) {
      return new VectorInput(vectors, CellTokenizer.of(config.cells()), dimension);
    }
    TokenConfig.Photo photo = (TokenConfig.Photo) config.input();
    return new PhotoInput(photo.encoder().create(photo.image()), dimension);
  }

  /** Returns the shapes of one photo's inputs, without the batch axis. */
  abstract List<Shape> shapes();

  /** Returns the number of tokens M that a photo becomes. */
  abstract int length();

  /**
   * Returns photos as tokens.
   *
   * @param inputs {@code [B, ...]} of {@link #shapes}
   * @return {@code [B, M, D]}, without positions
   */
  abstract NDArray tokens(Forward f, List<NDArray> inputs);

  /**
   * Returns this input of pixels.
   *
   * @throws IllegalStateException if it reads vectors
   */
  PhotoInput ofPixels() {
    throw new IllegalStateException(
        "this model reads vectors, not pixels: give it an encoder of photos, or VectorExamples to"
            + " train and calibrate on and PhotoVectors to locate with");
  }

  /**
   * Returns this input of vectors.
   *
   * @throws IllegalStateException if it reads pixels
   */
  VectorInput ofVectors() {
    throw new IllegalStateException(
        "this model reads pixels, not vectors: give it the photos themselves");
  }
}
