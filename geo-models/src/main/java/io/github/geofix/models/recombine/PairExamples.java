package io.github.geofix.models.recombine;

import io.github.geofix.models.Example;
import io.github.geofix.models.Examples;
import io.github.geofix.models.image.Photos;
import java.util.List;
import java.util.SplittableRandom;

/** Pairs of files, decoded anew each time they are asked for. Thread-safe. */
final class PairExamples implements Examples {
  private final RecombineModel model;
  private final List<ImagePair> pairs;
  private final int[] tiles;

  PairExamples(RecombineModel model, List<ImagePair> pairs) {
    this.model = model;
    this.pairs = List.copyOf(pairs);
    this.tiles = ImagePair.tileNumbers(pairs);
  }

  @Override
  public int size() {
    return pairs.size();
  }

  /**
   * {@inheritDoc}
   *
   * @throws java.io.UncheckedIOException if a file is missing, truncated or not an image
   */
  @Override
  public Example example(int epoch, int index, SplittableRandom random) {
    ImagePair pair = pairs.get(index);
    return model.example(Photos.read(pair.photo()), Photos.read(pair.tile()), tiles[index], random);
  }
}
