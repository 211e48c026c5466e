package io.github.geofix.models.internal.family;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.AnswerOptions;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.train.Batch;
import io.github.geofix.models.train.Example;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.SplittableRandom;

/** A model of a release that answers, can be calibrated, and is not trained here. */
public abstract class ImportedModel extends GeoModel {

  /**
   * Creates a model whose parameters have no values yet.
   *
   * @param method the family's name
   */
  protected ImportedModel(String method, Module network, AnswerOptions answerOptions) {
    super(method, network, answerOptions);
  }

  /**
   * Not supported, unless a family reads photos through arrays.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public List<Shape> inputShapes() {
    throw notTrained(method());
  }

  /**
   * Not supported.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public final Example example(BufferedImage photo, LatLng latLng, SplittableRandom random) {
    throw notTrained(method());
  }

  /**
   * Not supported.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public final NDArray loss(Forward f, Batch batch) {
    throw notTrained(method());
  }

  /** Returns what is thrown where a model of such a family is to be trained. */
  public static UnsupportedOperationException notTrained(String method) {
    return new UnsupportedOperationException(
        "models of %s are imported, not trained: by geofix import --release, or --method for files of other models"
            .formatted(method));
  }
}
