package io.github.geofix.models.zoom;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.Lists;
import com.google.common.primitives.Floats;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.models.internal.ByteBoundedCache;
import io.github.geofix.models.internal.image.ImagePreprocessor;
import io.github.geofix.models.internal.weights.WeightsVersion;
import io.github.geofix.models.nn.Forward;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A bounded cache of encoded views, least recently used first out: every photo needs the views near
 * the root. Call {@link #useFor} before each use, so that it is cleared when the network has
 * changed. Thread-safe.
 */
final class ViewFeatures {
  /** Enough for all 4,369 views of the smallest model, or 20,000 of the published one. */
  private static final long CACHE_BYTES = 64L << 20;

  /** Views encoded at once. */
  private static final int BATCH = 32;

  private final ZoomNetwork network;
  private final ViewSource views;
  private final ImagePreprocessor preprocessor;
  private final ByteBoundedCache<CellPath, float[]> cache;
  private @Nullable WeightsVersion version;

  ViewFeatures(ZoomNetwork network, ViewSource views, ImagePreprocessor preprocessor) {
    this.network = network;
    this.views = views;
    this.preprocessor = preprocessor;
    this.cache = new ByteBoundedCache<>(CACHE_BYTES, features -> Float.BYTES * features.length);
  }

  /** Clears the cache if the network has changed since the last call. */
  synchronized void useFor(NDManager manager) {
    WeightsVersion known = version;
    if (known == null || !known.isOf(network, manager)) {
      cache.clear();
      version = WeightsVersion.of(network, manager);
    }
  }

  /**
   * Returns the encoded views of cells, of {@link ZoomNetwork#atStep}.
   *
   * @param manager owns the result
   * @param paths of one length, below the number of steps
   * @return {@code [n, D]}
   */
  NDArray of(NDManager manager, List<CellPath> paths) {
    float[][] features = new float[paths.size()][];
    List<Integer> unknown = new ArrayList<>();
    for (int i = 0; i < features.length; i++) {
      float[] known = cache.get(paths.get(i));
      if (known == null) {
        unknown.add(i);
      } else {
        features[i] = known;
      }
    }
    for (List<Integer> batch : Lists.partition(unknown, BATCH)) {
      float[][] encoded = encode(manager, batch.stream().map(paths::get).toList());
      for (int i = 0; i < encoded.length; i++) {
        features[batch.get(i)] = encoded[i];
        cache.put(paths.get(batch.get(i)), encoded[i]);
      }
    }
    Shape shape = new Shape(features.length, features[0].length);
    return manager.create(Floats.concat(features), shape);
  }

  private float[][] encode(NDManager manager, List<CellPath> paths) {
    int length = preprocessor.spec().length();
    int side = preprocessor.spec().height();
    float[] pixels = new float[paths.size() * length];
    for (int i = 0; i < paths.size(); i++) {
      float[] view = preprocessor.normalize(views.view(paths.get(i)));
      System.arraycopy(view, 0, pixels, i * length, length);
    }
    try (NDManager step = manager.newSubManager()) {
      NDArray images = step.create(pixels, new Shape(paths.size(), 3, side, side));
      NDArray encoded = network.views(Forward.INFERENCE, images);
      NDArray seen = network.atStep(Forward.INFERENCE, encoded, paths.get(0).length());
      float[] flat = seen.toFloatArray();
      int dimension = flat.length / paths.size();
      float[][] features = new float[paths.size()][dimension];
      for (int i = 0; i < features.length; i++) {
        System.arraycopy(flat, i * dimension, features[i], 0, dimension);
      }
      return features;
    }
  }
}
