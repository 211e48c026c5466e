package io.github.geofix.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.core.partition.CellTokenizer;
import io.github.geofix.models.token.TokenConfig;
import io.github.geofix.models.token.TokenModel;
import io.github.geofix.models.token.VectorExamples;
import io.github.geofix.models.train.Examples;
import io.github.geofix.models.train.Examples.Example;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

/** Training of token models from vectors. */
class VectorEpochTest {
  private static final int PHOTOS = 40;
  private static final int EPOCHS = 3;

  @Test
  void anEpochReadsTheRowOfEachPhotoOnce() {
    Random random = new Random(1);
    float[][] rows = new float[PHOTOS][8];
    List<LatLng> places = new ArrayList<>();
    for (float[] row : rows) {
      for (int d = 0; d < row.length; d++) {
        row[d] = (float) random.nextGaussian();
      }
      places.add(new LatLng(random.nextDouble() * 100 - 50, random.nextDouble() * 300 - 150));
    }
    TokenConfig tiny = TokenConfig.tiny();
    TokenConfig config =
        new TokenConfig(
            new TokenConfig.Vectors(1, 8, 0),
            CellTokenizer.Options.defaults().withLevel(4),
            tiny.transformer(),
            tiny.loss(),
            tiny.decoding(),
            tiny.selection(),
            tiny.answer());
    AtomicIntegerArray reads = new AtomicIntegerArray(EPOCHS * PHOTOS);
    try (TokenModel model = TokenModel.create(config, 1);
        Embeddings vectors = Embeddings.of(rows)) {
      VectorExamples photos = VectorExamples.of(model, vectors, places);
      Examples counted =
          new Examples() {
            @Override
            public int size() {
              return photos.size();
            }

            @Override
            public Example example(int epoch, int index, SplittableRandom seeded) {
              reads.incrementAndGet(epoch * PHOTOS + index);
              return photos.example(epoch, index, seeded);
            }
          };
      Trainer.of(model, TrainOptions.defaults().withEpochs(EPOCHS).withBatchSize(8)).fit(counted);
    }
    for (int i = 0; i < reads.length(); i++) {
      assertThat(reads.get(i)).as("photo %d of epoch %d", i % PHOTOS, i / PHOTOS).isEqualTo(1);
    }
  }
}
