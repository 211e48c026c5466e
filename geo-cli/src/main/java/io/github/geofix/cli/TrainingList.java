package io.github.geofix.cli;

import io.github.geofix.core.Manifest;
import io.github.geofix.core.Photo;
import io.github.geofix.core.TileEncoder.ImagePair;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.eval.protocol.CrossViewBenchmark.CrossViewSet;
import io.github.geofix.eval.protocol.CrossViewProtocol;
import io.github.geofix.eval.protocol.PhotoBenchmark.PhotoSet;
import io.github.geofix.eval.protocol.PhotoProtocol;
import io.github.geofix.eval.protocol.Protocol;
import io.github.geofix.eval.protocol.Protocol.Finding;
import io.github.geofix.train.data.TrainingData;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The photos of a file or a benchmark, with the settings of a new model that follow from them. */
sealed interface TrainingList {

  /**
   * Reads the photos of a CSV file.
   *
   * @param incomplete whether missing images are left out, with a finding, instead of refused
   * @param note gets what a person should know
   * @throws IllegalArgumentException if images are missing
   */
  static TrainingList read(Path csv, boolean incomplete, Consumer<Finding> note) {
    Manifest photos = PhotoLists.read(csv);
    if (incomplete) {
      PhotoSet set = PhotoSet.of(photos, true);
      set.findings().forEach(note);
      return new OfPhotos(set.photos());
    }
    photos
        .firstMissingImage()
        .ifPresent(
            image -> {
              throw new IllegalArgumentException(csv + " lists a missing image: " + image);
            });
    return new OfPhotos(photos);
  }

  /**
   * Reads the training list of a benchmark.
   *
   * @param incomplete whether missing images are left out, with a finding, instead of refused
   * @param note gets what a person should know
   * @throws IllegalArgumentException if the benchmark has none, or images are missing
   */
  static TrainingList read(
      Protocol protocol, Path root, boolean incomplete, Consumer<Finding> note) {
    if (protocol instanceof CrossViewProtocol crossView) {
      CrossViewSet set = crossView.readTraining(root);
      CrossViewSet whole = incomplete ? set : set.complete();
      OfPairs pairs = new OfPairs(crossView, whole.pairs(), whole.queryPlaces());
      set.findings().forEach(note);
      return pairs;
    }
    PhotoSet set = ((PhotoProtocol) protocol).readTraining(root);
    OfPhotos photos = new OfPhotos(incomplete ? set.photos() : set.complete());
    set.findings().forEach(note);
    return photos;
  }

  /** Returns the places that a new model looks photos up among. */
  List<LatLng> gallery();

  /** Returns the settings of a new model that follow from the photos. */
  Map<String, String> settings();

  /** Returns what to train on, photos within limits; pairs have those of their model. */
  TrainingData data(Photo.Limits limits);

  /** Returns a part of it: the photos of these rows. */
  TrainingList part(int... rows);

  /** Returns the number of photos. */
  int size();

  /** Photos with positions. */
  record OfPhotos(Manifest photos) implements TrainingList {
    @Override
    public List<LatLng> gallery() {
      return photos.locations();
    }

    @Override
    public Map<String, String> settings() {
      return Map.of();
    }

    @Override
    public TrainingData data(Photo.Limits limits) {
      return TrainingData.of(photos, limits);
    }

    @Override
    public OfPhotos part(int... rows) {
      return new OfPhotos(
          Manifest.of(Arrays.stream(rows).mapToObj(photos.entries()::get).toList()));
    }

    @Override
    public int size() {
      return photos.size();
    }
  }

  /** Ground photos, each with the aerial image of its place. */
  record OfPairs(CrossViewProtocol protocol, List<ImagePair> pairs, List<LatLng> places)
      implements TrainingList {

    @Override
    public List<LatLng> gallery() {
      // There is no map: aerial images are looked up in lists or indexes.
      return List.of();
    }

    @Override
    public Map<String, String> settings() {
      // The tiny size is made for photos from above, north up.
      return Map.of("photos.type", protocol.photoType(), "encoder.photo.fit", "stretch");
    }

    @Override
    public TrainingData data(Photo.Limits limits) {
      return TrainingData.ofPairs(pairs, protocol::prepare).withLocations(places);
    }

    @Override
    public OfPairs part(int... rows) {
      return new OfPairs(
          protocol,
          Arrays.stream(rows).mapToObj(pairs::get).toList(),
          places.isEmpty() ? places : Arrays.stream(rows).mapToObj(places::get).toList());
    }

    @Override
    public int size() {
      return pairs.size();
    }
  }
}
