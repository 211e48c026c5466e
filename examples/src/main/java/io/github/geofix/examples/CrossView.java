package io.github.geofix.examples;

import io.github.geofix.core.ImagePair;
import io.github.geofix.eval.protocol.CrossViewProtocol;
import io.github.geofix.eval.protocol.CrossViewSet;
import io.github.geofix.models.image.Fit;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.recombine.RecombineConfig;
import io.github.geofix.models.recombine.RecombineModel;
import io.github.geofix.models.train.Examples;
import io.github.geofix.train.Provenance;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.TrainReport;
import io.github.geofix.train.Trainer;
import io.github.geofix.train.data.BatchOrder;
import io.github.geofix.train.data.ExampleEmbeddings;
import io.github.geofix.train.data.NeighborOrder;
import io.github.geofix.train.data.Neighbors;
import java.nio.file.Path;
import java.util.List;

/** Trains on pairs of ground photos and aerial images, with hard negatives. */
final class CrossView {
  private CrossView() {}

  public static void main(String[] args) {
    CrossViewProtocol protocol = CrossViewProtocol.CVUSA;
    CrossViewSet set = protocol.readTraining(Path.of("data/CVUSA")).complete();
    TrainOptions options = TrainOptions.defaults().withEpochs(2).withBatchSize(16).withSeed(1);
    ImageSpec tile = ImageSpec.half(32).withFit(Fit.STRETCH);
    RecombineConfig tiny = RecombineConfig.tiny();
    RecombineConfig config =
        tiny.withEncoder(tiny.encoder().withImages(tile.withSize(32, 128), tile))
            .withPhotos(RecombineConfig.Ground.defaults());
    try (RecombineModel model = RecombineModel.create(config, List.of(), options.seed())) {
      Examples pairs = model.examples(set.pairs(), protocol::prepare);
      Neighbors alike =
          Neighbors.bySimilarity(
              ExampleEmbeddings.of(model, pairs, options.seed()), pairs.size(), 40_000, 100, 1);
      BatchOrder order =
          NeighborOrder.of(alike, NeighborOrder.Options.defaults())
              .withOnePhotoPerReference(ImagePair.tileNumbers(set.pairs()));
      TrainReport report =
          Trainer.of(model, options).inOrder(order).onEpoch(System.out::println).fit(pairs);
      model.save(Path.of("models/cvusa"), Provenance.card("cvusa", options, report));
    }
  }
}
