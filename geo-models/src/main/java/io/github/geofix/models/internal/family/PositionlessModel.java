package io.github.geofix.models.internal.family;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.models.GeoModel.AnswerOptions;
import io.github.geofix.models.calibration.Calibration.ScoredPhoto;
import io.github.geofix.models.nn.Module;
import java.util.function.Function;

/** An encoder of photos as a model: galleries are built with it. */
public abstract class PositionlessModel extends UntrainedModel {

  /**
   * Creates a model whose parameters have no values yet.
   *
   * @param method the family's name
   */
  protected PositionlessModel(String method, Module network) {
    super(method, network, AnswerOptions.defaults());
  }

  /** Not supported. */
  @Override
  public final Localizer localizer() {
    throw new IllegalStateException(
        "an encoder has no positions: build a gallery of photos with it, by geofix gallery"
            + " build");
  }

  /** Not supported. */
  @Override
  protected final Function<PhotoSource.LabeledPhoto, ScoredPhoto> scorer() {
    throw new IllegalStateException(
        "an encoder has no positions to calibrate: calibrate a gallery that is built with it");
  }
}
