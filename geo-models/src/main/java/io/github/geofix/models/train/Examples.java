package io.github.geofix.models.train;

import ai.djl.ndarray.NDArray;
import io.github.geofix.core.PhotoSource;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Examples to learn from, for models that need more than a photo and its position: pairs of images,
 * precomputed vectors. Called from several threads at once.
 */
public interface Examples {

  /** Returns the number of examples in one epoch. */
  int size();

  /**
   * Returns an example; the same arguments, with a random generator in the same state, give the
   * same example.
   *
   * @param epoch 0, 1, ...
   * @param index 0 to {@link #size()} - 1
   * @param random the only source of randomness
   */
  Example example(int epoch, int index, SplittableRandom random);

  /** Returns what a model makes of photos. */
  static Examples of(Trainable model, PhotoSource photos) {
    return new Examples() {
      @Override
      public int size() {
        return photos.size();
      }

      @Override
      public Example example(int epoch, int index, SplittableRandom random) {
        return model.example(photos.photo(epoch, index), random);
      }
    };
  }

  /**
   * One training example as plain numbers, made on a worker thread.
   *
   * @param inputs one row-major array for each input shape of the model, such as {@code [3, H, W]}
   * @param targets one array for each kind of target, such as the cell labels of all levels
   */
  record Example(float[][] inputs, long[][] targets) {}

  /**
   * Stacked examples.
   *
   * @param inputs one {@code [B, ...]} array for each input of the model
   * @param targets one {@code [B, n]} int64 array for each kind of target
   */
  record Batch(List<NDArray> inputs, List<NDArray> targets) {
    /** Copies the lists. */
    public Batch {
      inputs = List.copyOf(inputs);
      targets = List.copyOf(targets);
    }
  }
}
