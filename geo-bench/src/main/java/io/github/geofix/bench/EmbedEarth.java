package io.github.geofix.bench;

import io.github.geofix.core.Location;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.earth.EarthData;
import io.github.geofix.earth.EarthPhoto;
import io.github.geofix.earth.EarthPhotoOptions;
import io.github.geofix.earth.EarthPhotos;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.models.embed.EmbedConfig;
import io.github.geofix.models.embed.EmbedModel;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.Trainer;
import java.util.List;
import java.util.stream.LongStream;

/** Trains and tests the embed family on the Earth data, as the demo does. */
final class EmbedEarth {
  static final List<Double> LIMITS_KM = List.of(25.0, 200.0, 750.0, 2500.0);

  /** As in the demo. */
  private static final int BATCH = 128;

  private static final int EPOCH = 100 * BATCH;
  private static final int POSITIONS = 100_000;
  private static final double RATE = 3e-3;
  private static final double WEIGHT_DECAY = 0.02;

  private EmbedEarth() {}

  /** Returns photos to learn from. */
  static EarthPhotos training(EarthData data, long seed) {
    return data.trainingPhotos(EarthPhotoOptions.defaults().withSeed(seed));
  }

  /** Trains a model for a number of steps. */
  static EmbedModel trained(EmbedConfig config, EarthPhotos photos, long steps, long seed) {
    List<LatLng> positions =
        LongStream.range(0, POSITIONS).parallel().mapToObj(i -> photos.view(i).center()).toList();
    EmbedModel model = EmbedModel.create(config, positions, seed);
    TrainOptions options =
        TrainOptions.defaults()
            .withSteps(steps)
            .withBatchSize(BATCH)
            .withLearningRate(RATE)
            .withWeightDecay(WEIGHT_DECAY)
            .withSeed(seed);
    Trainer.of(model, options).fit(photos.source(EPOCH));
    return model;
  }

  /** Returns the figures of a model on photos, regions included. */
  static DistanceReport report(EmbedModel model, List<EarthPhoto> photos) {
    List<Location> locations =
        model.localizer().locateImages(photos.stream().map(EarthPhoto::image).toList());
    List<LatLng> truths = photos.stream().map(EarthPhoto::latLng).toList();
    return DistanceReport.ofLocations(truths, locations, LIMITS_KM);
  }
}
