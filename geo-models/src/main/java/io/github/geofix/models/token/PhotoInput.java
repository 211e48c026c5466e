package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Linear;
import java.util.List;

/** A photo as the tokens of a backbone that is trained along: one for each part of the image. */
final class PhotoInput extends MemoryInput {
  private final Backbone backbone;
  private final Linear projection;

  PhotoInput(Backbone backbone, int width) {
    this.backbone = child("backbone", backbone);
    projection = child("proj", new Linear(backbone.width(), width));
  }

  @Override
  List<Shape> shapes() {
    ImageSpec image = backbone.image();
    return List.of(new Shape(3, image.height(), image.width()));
  }

  @Override
  int length() {
    ImageSpec image = backbone.image();
    return backbone.classTokens() + backbone.parts(image.height()) * backbone.parts(image.width());
  }

  @Override
  NDArray tokens(Forward f, List<NDArray> inputs) {
    return projection.forward(f, backbone.forward(f, inputs.get(0)));
  }
}
