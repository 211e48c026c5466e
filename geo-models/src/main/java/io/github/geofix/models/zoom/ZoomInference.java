package io.github.geofix.models.zoom;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.core.cell.ZoomGrid;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.partition.CellScores;
import io.github.geofix.models.calibration.Calibration.ScoredPhoto;
import io.github.geofix.models.decode.BeamOptions;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.calibration.RegionShares;
import io.github.geofix.models.internal.decode.Hypotheses;
import io.github.geofix.models.internal.decode.Hypothesis;
import io.github.geofix.models.internal.decode.SearchOutcome;
import io.github.geofix.models.internal.image.ImagePreprocessor;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * Inference of a {@link ZoomNetwork} over the views of a map, with a cache of encoded views.
 * Follows later training of the network. Thread-safe.
 */
final class ZoomInference {
  private final ZoomNetwork network;
  private final NDManager manager;
  private final ZoomGrid grid;
  private final ViewSource views;
  private final ViewFeatures features;
  private final ImagePreprocessor preprocessor;

  /**
   * @param manager owns the network's arrays
   */
  ZoomInference(
      ZoomNetwork network,
      NDManager manager,
      ZoomConfig.Encoder encoder,
      ZoomGrid grid,
      ViewSource views) {
    this.network = network;
    this.manager = manager;
    this.grid = grid;
    this.views = views;
    this.features = new ViewFeatures(network, views, ImagePreprocessor.of(encoder.view()));
    this.preprocessor = ImagePreprocessor.of(encoder.photo());
  }

  /** Searches for the terminal cells of a photo. */
  Hypotheses search(BufferedImage photo, List<Hypothesis> starts, BeamOptions options) {
    return search(preprocessor.apply(photo), 1, starts, options).get(0);
  }

  /**
   * Searches for the terminal cells of photos.
   *
   * @param photos {@code [count, 3, H, W]}, preprocessed
   */
  List<Hypotheses> search(float[] photos, int count, List<Hypothesis> starts, BeamOptions options) {
    features.useFor(manager);
    return TorchEngine.infer(
        manager,
        batch -> {
          NDArray encoded = encode(batch, photos, count);
          List<Hypotheses> results = new ArrayList<>(count);
          for (int i = 0; i < count; i++) {
            try (NDManager step = batch.newSubManager()) {
              NDArray photo = encoded.get("{}:{}", i, i + 1);
              photo.attach(step);
              ZoomSearch.Frontier root = network.atRoot(photo, paths -> features.of(step, paths));
              results.add(ZoomSearch.search(root, grid.steps(), starts, options));
            }
          }
          return results;
        });
  }

  /**
   * Searches for the terminal cells of one photo, see {@link ZoomSearch#search(ZoomSearch.Frontier,
   * int, List, BeamOptions, ToDoubleFunction, Consumer)}.
   *
   * @param photo {@code [3, H, W]}, preprocessed
   */
  Hypotheses search(
      float[] photo,
      BeamOptions options,
      ToDoubleFunction<CellPath> penalty,
      Consumer<ZoomSearch.Step> observer) {
    features.useFor(manager);
    return TorchEngine.infer(
        manager,
        step -> {
          ZoomSearch.Frontier root =
              network.atRoot(encode(step, photo, 1), paths -> features.of(step, paths));
          return ZoomSearch.search(
              root, grid.steps(), List.of(Hypothesis.ROOT), options, penalty, observer);
        });
  }

  /** Returns the encoded photo, {@code [P]}. */
  float[] vector(BufferedImage photo) {
    return TorchEngine.infer(
        manager, step -> encode(step, preprocessor.apply(photo), 1).toFloatArray());
  }

  /** Returns the map image of a cell's view. */
  BufferedImage view(CellPath path) {
    return views.view(path);
  }

  /**
   * Returns the uncalibrated prediction for a photo with its ground truth.
   *
   * <p>The temperature is that of the cells at which the search ends, of which one holds the
   * photo's place; regions consist of S2 cells, so their shares are measured on those.
   */
  ScoredPhoto scored(PhotoSource.LabeledPhoto photo, BeamOptions options) {
    LatLng place = photo.latLng();
    Hypotheses found = search(photo.image(), List.of(Hypothesis.ROOT), options);
    SearchOutcome outcome = SearchOutcome.of(found, 1);
    return new ScoredPhoto(
        outcome.shares(),
        grid.contains(place) ? outcome.indexOf(grid.pathOf(place)) : -1,
        temperature -> {
          CellScores.Disjoint s2 = SpreadOverS2.of(SearchOutcome.of(found, temperature), grid);
          return RegionShares.needed(place, s2.cells(), s2.scores());
        });
  }

  /** Returns the best child at each step of a known path. */
  CellPath bestChildren(BufferedImage photo, CellPath path) {
    features.useFor(manager);
    float[] pixels = preprocessor.apply(photo);
    return TorchEngine.infer(manager, step -> bestChildren(step, pixels, path));
  }

  private CellPath bestChildren(NDManager step, float[] photo, CellPath path) {
    List<NDArray> views = new ArrayList<>();
    for (int n = 0; n < path.length(); n++) {
      views.add(features.of(step, List.of(path.prefix(n))));
    }
    long[] children = Arrays.stream(path.toArray()).asLongStream().toArray();
    NDArray taken = step.create(children, new Shape(1, children.length));
    return CellPath.of(
        network.logits(Forward.INFERENCE, encode(step, photo, 1), views, taken).stream()
            .mapToInt(logits -> (int) logits.argMax(1).getLong(0))
            .toArray());
  }

  private NDArray encode(NDManager step, float[] photos, int count) {
    ImageSpec photo = preprocessor.spec();
    Shape shape = new Shape(count, 3, photo.height(), photo.width());
    return network.photos(Forward.INFERENCE, step.create(photos, shape));
  }
}
