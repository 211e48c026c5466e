package io.github.geofix.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Linear;

/**
 * The smallest residual encoder with a class token before its map, as CLIP has one: a projection of
 * the flattened map. So a network that reads the class token and one that fuses the tokens first
 * begin from the same features.
 */
final class ClassTokenEncoder extends Backbone {
  private static final ImageSpec IMAGE = ImageSpec.symmetric(32);
  private static final int WIDTH = 64;

  private final Backbone map;
  private final Linear classToken;

  ClassTokenEncoder() {
    super(IMAGE, WIDTH);
    map = child("map", Backbone.named("residual-small", IMAGE));
    classToken = child("class_token", new Linear(map.vectorWidth(), WIDTH));
  }

  @Override
  public int classTokens() {
    return 1;
  }

  @Override
  public int featureMapSize(int pixels) {
    return map.featureMapSize(pixels);
  }

  @Override
  public NDArray forward(Forward f, NDArray images) {
    Features seen = map.features(f, images);
    NDArray first = classToken.forward(f, seen.vector()).expandDims(1);
    return NDArrays.concat(new NDList(first, seen.tokens()), 1);
  }
}
