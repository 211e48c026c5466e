package io.github.geofix.examples;

import io.github.geofix.core.Manifest;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.core.index.NeighborLists;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.backbone.PhotoEncoder;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.token.ReferenceDatabase;
import io.github.geofix.models.token.TokenConfig;
import io.github.geofix.models.token.TokenModel;
import io.github.geofix.models.token.VectorExamples;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.TrainReport;
import io.github.geofix.train.Trainer;
import java.nio.file.Path;

/** Trains a token model on vectors that another model makes of photos. */
final class Vectors {
  private Vectors() {}

  public static void main(String[] args) {
    Manifest photos = Manifest.readCsv(Path.of("train/manifest.csv"));
    ModelFolder folder = ModelFolder.open(Path.of("out/model"));
    try (GeoModel model = Family.of(folder).load(folder);
        PhotoEncoder encoder = model.photoEncoder().orElseThrow();
        Embeddings.Writer writer = Embeddings.Writer.create(Path.of("vectors.npy"))) {
      for (Manifest.Entry photo : photos.entries()) {
        writer.write(encoder.encode(Photos.read(photo.image()))[0]);
      }
      writer.commit();
    }

    try (Embeddings rows = Embeddings.open(Path.of("vectors.npy"))) {
      NeighborLists.Options five = NeighborLists.Options.defaults().withCount(5);
      NeighborLists.write(Path.of("neighbors.npy"), rows, rows, five);
      ReferenceDatabase.write(
          Path.of("reference.index"), 1, rows, photos.locations(), written -> {});
      TokenConfig config =
          TokenConfig.tiny().withInput(new TokenConfig.Vectors(1, rows.dimension(), 5));
      TrainOptions options = TrainOptions.defaults().withEpochs(1);
      try (NeighborLists lists = NeighborLists.open(Path.of("neighbors.npy"));
          TokenModel token = TokenModel.create(config, options.seed())) {
        VectorExamples examples =
            VectorExamples.of(token, rows, photos.locations()).withNeighbors(lists);
        TrainReport report = Trainer.of(token, options).onEpoch(System.out::println).fit(examples);
        token.setReference(ReferenceDatabase.open(Path.of("reference.index")));
        token.setEncoder(folder); // its folder now locates photos
        token.save(Path.of("models/token-vectors"), report.card("vectors.npy", options));
      }
    }
  }
}
