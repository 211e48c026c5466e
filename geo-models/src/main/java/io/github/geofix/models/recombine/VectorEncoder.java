package io.github.geofix.models.recombine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.image.ImagePreprocessor;
import io.github.geofix.models.internal.recombine.RecombineNetwork;
import io.github.geofix.models.internal.recombine.Regions;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.recombine.RecombineConfig.View;
import java.util.List;
import java.util.function.Function;

/**
 * The encoder of photos and tiles with the present weights, without gradients. Thread-safe.
 *
 * @param photos reads photos
 * @param tiles reads tiles
 */
record VectorEncoder(
    RecombineConfig config,
    RecombineNetwork network,
    NDManager manager,
    ImagePreprocessor photos,
    TileReader tiles) {

  VectorEncoder(RecombineConfig config, RecombineNetwork network, NDManager manager) {
    this(
        config,
        network,
        manager,
        ImagePreprocessor.of(config.encoder().photo()),
        new TileReader(config));
  }

  static Shape shape(ImageSpec image) {
    return new Shape(3, image.height(), image.width());
  }

  /** Returns the number S of headings a photo is encoded at. */
  int headings() {
    return config.photos().headings();
  }

  /** Returns the number R of directions of a vector. */
  int regions() {
    return config.recombination().regions();
  }

  /**
   * Returns the weights of the directions in the cells of a photo's feature map, {@code [cells,
   * R]}.
   *
   * @param heading of the middle of the photo, degrees clockwise from north
   */
  float[] photoRegions(int rows, int columns, double heading) {
    RecombineConfig.Photos kind = config.photos();
    return kind.faceNorth()
        ? weights(kind.view(), rows, columns)
        : Regions.strips(rows, columns, regions(), heading, kind.fieldOfView());
  }

  /** Returns the weights of the directions in the cells of a tile's feature map. */
  float[] tileRegions(int rows, int columns) {
    return weights(config.photos().tileView(), rows, columns);
  }

  private float[] weights(View view, int rows, int columns) {
    return switch (view) {
      case GROUND -> Regions.strips(rows, columns, regions());
      case AERIAL -> Regions.wedges(rows, columns, regions());
    };
  }

  /** Returns the dimension D of a vector. */
  int dimension() {
    return network.dimension();
  }

  /**
   * Returns images as a network reads them, {@code [count, 3, H, W]} row-major.
   *
   * @param image the size of one image
   * @param read preprocesses a source; called one at a time, as photos may be large
   */
  static <T> float[] pixels(ImageSpec image, List<T> sources, Function<T, float[]> read) {
    int length = image.length();
    float[] pixels = new float[sources.size() * length];
    for (int i = 0; i < sources.size(); i++) {
      System.arraycopy(read.apply(sources.get(i)), 0, pixels, i * length, length);
    }
    return pixels;
  }

  /**
   * Returns the vectors of tiles.
   *
   * @param images {@code [count, 3, H, W]}, preprocessed
   * @return {@code [count, D]} row-major
   */
  float[] encodeTiles(float[] images, int count) {
    return TorchEngine.infer(
        manager,
        step ->
            network.embedTiles(Forward.INFERENCE, tileBatch(step, images, count)).toFloatArray());
  }

  /**
   * Returns the vectors of photos at each heading.
   *
   * @param images {@code [count, 3, H, W]}, preprocessed
   * @return {@code [count, S, D]} row-major
   */
  float[] encodePhotos(float[] images, int count) {
    return TorchEngine.infer(manager, step -> photoVectors(step, images, count).toFloatArray());
  }

  /** Returns the features of the cells of a photo, {@code [3, H, W]}, preprocessed. */
  RecombineNetwork.CellFeatures photoCells(float[] image) {
    return TorchEngine.infer(
        manager, step -> network.photoCells(Forward.INFERENCE, photoBatch(step, image, 1)));
  }

  /** Returns the features of the cells of a tile, {@code [3, H, W]}, preprocessed. */
  RecombineNetwork.CellFeatures tileCells(float[] image) {
    return TorchEngine.infer(
        manager, step -> network.tileCells(Forward.INFERENCE, tileBatch(step, image, 1)));
  }

  /**
   * As {@link #encodePhotos}, as an array of {@code step}, each vector of length 1. Not to be
   * called where gradients are recorded.
   *
   * @return {@code [count, S, D]}
   */
  NDArray photoVectors(NDManager step, float[] images, int count) {
    NDArray batch = photoBatch(step, images, count);
    RecombineConfig.Photos kind = config.photos();
    return kind.faceNorth()
        ? network.embedPhotos(Forward.INFERENCE, batch).expandDims(1)
        : network.embedPhotos(Forward.INFERENCE, batch, kind.headings(), kind.fieldOfView());
  }

  private NDArray photoBatch(NDManager step, float[] images, int count) {
    return step.create(images, new Shape(count).addAll(shape(config.encoder().photo())));
  }

  private NDArray tileBatch(NDManager step, float[] images, int count) {
    return step.create(images, new Shape(count).addAll(shape(config.encoder().tile())));
  }
}
