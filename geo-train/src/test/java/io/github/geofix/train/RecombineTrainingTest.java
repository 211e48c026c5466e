package io.github.geofix.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.TileEncoder;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.geodesy.StereographicFrame;
import io.github.geofix.core.tile.TileSource;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.image.PolarTransform;
import io.github.geofix.models.recombine.RecombineConfig;
import io.github.geofix.models.recombine.RecombineModel;
import io.github.geofix.models.train.Examples;
import io.github.geofix.models.train.Examples.Example;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The recombine family, trained. */
final class RecombineTrainingTest {
  private static final int SIDE = 16;
  private static final int WIDTH = 32;

  @TempDir private Path folder;

  /** Aerial images of four colored quarters, and what is seen from their middle. */
  private record Quarters(RecombineModel model) implements Examples {
    static BufferedImage aerial(long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
      Graphics2D graphics = image.createGraphics();
      for (int quarter = 0; quarter < 4; quarter++) {
        graphics.setColor(new Color(random.nextInt(1 << 24)));
        graphics.fillRect(SIDE / 2 * (quarter % 2), SIDE / 2 * (quarter / 2), SIDE / 2, SIDE / 2);
      }
      graphics.dispose();
      return image;
    }

    @Override
    public int size() {
      return 128;
    }

    @Override
    public Example example(int epoch, int index, SplittableRandom random) {
      BufferedImage aerial = aerial(128L * epoch + index);
      return model.example(PolarTransform.of(WIDTH, SIDE).apply(aerial), aerial, index, random);
    }
  }

  private static RecombineConfig config(ImageSpec photo) {
    RecombineConfig tiny = RecombineConfig.tiny();
    return tiny.withEncoder(tiny.encoder().withImages(photo, ImageSpec.symmetric(SIDE)));
  }

  @ParameterizedTest
  @ValueSource(ints = {360, 180})
  void findsTheHeadingOfUnseenPhotos(int fieldOfView) {
    int columns = WIDTH * fieldOfView / 360;
    RecombineConfig config =
        config(ImageSpec.symmetric(SIDE).withSize(SIDE, columns))
            .withPhotos(
                new RecombineConfig.Ground(8, fieldOfView, RecombineConfig.Augment.NONE, false));
    try (RecombineModel model = RecombineModel.create(config, List.of(), 1);
        TileEncoder encoder = model.tileEncoder()) {
      Trainer.of(
              model, TrainOptions.defaults().withSteps(80).withBatchSize(32).withLearningRate(3e-3))
          .fit(new Quarters(model));
      int right = 0;
      for (int i = 0; i < 32; i++) {
        BufferedImage aerial = Quarters.aerial(-1 - i);
        PolarTransform camera = new PolarTransform(columns, SIDE, 45 * (i % 8), fieldOfView);
        float[][] photo = encoder.encodeImages(List.of(camera.apply(aerial))).get(0);
        float[] tile = encoder.encodeTiles(List.of(aerial)).get(0);
        assertThat(photo).hasNumberOfRows(8);
        right += best(photo, tile) == i % 8 ? 1 : 0;
      }
      // By chance 4 of 32.
      assertThat(right).isGreaterThan(20);
    }
  }

  private static int best(float[][] photo, float[] tile) {
    double most = Double.NEGATIVE_INFINITY;
    int best = 0;
    for (int s = 0; s < photo.length; s++) {
      double cosine = 0;
      for (int d = 0; d < tile.length; d++) {
        cosine += (double) photo[s][d] * tile[d];
      }
      if (cosine > most) {
        most = cosine;
        best = s;
      }
    }
    return best;
  }

  @Test
  void aTrainedModelAnswersTheSameAfterLoading() throws IOException {
    SplittableRandom random = new SplittableRandom(3);
    BufferedImage earth = new BufferedImage(90, 45, BufferedImage.TYPE_INT_RGB);
    IntStream.range(0, 90 * 45).forEach(i -> earth.setRGB(i % 90, i / 90, random.nextInt(1 << 24)));
    Path map = folder.resolve("map.png");
    ImageIO.write(earth, "png", map.toFile());
    List<LatLng> places =
        IntStream.range(0, 64)
            .mapToObj(i -> new LatLng(random.nextDouble(-60, 60), random.nextDouble(-180, 180)))
            .toList();
    RecombineConfig config =
        config(ImageSpec.symmetric(SIDE))
            .withMap(map.toString(), new RecombineConfig.MapTiles(1_000_000, 50_000, 50_000, 3));
    try (RecombineModel model = RecombineModel.create(config, places, 1);
        TileSource source = TileSource.equirectangular(map)) {
      PhotoSource photos = new Views(source, places);
      TrainOptions options = TrainOptions.defaults().withSteps(12).withBatchSize(16);
      TrainReport report = Trainer.of(model, options).fit(photos);
      model.save(folder.resolve("model"), report.card("views", options));
      List<BufferedImage> images =
          IntStream.range(0, 20).mapToObj(i -> photos.photo(0, i).image()).toList();
      List<Location> before = model.localizer().locateImages(images);
      try (Localizer loaded = Localizer.load(folder.resolve("model"))) {
        assertThat(loaded.locateImages(images)).isEqualTo(before);
      }
    }
  }

  /** The places seen from above. */
  private record Views(TileSource source, List<LatLng> places) implements PhotoSource {
    @Override
    public int size() {
      return places.size();
    }

    @Override
    public LabeledPhoto photo(int epoch, int index) {
      LatLng place = places.get(index);
      return new LabeledPhoto(
          source.view(StereographicFrame.of(place, 1_000_000), SIDE, SIDE), place);
    }
  }
}
