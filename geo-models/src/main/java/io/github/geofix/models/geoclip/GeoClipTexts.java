package io.github.geofix.models.geoclip;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.geoclip.GeoClipHead.Projection;
import io.github.geofix.models.internal.loss.InfoNce;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.Parameter.Init;

/** A second head on the image's vector, learned by contrast with texts about the photos. */
final class GeoClipTexts extends Module {
  private final Projection photos;
  private final Projection texts;
  private final Parameter logScale;

  GeoClipTexts(GeoClipConfig config, double temperature) {
    int dimension = config.location().dimension();
    photos =
        child("image", new Projection(config.backbone().projection(), config.hidden(), dimension));
    texts = child("text", new Projection(config.textDimension(), config.hidden(), dimension));
    logScale = parameter("log_scale", Init.constant(InfoNce.logScale(temperature)), 1);
  }

  /** Returns unit vectors {@code [B, D]} of CLIP's vectors {@code [B, projection]}. */
  NDArray embedFeatures(Forward f, NDArray features) {
    return photos.forward(f, features).normalize(2, 1);
  }

  /**
   * Returns unit vectors {@code [B, D]} of the vectors of texts {@code [B, T]}; zeros where a
   * text's vector is zero, which means none.
   */
  NDArray embedTexts(Forward f, NDArray given) {
    NDArray isGiven = given.abs().sum(new int[] {1}, true).gt(0).toType(given.getDataType(), false);
    return texts.forward(f, given).normalize(2, 1).mul(isGiven);
  }

  /**
   * Returns the symmetric InfoNCE loss of the photos that have a text; zero if fewer than two do.
   *
   * @param photos as of {@link #embedFeatures}
   * @param texts as of {@link #embedTexts}
   */
  NDArray loss(NDArray photos, NDArray texts) {
    NDArray given = texts.abs().sum(new int[] {1}).gt(0).nonzero().reshape(-1);
    // One text has no negatives.
    return given.size() < 2
        ? photos.getManager().zeros(new Shape())
        : InfoNce.symmetric().loss(photos.get(given), texts.get(given), logScale.array());
  }
}
