package io.github.geofix.cli;

import io.github.geofix.core.ImagePair;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.eval.protocol.CrossViewProtocol;
import io.github.geofix.eval.protocol.CrossViewSet;
import io.github.geofix.eval.protocol.Finding;
import io.github.geofix.eval.protocol.PhotoProtocol;
import io.github.geofix.eval.protocol.PhotoSet;
import io.github.geofix.eval.protocol.Protocol;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.MatchingModel;
import io.github.geofix.models.train.Examples;
import io.github.geofix.train.data.BatchOrder;
import io.github.geofix.train.data.ManifestPhotos;
import io.github.geofix.train.data.NeighborOrder;
import io.github.geofix.train.data.Neighbors;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What a model is trained on. */
sealed interface TrainingData {

  /**
   * Reads the training list of a benchmark.
   *
   * @param note is told what a person should know
   * @throws IllegalArgumentException if the benchmark has none, or images are missing
   */
  static TrainingData read(Protocol protocol, Path root, Consumer<Finding> note) {
    if (protocol instanceof CrossViewProtocol crossView) {
      CrossViewSet set = crossView.readTraining(root).complete();
      set.findings().forEach(note);
      return new OfPairs(crossView, set);
    }
    PhotoSet set = ((PhotoProtocol) protocol).readTraining(root);
    Manifest photos = set.complete();
    set.findings().forEach(note);
    return new OfPhotos(photos);
  }

  /** Returns where each photo was taken; empty if that is not known. */
  List<LatLng> places();

  /** Returns the places that a new model looks photos up among. */
  List<LatLng> gallery();

  /** Returns what a new model has to know about the photos, as settings. */
  Map<String, String> settings();

  /** Returns what the model makes of the photos. */
  Examples examples(GeoModel model);

  /** Returns a random order. */
  BatchOrder order(long seed);

  /** Returns an order in which random photos are followed by neighbors. */
  BatchOrder order(Neighbors neighbors, NeighborOrder.Options options);

  /** Photos with positions. */
  record OfPhotos(Manifest photos) implements TrainingData {
    @Override
    public List<LatLng> places() {
      return photos.locations();
    }

    @Override
    public List<LatLng> gallery() {
      return photos.locations();
    }

    @Override
    public Map<String, String> settings() {
      return Map.of();
    }

    @Override
    public Examples examples(GeoModel model) {
      return Examples.of(model, ManifestPhotos.of(photos));
    }

    @Override
    public BatchOrder order(long seed) {
      return BatchOrder.shuffled(seed);
    }

    @Override
    public BatchOrder order(Neighbors neighbors, NeighborOrder.Options options) {
      return NeighborOrder.of(neighbors, options);
    }
  }

  /** Ground photos, each with the aerial image of its place. */
  record OfPairs(CrossViewProtocol protocol, CrossViewSet set) implements TrainingData {

    /** All benchmarks have panoramas; the tiny size is made for photos from above. */
    private static final Map<String, String> PANORAMAS =
        Map.of("photos.type", "ground", "encoder.photo.fit", "stretch");

    @Override
    public List<LatLng> places() {
      return set.queryPlaces();
    }

    @Override
    public List<LatLng> gallery() {
      // There is no map: aerial images are looked up in lists or indexes.
      return List.of();
    }

    @Override
    public Map<String, String> settings() {
      return PANORAMAS;
    }

    @Override
    public Examples examples(GeoModel model) {
      return ((MatchingModel) model).examples(set.pairs(), protocol::prepare);
    }

    @Override
    public BatchOrder order(long seed) {
      return order(
          Neighbors.none(set.queries().size()), NeighborOrder.Options.defaults().withSeed(seed));
    }

    @Override
    public BatchOrder order(Neighbors neighbors, NeighborOrder.Options options) {
      return NeighborOrder.of(neighbors, options)
          .withOnePhotoPerReference(ImagePair.tileNumbers(set.pairs()));
    }
  }
}
