package io.github.geofix.train.data;

import io.github.geofix.core.Manifest;
import io.github.geofix.core.Photo;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.TileEncoder.ImagePair;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.geoclip.GeoClipModel;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.train.Examples;
import io.github.geofix.models.train.Trainable;
import io.github.geofix.train.internal.data.PairEmbeddings;
import io.github.geofix.train.internal.data.SkipUnreadable;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Data to train on: photos with locations, or pairs of photos and tiles. Immutable.
 *
 * <pre>{@code
 * CrossViewSet set = CrossViewProtocol.CVUSA.readTraining(root).complete();
 * TrainingData data =
 *     TrainingData.ofPairs(set.pairs(), CrossViewProtocol.CVUSA::prepare)
 *         .withLocations(set.queryPlaces());
 * Trainer.of(model, options.withHardNegatives(HardNegatives.frgeo())).fit(data);
 * }</pre>
 */
public final class TrainingData {
  private final Optional<PhotoSource> photos;
  private final Function<Trainable, Examples> examples;
  private final List<LatLng> locations;
  private final int @Nullable [] tiles;

  private TrainingData(
      Optional<PhotoSource> photos,
      Function<Trainable, Examples> examples,
      List<LatLng> locations,
      int @Nullable [] tiles) {
    this.photos = photos;
    this.examples = examples;
    this.locations = List.copyOf(locations);
    this.tiles = tiles;
  }

  /**
   * Returns the photos of a manifest, with their locations, within {@link Photo.Limits#defaults}.
   */
  public static TrainingData of(Manifest photos) {
    return of(photos, Photo.Limits.defaults());
  }

  /** Returns the photos of a manifest, with their locations, within limits on each photo. */
  public static TrainingData of(Manifest photos, Photo.Limits limits) {
    return of(Photos.source(photos, limits)).withLocations(photos.locations());
  }

  /** Returns photos that a source makes, without their locations. */
  public static TrainingData of(PhotoSource photos) {
    return new TrainingData(
        Optional.of(photos), model -> Examples.of(model, photos), List.of(), null);
  }

  /** Returns examples that are made already. */
  public static TrainingData of(Examples examples) {
    return new TrainingData(Optional.empty(), model -> examples, List.of(), null);
  }

  /**
   * Returns pairs of a photo and its tile, for a model that matches both. No batch has two pairs of
   * one tile, where that is possible. Both are decoded within {@link GeoModel#photoLimits} of the
   * model.
   *
   * @param prepare what is done to an upright photo before the model gets it; called from several
   *     threads
   */
  public static TrainingData ofPairs(List<ImagePair> pairs, UnaryOperator<BufferedImage> prepare) {
    return new TrainingData(
        Optional.empty(),
        model -> PairEmbeddings.matching(model).examples(pairs, prepare),
        List.of(),
        ImagePair.tileNumbers(pairs));
  }

  /**
   * Returns a copy with the location of each photo, by which {@link HardNegatives.Sample4geo} finds
   * the first neighbors.
   *
   * @param locations one for each photo, or none if they are not known
   */
  public TrainingData withLocations(List<LatLng> locations) {
    return new TrainingData(photos, examples, locations, tiles);
  }

  /**
   * Returns a copy with a text about each photo, for GeoCLIP with texts.
   *
   * @param texts [N, T], as {@link GeoClipModel#examples} takes them; must stay open
   * @throws IllegalArgumentException if these are not photos
   */
  public TrainingData withTexts(Embeddings texts) {
    PhotoSource described =
        photos.orElseThrow(() -> new IllegalArgumentException("texts are for photos alone"));
    return new TrainingData(
        photos,
        model -> {
          if (model instanceof GeoClipModel geoClip) {
            return geoClip.examples(described, texts);
          }
          throw new IllegalArgumentException(
              "texts are for geoclip; " + model.getClass().getSimpleName() + " reads none");
        },
        locations,
        tiles);
  }

  /**
   * Returns a copy without the photos that cannot be read: each is replaced by the next one that
   * can, in every epoch alike, so that a run stays reproducible.
   *
   * @param onSkip gets the reason of each unreadable photo once, on the threads that load photos
   */
  public TrainingData skippingUnreadable(Consumer<String> onSkip) {
    if (photos.isPresent()) {
      return of(SkipUnreadable.photos(photos.get(), onSkip)).withLocations(locations);
    }
    return new TrainingData(
        photos, model -> SkipUnreadable.examples(examples.apply(model), onSkip), locations, tiles);
  }

  /** Returns the photos; empty if these are pairs or examples. */
  public Optional<PhotoSource> photos() {
    return photos;
  }

  /** Returns the location of each photo; empty if they are not known. */
  public List<LatLng> locations() {
    return locations;
  }

  /**
   * Returns what a model learns from.
   *
   * @throws IllegalArgumentException if these are pairs and the model does not match photos with
   *     tiles
   */
  public Examples examples(Trainable model) {
    return examples.apply(model);
  }

  /**
   * Returns the number of each photo's tile, the same for photos of one tile; empty if each photo
   * has a tile of its own.
   */
  public Optional<int[]> tileNumbers() {
    return Optional.ofNullable(tiles).map(int[]::clone);
  }
}
