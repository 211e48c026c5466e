package io.github.geofix.models.token;

import static io.github.geofix.models.Samples.CARD;
import static io.github.geofix.models.Samples.photos;
import static io.github.geofix.models.Samples.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.geofix.core.Candidate;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.cell.Cell;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.CellTokenizer;
import io.github.geofix.core.partition.Region;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel.AnswerOptions;
import io.github.geofix.models.calibration.Calibration;
import io.github.geofix.models.internal.nn.Scalar;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.token.Decoding.BeamSearch;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.train.Examples.Example;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TokenModelTest {
  @TempDir private Path folder;

  private static List<LatLng> places(int count) {
    Random random = new Random(8);
    List<LatLng> places = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      places.add(new LatLng(random.nextDouble() * 120 - 60, random.nextDouble() * 360 - 180));
    }
    return places;
  }

  @Test
  void refusesARadiusThatNoDensityHas() {
    AnswerOptions answer = AnswerOptions.defaults();
    assertThatThrownBy(() -> TokenConfig.tiny().withAnswer(answer.withMeanKm(20_000)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("meanKm");
  }

  @Test
  void findsNothingForNoPhotos() {
    try (TokenModel model = TokenModel.create(TokenConfig.tiny(), 1)) {
      assertThat(model.inference().decode(List.of(), BeamSearch.greedy(), false)).isEmpty();
      assertThat(model.localizer().locateImages(List.of())).isEmpty();
    }
    try (TokenModel model =
        TokenModel.create(TokenConfig.tiny().withInput(new TokenConfig.Vectors(2, 8, 0)), 1)) {
      assertThat(model.locate(List.of())).isEmpty();
    }
  }

  @Test
  void knowsTheFaceAlone() {
    try (TokenModel model =
        TokenModel.create(
            TokenConfigs.withCells(TokenConfig.tiny(), new CellTokenizer.Options(0, 2)), 1)) {
      assertThat(model.localizer().locate(photos(1).get(0)).candidates()).hasSize(6);
      assertThat(train(model, 3)).doesNotContain(Double.NaN);
    }
  }

  /** Plain gradient descent: enough to change every weight and to see the loss fall. */
  @SuppressWarnings("try") // The scope is there to be closed.
  private static double[] train(TokenModel model, int steps) {
    List<BufferedImage> photos = photos(8);
    List<LatLng> places = places(8);
    double[] losses = new double[steps];
    model.network().requireGradients(true);
    for (int i = 0; i < steps; i++) {
      try (NDManager step = TorchEngine.newManager()) {
        Batch batch = batch(model, step, photos, places);
        try (GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
          NDArray loss = model.loss(Forward.TRAINING, batch);
          collector.backward(loss);
          losses[i] = loss.getFloat();
        }
        model
            .network()
            .parameters()
            .values()
            .forEach(
                p -> {
                  if (p.isTrainable()) {
                    NDArray gradient = p.array().getGradient();
                    gradient.attach(step);
                    NDArray change = gradient.mul(Scalar.of(gradient, -0.05));
                    TorchEngine.noGrad(
                        () -> {
                          p.array().addi(change);
                          gradient.subi(gradient.duplicate());
                        });
                  }
                });
      }
    }
    model.network().requireGradients(false);
    return losses;
  }

  private static Batch batch(
      TokenModel model, NDManager step, List<BufferedImage> photos, List<LatLng> places) {
    int count = photos.size();
    int length = model.tokenizer().length();
    float[] pixels = new float[count * 3 * 32 * 32];
    long[] words = new long[count * length];
    for (int i = 0; i < count; i++) {
      Example example = model.example(photos.get(i), places.get(i), new SplittableRandom(1));
      System.arraycopy(example.inputs()[0], 0, pixels, i * 3 * 32 * 32, 3 * 32 * 32);
      System.arraycopy(example.targets()[0], 0, words, i * length, length);
    }
    return new Batch(
        List.of(step.create(pixels, new Shape(count, 3, 32, 32))),
        List.of(step.create(words, new Shape(count, length))));
  }

  @Test
  void learnsAndAnswersTheSameAfterSavingAndLoading() {
    List<BufferedImage> photos = photos(40);
    try (TokenModel model = TokenModel.create(TokenConfig.tiny(), 1)) {
      double[] losses = train(model, 6);
      assertThat(losses[5]).isLessThan(losses[0]);
      model.save(folder.resolve("model"), CARD);
      List<Location> before = model.localizer().locateImages(photos);
      try (Localizer loaded = Localizer.load(folder.resolve("model"))) {
        assertThat(loaded.locateImages(photos)).isEqualTo(before);
      }
    }
  }

  @Test
  void answersTheSameInAnyBatch() {
    List<BufferedImage> photos = photos(33);
    try (TokenModel model = TokenModel.create(TokenConfig.tiny(), 1)) {
      Localizer localizer = model.localizer();
      List<Location> together = localizer.locateImages(photos);
      Location alone = localizer.locate(photos.get(32));
      assertThat(alone.candidates().get(0).cell())
          .isEqualTo(together.get(32).candidates().get(0).cell());
      assertThat(GreatCircle.distanceKm(alone.latLng(), together.get(32).latLng())).isLessThan(1);
    }
  }

  @Test
  void regionsHoldTheirShareOfTheScore() {
    try (TokenModel model = TokenModel.create(TokenConfig.tiny(), 3)) {
      Location location = model.localizer().locate(photos(1).get(0));
      assertThat(location.candidates()).hasSize(10);
      assertThat(location.regions()).extracting("share").containsExactly(0.5, 0.9);
      Region half = location.regions().get(0).region();
      Region most = location.regions().get(1).region();
      assertThat(most.areaKm2()).isGreaterThan(half.areaKm2());
      Candidate best = location.candidates().get(0);
      assertThat(best.radiusKm()).isBetween(50.0, 200.0);
    }
  }

  @Test
  void calibrationKeepsTheOrderAndIsSaved() {
    List<BufferedImage> photos = photos(20);
    List<LatLng> places = places(20);
    PhotoSource source = source(photos, places);
    try (TokenModel model = TokenModel.create(TokenConfig.tiny(), 3)) {
      List<Cell> before = cells(model.localizer().locate(photos.get(0)));
      Calibration calibration = model.calibrate(source);
      assertThat(model.calibration()).isEqualTo(calibration);
      Location after = model.localizer().locate(photos.get(0));
      assertThat(cells(after)).isEqualTo(before);
      model.save(folder.resolve("model"), CARD);
      try (Localizer loaded = Localizer.load(folder.resolve("model"))) {
        assertThat(loaded.locate(photos.get(0))).isEqualTo(after);
      }
    }
  }

  private static List<Cell> cells(Location location) {
    return location.candidates().stream().map(Candidate::cell).toList();
  }

  @Test
  void thePublishedSizeHas54Point8MillionParameters() {
    assertThat(Family.named("token").network("paper", Map.of()).parameterCount() / 1e6)
        .isCloseTo(54.8, within(0.05));
  }

  @Test
  void refusesAnUnknownSize() {
    assertThatThrownBy(() -> Family.named("token").create("huge", Map.of(), List.of(), 1))
        .hasMessageContaining("huge")
        .hasMessageContaining("tiny, small, paper");
  }
}
