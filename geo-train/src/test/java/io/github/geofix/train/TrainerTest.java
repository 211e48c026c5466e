package io.github.geofix.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.io.ModelCard;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.train.Examples;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.train.Examples.Example;
import io.github.geofix.models.train.Trainable;
import io.github.geofix.train.Trainer.Progress;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrainerTest {
  private static final TrainOptions OPTIONS =
      TrainOptions.defaults().withEpochs(4).withBatchSize(16).withLearningRate(0.01).withSeed(3);

  @Test
  void learnsTheQuarterOfTheEarthFromColors() {
    try (NDManager manager = TorchEngine.newManager()) {
      ColorModel model = new ColorModel(manager, 1);
      TrainReport report =
          Trainer.of(model, OPTIONS.withEpochs(12)).fit(new ColorModel.Photos(200));
      assertThat(report.steps()).isEqualTo(12 * (200 / 16));
      assertThat(report.epochs()).hasSize(12);
      assertThat(report.epochs().get(0).loss()).isGreaterThan(0.5);
      assertThat(report.finalLoss()).isLessThan(0.3);
    }
  }

  @Test
  void givesTheSameWeightsWhateverTheNumberOfWorkers() {
    Map<String, float[]> one = trained(OPTIONS.withBatches(b -> b.withWorkers(1)));
    Map<String, float[]> four = trained(OPTIONS.withBatches(b -> b.withWorkers(4)));
    assertThat(four).hasSameSizeAs(one);
    one.forEach((name, values) -> assertThat(four.get(name)).as(name).isEqualTo(values));
    assertThat(trained(OPTIONS.withSeed(4)).get("head.bias")).isNotEqualTo(one.get("head.bias"));
  }

  @Test
  void reportsEveryStep() {
    List<Progress> seen = new ArrayList<>();
    try (NDManager manager = TorchEngine.newManager()) {
      Trainer.of(new ColorModel(manager, 1), OPTIONS.withSteps(15))
          .onProgress(seen::add)
          .fit(new ColorModel.Photos(160));
    }
    assertThat(seen).extracting(Progress::step).containsExactlyElementsOf(range(1, 15));
    assertThat(seen.get(14).epoch()).isEqualTo(1);
    assertThat(seen).allSatisfy(p -> assertThat(p.steps()).isEqualTo(15));
  }

  @Test
  void passesOnWhatThePhotoSourceThrows() {
    PhotoSource broken =
        new PhotoSource() {
          @Override
          public int size() {
            return 20;
          }

          @Override
          public LabeledPhoto photo(int epoch, int index) {
            throw new IllegalArgumentException("photo " + index + " is broken");
          }
        };
    try (NDManager manager = TorchEngine.newManager()) {
      Trainer trainer = Trainer.of(new ColorModel(manager, 1), OPTIONS);
      assertThatThrownBy(() -> trainer.fit(broken))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageMatching("photo \\d+ is broken");
    }
  }

  @Test
  void waitsForExamplesInTheMaking() {
    AtomicInteger inTheMaking = new AtomicInteger();
    Examples slow =
        new Examples() {
          @Override
          public int size() {
            return 64;
          }

          @Override
          public Example example(int epoch, int index, SplittableRandom random) {
            inTheMaking.incrementAndGet();
            try {
              LockSupport.parkNanos(50_000_000);
              return new Example(new float[][] {new float[192]}, new long[][] {{index % 4}});
            } finally {
              inTheMaking.decrementAndGet();
            }
          }
        };
    try (NDManager manager = TorchEngine.newManager()) {
      Trainer.of(new ColorModel(manager, 1), OPTIONS.withSteps(1)).fit(slow);
      // The caller may close the model now, which examples are made with.
      assertThat(inTheMaking).hasValue(0);
    }
  }

  @Test
  void refusesNoPhotosToValidateOnBeforeItTrains() {
    try (NDManager manager = TorchEngine.newManager()) {
      Trainer trainer = Trainer.of(new ColorModel(manager, 1), OPTIONS);
      assertThatThrownBy(() -> trainer.validateOn(new ColorModel.Photos(0)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("validate");
    }
  }

  @Test
  void choosesTheEpochThatLocatesMostPhotosAndTheLowerLossAmongEqualOnes() {
    Iterator<Double> shares = List.of(0.2, 0.6, 0.6, 0.4).iterator();
    try (NDManager manager = TorchEngine.newManager()) {
      ColorModel model = new ColorModel(manager, 1);
      TrainReport report =
          Trainer.of(model, OPTIONS.withBestWithinMeters(40))
              .validateOn(
                  Examples.of(model, new ColorModel.Photos(32)),
                  meters -> {
                    assertThat(meters).isEqualTo(40);
                    return shares.next();
                  })
              .fit(new ColorModel.Photos(64));
      assertThat(report.epochs())
          .extracting(TrainReport.Epoch::validationShare)
          .containsExactly(0.2, 0.6, 0.6, 0.4);
      List<Double> losses =
          report.epochs().stream().map(TrainReport.Epoch::validationLoss).toList();
      assertThat(losses).isSortedAccordingTo(Comparator.reverseOrder());
      assertThat(report.bestEpoch()).isEqualTo(2);
    }
  }

  @Test
  void measuresTheShareThatTheModelLocatesWithTheWeightsItReturns() {
    PhotoSource photos = new ColorModel.Photos(48);
    List<LatLng> places =
        IntStream.range(0, photos.size()).mapToObj(i -> photos.photo(0, i).latLng()).toList();
    Map<String, String> settings =
        Map.of("encoder.image.height", "16", "encoder.image.width", "16");
    double meters = 4e6;
    try (GeoModel model = Family.named("embed").create("tiny", settings, places, 1)) {
      TrainOptions options = OPTIONS.withEpochs(3).withBestWithinMeters(meters).withEmaDecay(0.8);
      TrainReport report = Trainer.of(model, options).validateOn(photos).fit(photos);
      double best =
          report.epochs().stream()
              .mapToDouble(TrainReport.Epoch::validationShare)
              .max()
              .orElseThrow();
      assertThat(report.epochs().get(report.bestEpoch()).validationShare()).isEqualTo(best);
      int within = 0;
      try (Localizer localizer = model.localizer()) {
        for (int i = 0; i < photos.size(); i++) {
          LatLng found = localizer.locate(photos.photo(0, i).image()).latLng();
          within += GreatCircle.distanceKm(found, places.get(i)) <= meters / 1000 ? 1 : 0;
        }
      }
      assertThat(best).isEqualTo(within / 48.0).isBetween(0.01, 0.99);
    }
  }

  @Test
  void refusesToChooseByDistanceAmongExamplesThatNobodyLocates() {
    try (NDManager manager = TorchEngine.newManager()) {
      ColorModel model = new ColorModel(manager, 1);
      Trainer trainer =
          Trainer.of(model, OPTIONS.withBestWithinMeters(40)).validateOn(new ColorModel.Photos(16));
      assertThatThrownBy(() -> trainer.fit(new ColorModel.Photos(16)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("stopping.withinMeters");
    }
  }

  @Test
  void trainsOnOnePhotoInBatchesOfSixteen() {
    try (NDManager manager = TorchEngine.newManager()) {
      TrainReport report =
          Trainer.of(new ColorModel(manager, 1), OPTIONS)
              .validateOn(new ColorModel.Photos(1))
              .fit(new ColorModel.Photos(1));
      assertThat(report.steps()).isEqualTo(4);
      assertThat(report.photos()).isEqualTo(4);
    }
  }

  @Test
  void countsThePhotosOfAccumulatedBatches() {
    try (NDManager manager = TorchEngine.newManager()) {
      TrainOptions options =
          OPTIONS.withBatches(b -> b.withGradientAccumulationSteps(3)).withSteps(2);
      TrainReport report =
          Trainer.of(new ColorModel(manager, 1), options).fit(new ColorModel.Photos(100));
      assertThat(report.photos()).isEqualTo(2 * 3 * 16);
      ModelCard card = report.card("colors", options);
      assertThat(card.photos()).isEqualTo(2 * 3 * 16);
      assertThat(card.options())
          .containsEntry("batches.gradientAccumulationSteps", "3")
          .containsEntry("stopping.maxSteps", "2")
          .containsEntry("schedule.type", "cosine")
          .containsEntry("schedule.warmup", "50.0")
          .doesNotContainKey("options");
    }
  }

  @Test
  void hasNoLossBeforeTheFirstStep() {
    try (NDManager manager = TorchEngine.newManager()) {
      Trainer trainer = Trainer.of(new ColorModel(manager, 1), OPTIONS);
      Thread.currentThread().interrupt();
      TrainReport report = trainer.fit(new ColorModel.Photos(100));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(report.steps()).isZero();
      assertThat(report.finalLoss()).isNaN();
    }
  }

  @Test
  void stopsAtALossThatIsNotFinite() {
    try (NDManager manager = TorchEngine.newManager()) {
      ColorModel model = new ColorModel(manager, 1);
      Trainable nanAtThirdStep = new NanLoss(model, 3);
      Trainer trainer = Trainer.of(nanAtThirdStep, OPTIONS);
      assertThatThrownBy(() -> trainer.fit(new ColorModel.Photos(100)))
          .isInstanceOf(ArithmeticException.class)
          .hasMessageContaining("loss is NaN at step 3");
      assertThat(weights(model).get("head.bias")).doesNotContain(Float.NaN);
    }
  }

  private static Map<String, float[]> trained(TrainOptions options) {
    try (NDManager manager = TorchEngine.newManager()) {
      ColorModel model = new ColorModel(manager, 1);
      Trainer.of(model, options).fit(new ColorModel.Photos(100));
      return weights(model);
    }
  }

  private static Map<String, float[]> weights(ColorModel model) {
    Map<String, float[]> weights = new LinkedHashMap<>();
    model
        .network()
        .parameters()
        .forEach((name, parameter) -> weights.put(name, parameter.array().toFloatArray()));
    return weights;
  }

  private static List<Long> range(long first, long last) {
    return java.util.stream.LongStream.rangeClosed(first, last).boxed().toList();
  }

  /** The model until a given step, whose loss is not a number. */
  private static final class NanLoss implements Trainable {
    private final ColorModel model;
    private final int badStep;
    private int step;

    NanLoss(ColorModel model, int badStep) {
      this.model = model;
      this.badStep = badStep;
    }

    @Override
    public io.github.geofix.models.nn.Module network() {
      return model.network();
    }

    @Override
    public List<ai.djl.ndarray.types.Shape> inputShapes() {
      return model.inputShapes();
    }

    @Override
    public Example example(BufferedImage photo, LatLng latLng, SplittableRandom random) {
      return model.example(photo, latLng, random);
    }

    @Override
    public NDArray loss(Forward f, Batch batch) {
      NDArray loss = model.loss(f, batch);
      return ++step == badStep ? loss.add(Float.NaN) : loss;
    }
  }
}
