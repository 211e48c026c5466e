package io.github.geofix.models.embed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.partition.CellHierarchy;
import io.github.geofix.models.calibration.Temperature;
import io.github.geofix.models.embed.EmbedModel.Config;
import io.github.geofix.models.embed.EmbedModel.Product;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a network says of photos, each of which may be looked at in several views: scores of the
 * finest cells, and vectors. Thread-safe.
 */
final class PhotoScorer {

  /** Views in one pass: the ten crops of three photos fill 54 MB at 336 pixels. */
  private static final int VIEWS = 32;

  private final EmbedNetwork network;
  private final CellHierarchy hierarchy;
  private final NDManager manager;
  private volatile @Nullable Known known;

  /**
   * @param manager owns what is kept between calls
   */
  PhotoScorer(EmbedNetwork network, CellHierarchy hierarchy, NDManager manager) {
    this.network = network;
    this.hierarchy = hierarchy;
    this.manager = manager;
  }

  /**
   * What the network says of one photo.
   *
   * @param scores of each finest cell
   * @param vector in the shared space, the mean of the views
   */
  record Answer(double[] scores, float[] vector) {}

  /**
   * Returns what the network says of photos.
   *
   * @param photos {@code [count, views, channels, H, W]}, preprocessed
   * @param temperature of the scores, see {@link Temperature}
   */
  List<Answer> answers(float[] photos, int count, Config config, double temperature) {
    Shape view = new Shape(config.channels(), config.image().height(), config.image().width());
    int length = Math.toIntExact(view.size());
    int views = photos.length / length / count;
    double[][] scores = new double[count][hierarchy.finest().size()];
    float[][] vectors = new float[count][config.width()];
    for (int first = 0; first < count * views; first += VIEWS) {
      int size = Math.min(VIEWS, count * views - first);
      FloatBuffer pixels = FloatBuffer.wrap(photos, first * length, size * length);
      Found found = found(pixels, new Shape(size).addAll(view), config.product());
      for (int i = 0; i < size; i++) {
        int photo = (first + i) / views;
        for (int cell = 0; cell < scores[photo].length; cell++) {
          scores[photo][cell] += found.scores()[i][cell] / views;
        }
        for (int d = 0; d < config.width(); d++) {
          vectors[photo][d] += found.vectors()[i * config.width() + d] / views;
        }
      }
    }
    List<Answer> answers = new ArrayList<>();
    for (int photo = 0; photo < count; photo++) {
      double[] softened =
          temperature == 1 ? scores[photo] : Temperature.apply(scores[photo], temperature);
      answers.add(new Answer(softened, vectors[photo]));
    }
    return answers;
  }

  /**
   * What the network says of views.
   *
   * @param scores {@code [views][finest cells]}
   * @param vectors {@code [views, D]} row-major
   */
  private record Found(float[][] scores, float[] vectors) {}

  private Found found(FloatBuffer pixels, Shape shape, Product product) {
    return TorchEngine.infer(
        manager,
        step -> {
          NDArray embedded = network.embed(Forward.INFERENCE, step.create(pixels, shape));
          float[][] scores = cells(product, step).scores(embedded, 1);
          return new Found(scores, embedded.toFloatArray());
        });
  }

  /**
   * Scores the finest cells for vectors of the shared space.
   *
   * @param vectors {@code [B, D]} row-major, of length 1
   * @param temperature as of {@link #answers}
   * @return {@code [B][finest cells]}
   */
  float[][] scores(FloatBuffer vectors, Shape shape, Product product, double temperature) {
    return TorchEngine.infer(
        manager, step -> cells(product, step).scores(step.create(vectors, shape), temperature));
  }

  /** What scores the cells by a product. */
  private record Known(Product product, CellScorer cells) {}

  /** Returns what scores the cells as they are now: the same until training changes them. */
  private CellScorer cells(Product product, NDManager step) {
    if (network.isLearning()) {
      return network.scorer(hierarchy, product, step);
    }
    Known before = known;
    if (before != null && before.product() == product && before.cells().isUpToDate()) {
      return before.cells();
    }
    Known now = new Known(product, network.scorer(hierarchy, product, manager));
    known = now;
    return now.cells();
  }
}
