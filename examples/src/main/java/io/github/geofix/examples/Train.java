package io.github.geofix.examples;

import io.github.geofix.core.Manifest;
import io.github.geofix.models.embed.EmbedConfig;
import io.github.geofix.models.embed.EmbedModel;
import io.github.geofix.models.image.Photos;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.TrainReport;
import io.github.geofix.train.Trainer;
import java.nio.file.Path;

/** Trains a model on a CSV file of photos. */
final class Train {
  private Train() {}

  public static void main(String[] args) {
    Manifest photos = Manifest.readCsv(Path.of("train/manifest.csv"));
    TrainOptions options = TrainOptions.defaults().withEpochs(2).withBatchSize(64).withSeed(1);
    try (EmbedModel model =
        EmbedModel.create(EmbedConfig.tiny(), photos.locations(), options.seed())) {
      TrainReport report =
          Trainer.of(model, options)
              .onProgress(p -> System.out.printf("step %d  loss %.3f%n", p.step(), p.loss()))
              .fit(Photos.source(photos));
      model.save(Path.of("models/embed-tiny"), report.card("train/manifest.csv", options));
    }
  }
}
