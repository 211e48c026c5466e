package io.github.geofix.models.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * Cuts images into square patches and maps each linearly: {@code [B, 3, H, W]} to {@code [B, N, D]}
 * with {@code N = floor(H / patch) floor(W / patch)}, row by row (Dosovitskiy et al. 2021). Pixels
 * beyond the last whole patch are left out.
 */
public final class PatchEmbedding extends Layer {
  private final Conv2d proj;

  /** Creates a layer for patches of the given side in pixels. */
  public PatchEmbedding(int patch, int width, boolean bias) {
    Conv2d.Options options = Conv2d.Options.kernel(patch).withStride(patch);
    proj = child("proj", new Conv2d(3, width, bias ? options : options.withoutBias()));
  }

  @Override
  public NDArray forward(Forward f, NDArray images) {
    NDArray map = proj.forward(f, images);
    Shape shape = map.getShape();
    return map.reshape(shape.get(0), shape.get(1), -1).transpose(0, 2, 1);
  }
}
