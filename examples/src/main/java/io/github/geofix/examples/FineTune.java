package io.github.geofix.examples;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.abstention.AnswerRule;
import io.github.geofix.core.abstention.AnswerRule.ErrorBound;
import io.github.geofix.core.abstention.CalibrationVectors;
import io.github.geofix.core.format.TensorFile;
import io.github.geofix.eval.Drift;
import io.github.geofix.eval.LearnThenTest;
import io.github.geofix.models.backbone.Pretrained;
import io.github.geofix.models.embed.EmbedConfig;
import io.github.geofix.models.embed.EmbedModel;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.image.Photos;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.TrainReport;
import io.github.geofix.train.Trainer;
import io.github.geofix.train.optim.AdamW;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Trains from published weights, in a folder that a killed run resumes in. */
final class FineTune {
  private FineTune() {}

  public static void main(String[] args) {
    Manifest photos = Manifest.readCsv(Path.of("train/manifest.csv"));
    Manifest held = Manifest.readCsv(Path.of("test/manifest.csv"));
    TrainOptions options =
        TrainOptions.defaults()
            .withEpochs(1)
            .withBatchSize(50)
            .withLearningRate(1e-3)
            .withOptimizer(
                o ->
                    o.withGroups(AdamW.Group.matching("backbone\\..*").withLearningRateFactor(0.1)))
            .withSeed(1);
    EmbedConfig config = EmbedConfig.tiny().withBackbone("convnext-atto", ImageSpec.imageNet(64));
    try (TensorFile weights = TensorFile.open(Path.of("convnext_atto.safetensors"));
        EmbedModel model = EmbedModel.create(config, photos.locations(), options.seed())) {
      Pretrained.load(model.network(), weights)
          .forEach((part, report) -> System.out.println(part + ": " + report.toText()));
      TrainReport report =
          Trainer.of(model, options)
              .validateOn(Photos.source(held))
              .onEpoch(System.out::println)
              .fit(Photos.source(photos), Path.of("runs/fine-tuned"));
      model.calibrate(Photos.source(held));
      model.save(Path.of("models/fine-tuned"), report.card("train/manifest.csv", options));
      model
          .calibrationVectors(Photos.source(held))
          .ifPresent(vectors -> vectors.save(Path.of("models/fine-tuned")));
    }
    try (Localizer localizer = Localizer.load(Path.of("models/fine-tuned"))) {
      answerWhereSafe(localizer, held);
      warnOfOtherPhotos(localizer, held.entries().stream().map(Manifest.Entry::image).toList());
    }
  }

  private static void warnOfOtherPhotos(Localizer localizer, List<Path> photos) {
    CalibrationVectors calibration =
        CalibrationVectors.load(Path.of("models/fine-tuned")).orElseThrow();
    Optional<Drift.OfVectors> drift = Drift.OfVectors.of(calibration, localizer, photos);
    drift
        .filter(Drift.OfVectors::isAlarm)
        .ifPresent(alarm -> System.out.println("photos of another kind, p " + alarm.pValue()));
  }

  private static void answerWhereSafe(Localizer localizer, Manifest held) {
    List<Path> images = held.entries().stream().map(Manifest.Entry::image).toList();
    List<Location> answers = localizer.locateAll(images);
    AnswerRule rule = LearnThenTest.fit(answers, held.locations(), new ErrorBound(2500, 0.5, 0.1));
    for (Location answer : answers) {
      System.out.println(rule.accepts(answer) ? answer.latLng() : rule.reason(answer));
    }
  }
}
