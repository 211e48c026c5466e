package io.github.geofix.models.plonk;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.internal.plonk.PlonkConfig;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Module;

/** The network of {@link PlonkModel}: the class token of a backbone, and a {@link Denoiser}. */
final class PlonkNetwork extends Module {
  private final Backbone backbone;
  private final Denoiser denoiser;

  /**
   * Creates the network without values.
   *
   * @throws IllegalArgumentException if the backbone has no class token of the denoiser's length
   */
  PlonkNetwork(PlonkConfig config) {
    backbone = child("backbone", Backbone.named(config.backbone(), config.image()));
    int condition = config.network().condition();
    if (backbone.classTokens() == 0 || backbone.width() != condition) {
      throw new IllegalArgumentException(
          "%s has no class token of %d numbers, which the denoiser reads"
              .formatted(config.backbone(), condition));
    }
    backbone.freezeVectorPart();
    denoiser = child("denoiser", new Denoiser(config.network()));
  }

  Backbone backbone() {
    return backbone;
  }

  Denoiser denoiser() {
    return denoiser;
  }

  /** Returns the class tokens of photos {@code [B, 3, H, W]}, {@code [B, condition]}. */
  NDArray tokens(Forward f, NDArray images) {
    return backbone.forward(f, images).get(":, 0");
  }
}
