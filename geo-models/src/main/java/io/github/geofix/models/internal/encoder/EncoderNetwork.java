package io.github.geofix.models.internal.encoder;

import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.nn.Module;

/** The network of an encoder: its backbone. */
final class EncoderNetwork extends Module {
  private final Backbone backbone;

  EncoderNetwork(EncoderConfig config) {
    backbone = child("backbone", Backbone.named(config.backbone(), config.image()));
  }

  Backbone backbone() {
    return backbone;
  }
}
