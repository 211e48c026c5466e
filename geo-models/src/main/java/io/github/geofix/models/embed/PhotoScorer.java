package io.github.geofix.models.embed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.partition.CellHierarchy;
import io.github.geofix.models.embed.EmbedConfig.Matching.Product;
import io.github.geofix.models.internal.calibration.Temperature;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs the network on photos, each in one or several views: scores of the finest cells, and
 * vectors. Thread-safe.
 */
final class PhotoScorer {

  /** Views in one pass: the ten crops of three photos fill 54 MB at 336 pixels. */
  private static final int VIEWS = 32;

  private final EmbedNetwork network;
  private final CellHierarchy hierarchy;
  private final Shape view;
  private final NDManager manager;
  private volatile @Nullable Cached cached;

  /**
   * Creates a scorer.
   *
   * @param view the shape of a view, {@code [channels, H, W]}
   * @param manager owns what is cached between calls
   */
  PhotoScorer(EmbedNetwork network, CellHierarchy hierarchy, Shape view, NDManager manager) {
    this.network = network;
    this.hierarchy = hierarchy;
    this.view = view;
    this.manager = manager;
  }

  /**
   * The network's output for one photo.
   *
   * @param scores of each finest cell, the mean over the views
   * @param vector in the embedding space, the mean over the views
   */
  record Scored(double[] scores, float[] vector) {}

  /**
   * Scores photos.
   *
   * @param photos {@code [count, views, channels, H, W]}, preprocessed
   * @param temperature of the scores, see {@link Temperature}
   */
  List<Scored> score(float[] photos, int count, Product product, double temperature) {
    int length = Math.toIntExact(view.size());
    int views = photos.length / length / count;
    double[][] scores = new double[count][hierarchy.finest().size()];
    int dimension = network.dimension();
    float[][] vectors = new float[count][dimension];
    for (int first = 0; first < count * views; first += VIEWS) {
      int size = Math.min(VIEWS, count * views - first);
      FloatBuffer pixels = FloatBuffer.wrap(photos, first * length, size * length);
      Views scored = scoreViews(pixels, size, product);
      for (int i = 0; i < size; i++) {
        int photo = (first + i) / views;
        for (int cell = 0; cell < scores[photo].length; cell++) {
          scores[photo][cell] += scored.scores()[i][cell] / views;
        }
        for (int d = 0; d < dimension; d++) {
          vectors[photo][d] += scored.vectors()[i * dimension + d] / views;
        }
      }
    }
    List<Scored> all = new ArrayList<>();
    for (int photo = 0; photo < count; photo++) {
      double[] softened =
          temperature == 1 ? scores[photo] : Temperature.apply(scores[photo], temperature);
      all.add(new Scored(softened, vectors[photo]));
    }
    return all;
  }

  /**
   * The network's output for views.
   *
   * @param scores {@code [views][finest cells]}
   * @param vectors {@code [views, D]} row-major
   */
  private record Views(float[][] scores, float[] vectors) {}

  private Views scoreViews(FloatBuffer pixels, int count, Product product) {
    return TorchEngine.infer(
        manager,
        step -> {
          NDArray images = step.create(pixels, new Shape(count).addAll(view));
          NDArray embedded = network.embed(Forward.INFERENCE, images);
          float[][] scores = cells(product, step).scores(embedded, 1);
          return new Views(scores, embedded.toFloatArray());
        });
  }

  /**
   * Scores the cells of each level by that level alone.
   *
   * @param photo {@code [views, channels, H, W]}, preprocessed
   * @return {@code [levels][cells]}, the mean over the views
   */
  double[][] ownScores(float[] photo, Product product) {
    int length = Math.toIntExact(view.size());
    int views = photo.length / length;
    double[][] own = new double[hierarchy.levels()][];
    for (int level = 0; level < own.length; level++) {
      own[level] = new double[hierarchy.partition(level).size()];
    }
    // One view after the other: explanations are asked for one by one.
    for (int i = 0; i < views; i++) {
      FloatBuffer pixels = FloatBuffer.wrap(photo, i * length, length);
      List<float[]> levels =
          TorchEngine.infer(
              manager,
              step -> {
                NDArray images = step.create(pixels, new Shape(1).addAll(view));
                return cells(product, step).ownScores(network.embed(Forward.INFERENCE, images));
              });
      for (int level = 0; level < own.length; level++) {
        for (int cell = 0; cell < own[level].length; cell++) {
          own[level][cell] += levels.get(level)[cell] / views;
        }
      }
    }
    return own;
  }

  /**
   * Scores the finest cells for vectors of the embedding space.
   *
   * @param vectors {@code [B][D]}, of length 1
   * @param temperature as of {@link #score}
   * @return {@code [B][finest cells]}
   * @throws IllegalArgumentException if a vector has another length than D
   */
  float[][] scores(float[][] vectors, Product product, double temperature) {
    if (vectors.length == 0) {
      return new float[0][];
    }
    int dimension = network.dimension();
    FloatBuffer flat = FloatBuffer.allocate(vectors.length * dimension);
    for (float[] vector : vectors) {
      if (vector.length != dimension) {
        throw new IllegalArgumentException(
            "a vector has " + vector.length + " dimensions, the model " + dimension);
      }
      flat.put(vector);
    }
    Shape shape = new Shape(vectors.length, dimension);
    return TorchEngine.infer(
        manager, step -> cells(product, step).scores(step.create(flat.flip(), shape), temperature));
  }

  /** The scorer of the cells by a product. */
  private record Cached(Product product, CellScorer cells) {}

  /** Returns a scorer of the cells as they are now: the same until training changes them. */
  private CellScorer cells(Product product, NDManager step) {
    if (network.isLearning()) {
      return network.scorer(hierarchy, product, step);
    }
    Cached before = cached;
    if (before != null && before.product() == product && before.cells().isUpToDate()) {
      return before.cells();
    }
    Cached now = new Cached(product, network.scorer(hierarchy, product, manager));
    cached = now;
    return now.cells();
  }
}
