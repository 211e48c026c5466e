package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.image.ImagePreprocessor;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Linear;
import java.awt.image.BufferedImage;
import java.util.List;

/** Pixels as the tokens of a backbone that is trained along: one for each part of the image. */
final class PhotoInput extends MemoryInput implements PhotoReader {
  private final Backbone backbone;
  private final Linear projection;
  private final ImagePreprocessor preprocessor;

  PhotoInput(Backbone backbone, int dimension) {
    this.backbone = child("backbone", backbone);
    projection = child("proj", new Linear(backbone.width(), dimension));
    preprocessor = ImagePreprocessor.of(backbone.image());
  }

  @Override
  List<Shape> shapes() {
    ImageSpec image = backbone.image();
    return List.of(new Shape(3, image.height(), image.width()));
  }

  @Override
  int length() {
    ImageSpec image = backbone.image();
    return backbone.classTokens()
        + backbone.featureMapSize(image.height()) * backbone.featureMapSize(image.width());
  }

  @Override
  NDArray tokens(Forward f, List<NDArray> inputs) {
    return projection.forward(f, backbone.forward(f, inputs.get(0)));
  }

  @Override
  PhotoInput ofPixels() {
    return this;
  }

  @Override
  public TokenPhoto read(BufferedImage photo) {
    return new TokenPhoto(new float[][] {preprocessor.apply(photo)}, List.of());
  }
}
