package io.github.geofix.models.recombine;

import io.github.geofix.core.Photo;
import io.github.geofix.core.TileEncoder.ImagePair;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.train.Examples;
import io.github.geofix.models.train.Examples.Example;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/** Training examples from pairs of image files, decoded on each call. Thread-safe. */
final class PairExamples implements Examples {
  private final RecombineModel model;
  private final List<ImagePair> pairs;
  private final UnaryOperator<BufferedImage> prepare;
  private final long[][] tiles;
  private final Photo.Limits limits;

  PairExamples(RecombineModel model, List<ImagePair> pairs, UnaryOperator<BufferedImage> prepare) {
    this.model = model;
    this.pairs = List.copyOf(pairs);
    this.prepare = prepare;
    this.tiles = tiles(pairs);
    this.limits = model.photoLimits();
  }

  /** Returns the numbers of the tiles that show each photo, its own first; all rows as long. */
  private static long[][] tiles(List<ImagePair> pairs) {
    int[] own = ImagePair.tileNumbers(pairs);
    Map<Path, Integer> numbers = new HashMap<>();
    int most = 0;
    for (int i = 0; i < own.length; i++) {
      numbers.put(pairs.get(i).tile(), own[i]);
      most = Math.max(most, pairs.get(i).semiPositives().size());
    }
    long[][] tiles = new long[own.length][1 + most];
    for (int i = 0; i < own.length; i++) {
      Arrays.fill(tiles[i], own[i]);
      int at = 1;
      for (Path tile : pairs.get(i).semiPositives()) {
        // One that is no photo's own is in no batch.
        tiles[i][at++] = numbers.getOrDefault(tile, own[i]);
      }
    }
    return tiles;
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
    return model.example(
        prepare.apply(Photos.read(pair.photo(), limits)),
        Photos.read(pair.tile(), limits),
        tiles[index],
        random);
  }
}
