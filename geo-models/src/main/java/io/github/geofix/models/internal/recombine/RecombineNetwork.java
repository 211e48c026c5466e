package io.github.geofix.models.internal.recombine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.internal.loss.InfoNce;
import io.github.geofix.models.internal.recombine.FeatureRecombination.Normalization;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.LayerNorm;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.Parameter.Init;
import io.github.geofix.models.recombine.RecombineConfig;
import io.github.geofix.models.recombine.RecombineConfig.View;
import io.github.geofix.models.recombine.RecombineModel;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The network of {@link RecombineModel}: embeds photos and map tiles into one space by a backbone
 * for each, or one for both, and {@link FeatureRecombination}.
 *
 * <p>Zhang and Zhu, "Aligning geometric spatial layout in cross-view geo-localization via feature
 * recombination" (FRGeo), AAAI 2024. With a single region it is the network of Deuser, Habel and
 * Oswald, "Sample4Geo", ICCV 2023: global pooling.
 */
public final class RecombineNetwork extends Module {

  /**
   * What is built on top of the backbones.
   *
   * @param photoView how a photo shows the directions: {@link View#GROUND} for panoramas and parts
   *     of them, {@link View#AERIAL} for photos from above
   * @param tileView {@link View#AERIAL} for tiles as they are, {@link View#GROUND} for tiles that
   *     were unrolled into panoramas
   * @param recombination how feature maps are pooled
   * @param temperature where a learned scale of the cosines starts; empty for a network without one
   */
  public record Options(
      View photoView,
      View tileView,
      RecombineConfig.Recombination recombination,
      OptionalDouble temperature) {

    /** Returns FRGeo as released: panoramas, four regions, normalized, no learned scale. */
    public static Options defaults() {
      return new Options(
          View.GROUND,
          View.AERIAL,
          RecombineConfig.Recombination.defaults(),
          OptionalDouble.empty());
    }
  }

  /** That of ConvNeXt's final normalization. */
  private static final double EPSILON = 1e-6;

  private final Options options;
  private final Backbone photos;
  private final Backbone tiles;
  private final FeatureRecombination photoRegions;
  private final FeatureRecombination tileRegions;
  private final @Nullable Parameter logScale;

  /**
   * Creates the network without values.
   *
   * @param photos reads photos
   * @param tiles reads map tiles; may be the same object, so that both share their weights
   * @throws IllegalArgumentException if the two give vectors of different lengths
   */
  public RecombineNetwork(Backbone photos, Backbone tiles, Options options) {
    if (photos.width() != tiles.width()) {
      throw new IllegalArgumentException(
          "maps of photos are " + photos.width() + " wide, those of tiles " + tiles.width());
    }
    this.options = options;
    this.photos = photos;
    this.tiles = tiles;
    if (photos.equals(tiles)) {
      child("backbone", photos);
      photoRegions = recombination("norm", photos);
      tileRegions = photoRegions;
    } else {
      child("photos", photos);
      child("tiles", tiles);
      photoRegions = recombination("photo_norm", photos);
      tileRegions = recombination("tile_norm", tiles);
    }
    logScale =
        options.temperature().isPresent() ? scale(options.temperature().getAsDouble()) : null;
  }

  /** Creates the network of a configuration, without values. */
  public static RecombineNetwork of(RecombineConfig config) {
    RecombineConfig.Encoder encoder = config.encoder();
    Backbone photos = Backbone.named(encoder.backbone(), encoder.photo());
    return new RecombineNetwork(
        photos,
        encoder.shared() ? photos : Backbone.named(encoder.backbone(), encoder.tile()),
        new Options(
            config.photos().view(),
            config.photos().tileView(),
            config.recombination(),
            config.loss() instanceof RecombineConfig.InfoNce infoNce
                ? OptionalDouble.of(infoNce.temperature())
                : OptionalDouble.empty()));
  }

  private Parameter scale(double temperature) {
    return parameter("log_scale", Init.constant(InfoNce.logScale(temperature)), 1);
  }

  /** Returns the dimension of an embedding, R times that of the backbones. */
  public int dimension() {
    return options.recombination().regions() * photos.width();
  }

  /**
   * Returns unit vectors {@code [B, R D]} of photos whose middle column faces north, or of photos
   * from above with north up.
   *
   * @param images {@code [B, 3, H, W]}
   */
  public NDArray embedPhotos(Forward f, NDArray images) {
    return photoRegions.recombine(f, photos.map(f, images), options.photoView()).normalize(2, 1);
  }

  /**
   * Returns unit vectors {@code [B, S, R D]} of ground photos at each of S headings; see {@link
   * FeatureRecombination#shifted}.
   *
   * @param images {@code [B, 3, H, W]}
   */
  public NDArray embedPhotos(Forward f, NDArray images, int headings, double fieldOfView) {
    return photoRegions.shifted(f, photos.map(f, images), headings, fieldOfView).normalize(2, 2);
  }

  /**
   * Returns unit vectors {@code [B, R D]} of ground photos at one known heading each.
   *
   * @param images {@code [B, 3, H, W]}
   * @param heading for each photo which of the S headings
   */
  public NDArray embedPhotos(
      Forward f, NDArray images, long[] heading, int headings, double fieldOfView) {
    return photoRegions
        .shifted(f, photos.map(f, images), heading, headings, fieldOfView)
        .normalize(2, 1);
  }

  /**
   * Returns unit vectors {@code [B, R D]} of map tiles, north up, or unrolled with north in the
   * middle.
   *
   * @param images {@code [B, 3, H, W]}
   */
  public NDArray embedTiles(Forward f, NDArray images) {
    return tileRegions.recombine(f, tiles.map(f, images), options.tileView()).normalize(2, 1);
  }

  /**
   * The features of the cells of one image.
   *
   * @param rows of the feature map
   * @param columns of the feature map
   * @param units {@code [rows * columns, D]} row-major, of length 1 each
   */
  public record CellFeatures(int rows, int columns, float[] units) {}

  /**
   * Returns the features of the cells of a photo, normalized as the mean of a region is.
   *
   * @param image {@code [1, 3, H, W]}
   */
  public CellFeatures photoCells(Forward f, NDArray image) {
    return cells(f, photos.map(f, image), photoRegions);
  }

  /** As {@link #photoCells}, of a tile. */
  public CellFeatures tileCells(Forward f, NDArray image) {
    return cells(f, tiles.map(f, image), tileRegions);
  }

  private static CellFeatures cells(Forward f, NDArray map, FeatureRecombination regions) {
    int rows = Math.toIntExact(map.getShape().get(2));
    int columns = Math.toIntExact(map.getShape().get(3));
    NDArray units = regions.cells(f, map).normalize(2, 2);
    return new CellFeatures(rows, columns, units.toType(DataType.FLOAT32, false).toFloatArray());
  }

  /**
   * Returns the logarithm of the learned scale, {@code [1]}, as an array of the given manager.
   *
   * @throws IllegalStateException if the network has none
   */
  public NDArray logScale(NDManager step) {
    Parameter learned = logScale;
    if (learned == null) {
      throw new IllegalStateException("the network has no learned scale");
    }
    return step.ones(new Shape(1)).mul(learned.array());
  }

  private FeatureRecombination recombination(String norm, Backbone backbone) {
    return FeatureRecombination.of(
        options.recombination().regions(), normalization(norm, backbone));
  }

  private Normalization normalization(String norm, Backbone backbone) {
    if (!options.recombination().normalized()) {
      return Normalization.NONE;
    }
    if (backbone.hasFinalNormalization()) {
      return backbone::normalized;
    }
    return child(norm, new LayerNorm(backbone.width(), EPSILON))::forward;
  }
}
