package io.github.geofix.models.internal.family;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.GeoModel.AnswerOptions;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.train.Examples.Example;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.SplittableRandom;

/** A model that is not trained as a whole. */
public abstract class UntrainedModel extends GeoModel {

  /**
   * Creates a model whose parameters have no values yet.
   *
   * @param method the family's name
   */
  protected UntrainedModel(String method, Module network, AnswerOptions answerOptions) {
    super(method, network, answerOptions);
  }

  /** Returns the exception where the model is to be trained. */
  protected abstract RuntimeException untrained();

  /** Not supported, unless a family reads photos through arrays. */
  @Override
  public List<Shape> inputShapes() {
    throw untrained();
  }

  /** Not supported. */
  @Override
  public final Example example(BufferedImage photo, LatLng latLng, SplittableRandom random) {
    throw untrained();
  }

  /** Not supported. */
  @Override
  public final NDArray loss(Forward f, Batch batch) {
    throw untrained();
  }
}
