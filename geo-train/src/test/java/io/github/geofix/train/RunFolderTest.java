package io.github.geofix.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.train.TrainReport.Ending;
import io.github.geofix.train.internal.data.BatchOrder;
import io.github.geofix.train.optim.AdamW;
import io.github.geofix.train.optim.Sam;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Training into a folder: what is kept, and that a run goes on as if it had never stopped. */
class RunFolderTest {
  private static final ColorModel.Photos PHOTOS = new ColorModel.Photos(100);
  private static final ColorModel.Photos VALIDATION = new ColorModel.Photos(48);
  private static final TrainOptions OPTIONS =
      TrainOptions.defaults()
          .withEpochs(4)
          .withBatchSize(16)
          .withLearningRate(0.01)
          .withSeed(3)
          .withCheckpointSeconds(0);

  private final Path folder;

  RunFolderTest(@TempDir Path folder) {
    this.folder = folder;
  }

  static Stream<TrainOptions> waysToTrain() {
    return Stream.of(
        OPTIONS,
        OPTIONS.withEmaDecay(0.9).withPatience(2),
        OPTIONS.withBatches(b -> b.withGradientAccumulationSteps(2)).withSam(Sam.Options.asam(0.5)),
        OPTIONS.withOptimizer(
            o -> o.withGroups(AdamW.Group.matching("head.*").withLearningRateFactor(0.3))));
  }

  @ParameterizedTest
  @MethodSource("waysToTrain")
  void goesOnToTheSameBitsAfterEveryStop(TrainOptions options) {
    Map<String, float[]> calm = new LinkedHashMap<>();
    TrainReport calmReport = train(options, folder.resolve("calm"), Integer.MAX_VALUE, calm);
    assertThat(calmReport.ending()).isNotEqualTo(Ending.STOPPED);

    Map<String, float[]> stopped = new LinkedHashMap<>();
    TrainReport report;
    int stops = 0;
    do {
      // Another network each time, as another process would have.
      report = train(options, folder.resolve("stopped"), 4, stopped);
      stops++;
    } while (report.ending() == Ending.STOPPED);

    assertThat(stops).isGreaterThan(2);
    assertThat(report.epochs()).isEqualTo(calmReport.epochs());
    assertThat(report.bestEpoch()).isEqualTo(calmReport.bestEpoch());
    assertThat(report.finalLoss()).isEqualTo(calmReport.finalLoss());
    calm.forEach((name, values) -> assertThat(stopped.get(name)).as(name).isEqualTo(values));
  }

  private static TrainReport train(
      TrainOptions options, Path run, int stepsUntilStop, Map<String, float[]> weights) {
    try (NDManager manager = TorchEngine.newManager()) {
      ColorModel model = new ColorModel(manager, 1);
      Trainer trainer = Trainer.of(model, options).validateOn(VALIDATION);
      return fit(trainer, model, run, stepsUntilStop, weights);
    }
  }

  private static TrainReport fit(
      Trainer trainer,
      ColorModel model,
      Path run,
      int stepsUntilStop,
      Map<String, float[]> weights) {
    int[] left = {stepsUntilStop};
    trainer
        .onNotice(notice -> {})
        .onProgress(
            progress -> {
              if (--left[0] == 0) {
                trainer.stop();
              }
            });
    TrainReport report = trainer.fit(PHOTOS, run);
    model.network().parameters().forEach((n, p) -> weights.put(n, p.array().toFloatArray()));
    return report;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void goesOnWithTheOrdersThatTheWeightsOfThePeriodsStartGave(int period) {
    Map<String, float[]> calm = new LinkedHashMap<>();
    trainMined(folder.resolve("calm"), Integer.MAX_VALUE, calm, period);
    Map<String, float[]> stopped = new LinkedHashMap<>();
    while (trainMined(folder.resolve("stopped"), 4, stopped, period).ending() == Ending.STOPPED) {
      assertThat(stopped).isNotEmpty();
    }
    calm.forEach((name, values) -> assertThat(stopped.get(name)).as(name).isEqualTo(values));
  }

  private static TrainReport trainMined(
      Path run, int steps, Map<String, float[]> weights, int period) {
    try (NDManager manager = TorchEngine.newManager()) {
      ColorModel model = new ColorModel(manager, 1);
      Trainer trainer = Trainer.of(model, OPTIONS).inOrder(new ByWeights(model, period));
      return fit(trainer, model, run, steps, weights);
    }
  }

  /** An order that no other weights would give. */
  private record ByWeights(ColorModel model, int period) implements BatchOrder {
    @Override
    public int[] epoch(int epoch, int size, int batchSize) {
      long[] hash = {0};
      model
          .network()
          .parameters()
          .forEach((n, p) -> hash[0] = 31 * hash[0] + Arrays.hashCode(p.array().toFloatArray()));
      return BatchOrder.shuffled(hash[0]).epoch(epoch, size, batchSize);
    }

    @Override
    public int weightsPeriod() {
      return period;
    }
  }

  @Test
  void leavesMetricsAndTheBestWeights() throws IOException {
    Map<String, float[]> weights = new LinkedHashMap<>();
    TrainReport report = train(OPTIONS, folder, Integer.MAX_VALUE, weights);
    assertThat(report.bestEpoch()).isBetween(0, 3);
    List<String> rows = Files.readAllLines(folder.resolve("metrics.csv"));
    assertThat(rows).hasSize(1 + 24);
    assertThat(rows.get(0))
        .isEqualTo(
            "step,epoch,loss,validation_loss,learning_rate,gradient_norm,examples_per_second");
    assertThat(rows.get(24)).startsWith("24,3,");
    Map<String, float[]> best = new LinkedHashMap<>();
    try (NDManager manager = TorchEngine.newManager()) {
      Map<String, ai.djl.ndarray.NDArray> arrays = new LinkedHashMap<>();
      Checkpoint.readArrays(folder.resolve("best.safetensors"), manager, arrays);
      arrays.forEach((name, values) -> best.put(name, values.toFloatArray()));
    }
    weights.forEach((name, values) -> assertThat(best.get(name)).as(name).isEqualTo(values));
  }

  @Test
  void endsWhenTheValidationLossDoesNotFall() {
    try (NDManager manager = TorchEngine.newManager()) {
      // At this rate the loss soon jumps about.
      TrainOptions wild = OPTIONS.withEpochs(60).withLearningRate(0.3).withPatience(2);
      TrainReport report =
          Trainer.of(new ColorModel(manager, 1), wild).validateOn(VALIDATION).fit(PHOTOS);
      assertThat(report.ending()).isEqualTo(Ending.NO_GAIN);
      assertThat(report.epochs()).hasSize(report.bestEpoch() + 3);
    }
  }

  @Test
  void saysHowToGoOnWhenStopped() {
    try (NDManager manager = TorchEngine.newManager()) {
      List<String> notices = new ArrayList<>();
      Trainer trainer = Trainer.of(new ColorModel(manager, 1), OPTIONS).onNotice(notices::add);
      trainer.onProgress(
          progress -> {
            if (progress.step() == 5) {
              trainer.stop();
            }
          });
      assertThat(trainer.fit(PHOTOS, folder).steps()).isEqualTo(5);
      assertThat(notices)
          .singleElement()
          .asString()
          .contains("stopped after step 5 of 24", folder.toString());
    }
  }

  @Test
  void keepsTheStepsOfAnInterruptedThread() {
    try (NDManager manager = TorchEngine.newManager()) {
      Trainer trainer = Trainer.of(new ColorModel(manager, 1), OPTIONS).onNotice(notice -> {});
      trainer.onProgress(
          progress -> {
            if (progress.step() == 5) {
              Thread.currentThread().interrupt();
            }
          });
      TrainReport report = trainer.fit(PHOTOS, folder);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(report.ending()).isEqualTo(Ending.STOPPED);
      assertThat(report.steps()).isEqualTo(5);
    }
  }

  @Test
  void refusesToGoOnWithOtherOptions() {
    train(OPTIONS, folder, 3, new LinkedHashMap<>());
    assertThatThrownBy(() -> train(OPTIONS.withBatchSize(8), folder, 3, new LinkedHashMap<>()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("batches.size was 16, is 8")
        .hasMessageContaining(folder.toString());
    assertThat(
            train(OPTIONS.withBatches(b -> b.withWorkers(1)), folder, 99, new LinkedHashMap<>())
                .steps())
        .isEqualTo(24);
    assertThat(train(OPTIONS.withEpochs(5), folder, 99, new LinkedHashMap<>()).steps())
        .isEqualTo(30);
  }

  @Test
  void refusesTheCheckpointOfAnotherNetwork() {
    train(OPTIONS, folder, 3, new LinkedHashMap<>());
    try (NDManager manager = TorchEngine.newManager()) {
      ColorModel wider = new ColorModel(manager, 1, 9);
      float[] before = wider.network().parameter("head.bias").array().toFloatArray();
      Trainer trainer = Trainer.of(wider, OPTIONS);
      assertThatThrownBy(() -> trainer.fit(PHOTOS, folder))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("of another network")
          .hasMessageContaining("stem.weight")
          .hasMessageContaining("(8, 3, 3, 3)")
          .hasMessageContaining("(9, 3, 3, 3)");
      assertThat(wider.network().parameter("head.bias").array().toFloatArray()).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 9, 14})
  void takesUpAnEpochThatTheLastStepCutShort(int steps) {
    train(OPTIONS.withSteps(steps), folder, 99, new LinkedHashMap<>());
    TrainReport report = train(OPTIONS.withSteps(24), folder, 99, new LinkedHashMap<>());
    assertThat(report.steps()).isEqualTo(24);
    assertThat(report.epochs()).extracting(TrainReport.Epoch::epoch).containsExactly(0, 1, 2, 3);
    assertThat(report.epochs())
        .extracting(TrainReport.Epoch::steps)
        .containsExactly(6L, 12L, 18L, 24L);
    double least =
        report.epochs().stream().mapToDouble(TrainReport.Epoch::validationLoss).min().orElse(0);
    assertThat(report.epochs().get(report.bestEpoch()).validationLoss()).isEqualTo(least);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 100, 2000})
  void refusesADamagedCheckpoint(int length) throws IOException {
    train(OPTIONS, folder, 3, new LinkedHashMap<>());
    try (RandomAccessFile file =
        new RandomAccessFile(folder.resolve("last.safetensors").toFile(), "rw")) {
      file.setLength(length);
    }
    assertThatThrownBy(() -> train(OPTIONS, folder, 3, new LinkedHashMap<>()))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("last.safetensors");
  }

  @Test
  void refusesACheckpointWithoutItsOptions() {
    Safetensors.writer()
        .metadata("state", "{\"format\":2,\"steps\":3}")
        .write(folder.resolve("last.safetensors"));
    assertThatThrownBy(() -> train(OPTIONS, folder, 3, new LinkedHashMap<>()))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("options is missing");
  }

  @Test
  void tellsWhichCheckpointIsLeftWhenWritingFails() throws IOException {
    // A folder in the way of best.safetensors stands for a disk that takes no more.
    Files.createDirectories(folder.resolve("best.safetensors/in the way"));
    assertThatThrownBy(() -> train(OPTIONS, folder, 99, new LinkedHashMap<>()))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("best.safetensors")
        .hasMessageContaining("still holds the checkpoint of step 5");
  }

  @Test
  void writesTheBestWeightsBeforeTheCheckpointThatCountsOnThem() throws IOException {
    Path inTheWay = Files.createDirectories(folder.resolve("best.safetensors/in the way"));
    TrainOptions oneEpoch = OPTIONS.withEpochs(1);
    assertThatThrownBy(() -> train(oneEpoch, folder, 99, new LinkedHashMap<>()))
        .isInstanceOf(UncheckedIOException.class);
    Files.delete(inTheWay);
    Files.delete(folder.resolve("best.safetensors"));
    train(oneEpoch, folder, 99, new LinkedHashMap<>());
    assertThat(folder.resolve("best.safetensors")).isRegularFile();
  }

  @Test
  void letsOnlyOneRunUseAFolder() {
    try (RunFolder open = RunFolder.open(folder)) {
      assertThat(open.last().getParent()).isEqualTo(folder);
      assertThatThrownBy(() -> RunFolder.open(folder))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("another run");
    }
    RunFolder.open(folder).close();
  }

  @Test
  void removesWhatAKilledRunLeftHalfWritten() throws IOException {
    Path leftover =
        Files.createFile(
            folder.resolve(".last.safetensors.00000000-0000-4000-8000-000000000000.tmp"));
    // A model folder that was being saved here is none of the run's.
    Path model = Files.createDirectories(folder.resolve(".model.123.tmp/weights.safetensors"));
    RunFolder.open(folder).close();
    assertThat(leftover).doesNotExist();
    assertThat(model).exists();
  }
}
