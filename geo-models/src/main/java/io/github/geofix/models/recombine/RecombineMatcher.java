package io.github.geofix.models.recombine;

import ai.djl.ndarray.NDManager;
import com.google.common.collect.Lists;
import io.github.geofix.core.Explanation;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.calibration.Calibration.ScoredPhoto;
import io.github.geofix.models.internal.calibration.Temperature;
import io.github.geofix.models.internal.recombine.RecombineNetwork;
import io.github.geofix.models.recombine.RecombineConfig.Distance;
import io.github.geofix.models.recombine.RecombineConfig.Loss;
import io.github.geofix.models.recombine.RecombineConfig.Triplet;
import io.github.geofix.models.recombine.RecombineConfig.Tuple;
import io.github.geofix.models.recombine.RecombineModel.PlaceMatch;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Matches photos with tiles: with those of the gallery, or with those around given places.
 * Thread-safe.
 */
final class RecombineMatcher {
  /** Photos that are compared with the gallery at a time. */
  private static final int BATCH = 64;

  private final Loss loss;
  private final RecombineNetwork network;
  private final VectorEncoder encoder;
  private final MapEncoder map;
  private final GalleryCache galleries;
  private final GallerySearch search;

  RecombineMatcher(
      Loss loss,
      RecombineNetwork network,
      NDManager manager,
      VectorEncoder encoder,
      MapCrops crops,
      Supplier<String> digest) {
    this.loss = loss;
    this.network = network;
    this.encoder = encoder;
    this.map = new MapEncoder(encoder, crops);
    this.galleries = new GalleryCache(network, manager, map, digest);
    this.search = new GallerySearch(encoder, manager);
  }

  /** Returns the middles of the gallery's places; empty if there is no gallery. */
  List<LatLng> places() {
    return galleries.middles();
  }

  /** Replaces the places of the gallery; see {@link GalleryCache#set(CellPartition)}. */
  void setGallery(CellPartition places) {
    galleries.set(places);
  }

  /** Replaces the gallery by one that the present weights made. */
  void setGallery(Gallery made) {
    galleries.set(made);
  }

  /** Returns the gallery of the present weights; see {@link GalleryCache#gallery}. */
  Gallery gallery() {
    return galleries.gallery();
  }

  /**
   * Compares photos with a gallery.
   *
   * @param images {@code [count, 3, H, W]}, preprocessed
   */
  GallerySearch.Matches matches(Gallery gallery, float[] images, int count) {
    return search.matches(images, count, gallery);
  }

  /**
   * Compares a photo with a gallery.
   *
   * @param heading which of the S headings it has; empty to try all
   */
  GallerySearch.Matches matches(Gallery gallery, float[] image, OptionalInt heading) {
    return search.matches(image, 1, gallery, heading);
  }

  /** Returns the evidence for a place of the gallery. */
  Explanation.Directions evidence(
      float[] image, Gallery gallery, int place, OptionalInt heading, Explanation.Options options) {
    return new RecombineEvidence(encoder, map, gallery).of(image, place, heading, options);
  }

  /** Returns which of the S headings is nearest to one in degrees; empty if one alone is tried. */
  OptionalInt headingOf(OptionalDouble degrees) {
    int count = encoder.headings();
    return degrees.isEmpty() || count == 1
        ? OptionalInt.empty()
        : OptionalInt.of((int) Math.round(degrees.getAsDouble() * count / 360) % count);
  }

  /**
   * Returns the factor that turns cosines into logits: the learned scale, or the steepness of the
   * loss. The squared distance changes twice as fast as the cosine; the plain one, which is not
   * linear in it, is taken for the cosine.
   */
  double scale() {
    if (loss instanceof Tuple tuple) {
      return scale(tuple.alpha(), tuple.distance());
    }
    if (loss instanceof Triplet triplet) {
      return scale(triplet.alpha(), triplet.distance());
    }
    return Math.exp(network.parameter("log_scale").array().toFloatArray()[0]);
  }

  private static double scale(double alpha, Distance distance) {
    return distance == Distance.SQUARED_L2 ? 2 * alpha : alpha;
  }

  /** Returns the place of the gallery that each photo fits best. */
  List<PlaceMatch> bestMatches(List<BufferedImage> photos) {
    Gallery gallery = gallery();
    List<PlaceMatch> matches = new ArrayList<>();
    for (List<BufferedImage> batch : Lists.partition(photos, BATCH)) {
      float[] pixels =
          VectorEncoder.pixels(encoder.photos().spec(), batch, encoder.photos()::apply);
      matches.addAll(search.best(pixels, batch.size(), gallery));
    }
    return matches;
  }

  /** Returns the uncalibrated scoring of photos among the present gallery. */
  Function<PhotoSource.LabeledPhoto, ScoredPhoto> scorer() {
    Gallery gallery = gallery();
    double scale = scale();
    return photo -> {
      float[] pixels = encoder.photos().apply(photo.image());
      float[] cosines = matches(gallery, pixels, 1).cosines()[0];
      double[] scores = Temperature.softmax(cosines, scale);
      return ScoredPhoto.of(photo.latLng(), gallery.places(), scores);
    };
  }

  /** Returns the vectors of a photo at each heading, {@code [S, D]} row-major. */
  float[] encodePhoto(BufferedImage photo) {
    return encoder.encodePhotos(encoder.photos().apply(photo), 1);
  }

  /** Returns the vectors of the tiles around places; see {@link MapEncoder#encodeAround(List)}. */
  List<float[]> encodeTilesAround(List<LatLng> places) {
    return map.encodeAround(places);
  }
}
