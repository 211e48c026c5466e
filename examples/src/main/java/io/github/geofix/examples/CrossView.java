package io.github.geofix.examples;

import io.github.geofix.eval.protocol.CrossViewBenchmark.CrossViewSet;
import io.github.geofix.eval.protocol.CrossViewProtocol;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.image.ImageSpec.Fit;
import io.github.geofix.models.recombine.RecombineConfig;
import io.github.geofix.models.recombine.RecombineModel;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.TrainReport;
import io.github.geofix.train.Trainer;
import io.github.geofix.train.data.HardNegatives;
import io.github.geofix.train.data.TrainingData;
import java.nio.file.Path;
import java.util.List;

/** Trains on pairs of ground photos and aerial images, with hard negatives. */
final class CrossView {
  private CrossView() {}

  public static void main(String[] args) {
    CrossViewProtocol protocol = CrossViewProtocol.CVUSA;
    CrossViewSet set = protocol.readTraining(Path.of("data/CVUSA")).complete();
    TrainOptions options =
        TrainOptions.defaults()
            .withEpochs(2)
            .withBatchSize(16)
            .withSeed(1)
            .withHardNegatives(HardNegatives.frgeo());
    ImageSpec tile = ImageSpec.symmetric(32).withFit(Fit.STRETCH);
    RecombineConfig tiny = RecombineConfig.tiny();
    RecombineConfig config =
        tiny.withEncoder(tiny.encoder().withImages(tile.withSize(32, 128), tile))
            .withPhotos(RecombineConfig.Ground.defaults());
    try (RecombineModel model = RecombineModel.create(config, List.of(), options.seed())) {
      TrainingData pairs =
          TrainingData.ofPairs(set.pairs(), protocol::prepare).withLocations(set.queryPlaces());
      TrainReport report = Trainer.of(model, options).onEpoch(System.out::println).fit(pairs);
      model.save(Path.of("models/cvusa"), report.card("cvusa", options));
    }
  }
}
