package io.github.geofix.models.geoclip;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.internal.loss.InfoNce;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Layer;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.Parameter.Init;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What GeoCLIP adds to CLIP, named as in its release: two linear layers on the image's vector, the
 * encoder of positions, and the learned scale of the cosines.
 */
final class GeoClipHead extends Module {
  /** Where CLIP's learned temperature starts. */
  private static final double TEMPERATURE = 0.07;

  private final Projection projection;
  private final GeoClipLocationEncoder locations;
  private final Parameter logScale;
  private final @Nullable GeoClipTexts texts;

  GeoClipHead(GeoClipConfig config) {
    int features = config.backbone().projection();
    int dimension = config.location().dimension();
    projection = child("image_encoder.mlp", new Projection(features, config.hidden(), dimension));
    locations = child("location_encoder", new GeoClipLocationEncoder(config.location()));
    logScale = parameter("logit_scale", Init.constant(InfoNce.logScale(TEMPERATURE)));
    texts =
        config.textDimension() == 0 ? null : child("texts", new GeoClipTexts(config, TEMPERATURE));
  }

  /** Linear, ReLU, linear: {@code [B, in]} to {@code [B, out]}. */
  static final class Projection extends Layer {
    private final Linear first;
    private final Linear second;

    Projection(int in, int hidden, int out) {
      first = child("0", new Linear(in, hidden));
      second = child("2", new Linear(hidden, out));
    }

    @Override
    public NDArray forward(Forward f, NDArray features) {
      return second.forward(f, Activation.RELU.apply(first.forward(f, features)));
    }
  }

  /** Returns the part that reads texts; null if the model has none. */
  @Nullable GeoClipTexts texts() {
    return texts;
  }

  Projection projection() {
    return projection;
  }

  GeoClipLocationEncoder locations() {
    return locations;
  }

  Parameter logScale() {
    return logScale;
  }

  /** Returns unit vectors {@code [B, D]} of CLIP's vectors {@code [B, projection]}. */
  NDArray embedFeatures(Forward f, NDArray features) {
    return projection.forward(f, features).normalize(2, 1);
  }

  /** Returns unit vectors {@code [B, D]} of positions. */
  NDArray embedPositions(Forward f, NDManager manager, List<LatLng> positions) {
    return locations.forward(f, manager, positions).normalize(2, 1);
  }

  /** Returns the logarithm of the scale, {@code [1]}, as an array of the given manager. */
  NDArray logScale(NDManager step) {
    return step.ones(new Shape(1)).mul(logScale.array());
  }
}
