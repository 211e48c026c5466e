package io.github.geofix.models;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.nn.Conv2d;
import io.github.geofix.models.nn.Forward;

/** The smallest backbone, for models of few kilobytes; as a user may write one. */
public final class PatchBackbone extends Backbone {
  /** What it reads. */
  public static final ImageSpec IMAGE = ImageSpec.symmetric(16);

  private final Conv2d stem =
      child("stem", new Conv2d(3, 8, Conv2d.Options.kernel(4).withStride(4)));

  /** Creates it without values. */
  public PatchBackbone() {
    super(IMAGE, 8);
  }

  @Override
  public NDArray forward(Forward f, NDArray images) {
    return tokens(stem.forward(f, images)); // [B, 16, 8]
  }

  @Override
  public int featureMapSize(int pixels) {
    return pixels / 4;
  }
}
