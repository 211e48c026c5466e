package io.github.geofix.train.internal.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.TileEncoder;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.recombine.RecombineConfig;
import io.github.geofix.models.recombine.RecombineModel;
import io.github.geofix.models.train.Examples;
import io.github.geofix.models.train.Examples.Example;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.Trainer;
import io.github.geofix.train.data.HardNegatives;
import io.github.geofix.train.optim.Sam;
import io.github.geofix.train.optim.Schedule;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class PairEmbeddingsTest {
  private static final int SIDE = 16;
  private static final int PAIRS = 48;
  private static final RecombineConfig CONFIG =
      RecombineConfig.tiny()
          .withEncoder(
              RecombineConfig.tiny()
                  .encoder()
                  .withImages(ImageSpec.symmetric(SIDE), ImageSpec.symmetric(SIDE)));

  /** Pairs of a coarse pattern, each with noise of its own. */
  private record Patterns(RecombineModel model) implements Examples {
    @Override
    public int size() {
      return PAIRS;
    }

    @Override
    public Example example(int epoch, int index, SplittableRandom random) {
      return model.example(image(index, random), image(index, random), index, random);
    }

    static BufferedImage image(int index, SplittableRandom random) {
      SplittableRandom pattern = new SplittableRandom(index);
      int[] colors = pattern.ints(16, 0, 1 << 24).toArray();
      BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
      for (int i = 0; i < SIDE * SIDE; i++) {
        int color = colors[4 * (i / SIDE / 4) + i % SIDE / 4];
        image.setRGB(i % SIDE, i / SIDE, color ^ (random.nextInt() & 0x1f1f1f));
      }
      return image;
    }
  }

  @Test
  void embeddingsAreThoseOfTheEncoder() {
    try (RecombineModel model = RecombineModel.create(CONFIG, List.of(), 1);
        TileEncoder encoder = model.tileEncoder()) {
      PairEmbeddings embeddings = new PairEmbeddings(model, new Patterns(model), 5);
      int[] indexes = IntStream.range(0, 150).map(i -> (7 * i) % PAIRS).toArray();
      float[] photos = embeddings.photos(3, indexes);
      float[] tiles = embeddings.tiles(3, indexes);
      assertThat(photos).hasSameSizeAs(tiles);
      for (int row : new int[] {0, 1, 127, 128, 149}) {
        SplittableRandom random = new SplittableRandom(Seeds.derive(5, 3, indexes[row]));
        BufferedImage photo = Patterns.image(indexes[row], random);
        BufferedImage tile = Patterns.image(indexes[row], random);
        assertRow(photos, row, encoder.encodeImages(List.of(photo)).get(0)[0]);
        assertRow(tiles, row, encoder.encodeTiles(List.of(tile)).get(0));
      }
    }
  }

  private static void assertRow(float[] rows, int row, float[] expected) {
    int width = expected.length;
    assertThat(Arrays.copyOfRange(rows, row * width, (row + 1) * width))
        .containsExactly(expected, within(1e-4f));
  }

  @Test
  void learnsWithMinedNegativesAndSharpnessAwareness() {
    List<Double> losses = new ArrayList<>();
    try (RecombineModel model = RecombineModel.create(CONFIG, List.of(), 1)) {
      Patterns pairs = new Patterns(model);
      TrainOptions options =
          TrainOptions.defaults()
              .withEpochs(5)
              .withBatchSize(16)
              .withSchedule(Schedule.constant())
              .withSam(Sam.Options.asam(0.5))
              .withHardNegatives(new HardNegatives.Frgeo(40, 10, 1))
              .withSeed(2);
      Trainer.of(model, options).onProgress(progress -> losses.add(progress.loss())).fit(pairs);
      assertThat(losses).hasSize(15);
      assertThat(losses.get(14)).isLessThan(0.5 * losses.get(0));
      assertThat(recall(model)).isGreaterThan(40);
    }
  }

  /** Returns how many photos are nearest to their own tile. */
  private static long recall(RecombineModel model) {
    try (TileEncoder encoder = model.tileEncoder()) {
      List<BufferedImage> images =
          IntStream.range(0, 2 * PAIRS)
              .mapToObj(i -> Patterns.image(i % PAIRS, new SplittableRandom(1_000 + i)))
              .toList();
      List<float[][]> photos = encoder.encodeImages(images.subList(0, PAIRS));
      List<float[]> tiles = encoder.encodeTiles(images.subList(PAIRS, 2 * PAIRS));
      return IntStream.range(0, PAIRS).filter(i -> nearest(photos.get(i)[0], tiles) == i).count();
    }
  }

  private static int nearest(float[] photo, List<float[]> tiles) {
    int best = 0;
    double most = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < tiles.size(); i++) {
      double cosine = 0;
      for (int d = 0; d < photo.length; d++) {
        cosine += (double) photo[d] * tiles.get(i)[d];
      }
      if (cosine > most) {
        most = cosine;
        best = i;
      }
    }
    return best;
  }
}
