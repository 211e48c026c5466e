package io.github.geofix.examples;

import ai.djl.ndarray.NDArray;
import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Manifest;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.embed.EmbedConfig;
import io.github.geofix.models.embed.EmbedModel;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.PatchEmbedding;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.TrainReport;
import io.github.geofix.train.Trainer;
import java.nio.file.Path;

/** Trains a model whose network is written here, and loads it by the name of its class. */
final class OwnBackbone {
  private OwnBackbone() {}

  static final class PatchBackbone extends Backbone {
    private final PatchEmbedding patches = child("patches", new PatchEmbedding(8, 64, true));

    PatchBackbone() {
      super(ImageSpec.symmetric(32), 64);
    }

    @Override
    public NDArray forward(Forward f, NDArray images) { // [B, 3, 32, 32]
      return patches.forward(f, images); // [B, 16, 64]
    }

    @Override
    public int featureMapSize(int pixels) {
      return pixels / 8;
    }
  }

  public static void main(String[] args) {
    Manifest photos = Manifest.readCsv(Path.of("train/manifest.csv"));
    TrainOptions options = TrainOptions.defaults().withEpochs(1).withBatchSize(64).withSeed(1);
    EmbedConfig config = EmbedConfig.tiny().withBackbone(PatchBackbone::new);
    try (EmbedModel model = EmbedModel.create(config, photos.locations(), options.seed())) {
      TrainReport report = Trainer.of(model, options).fit(Photos.source(photos));
      model.save(Path.of("models/own-backbone"), report.card("train/manifest.csv", options));
    }
    LoadOptions load = LoadOptions.defaults().withAllowCode(true);
    try (Localizer localizer = Localizer.load(Path.of("models/own-backbone"), load)) {
      System.out.println(localizer.locate(photos.entries().get(0).image()).latLng());
    }
  }
}
