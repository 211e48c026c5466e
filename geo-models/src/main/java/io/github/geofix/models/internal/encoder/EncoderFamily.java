package io.github.geofix.models.internal.encoder;

import io.github.geofix.models.Release;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.internal.family.SizedFamily;
import java.util.List;

/** Encoders by name; each named backbone is a size. */
final class EncoderFamily extends SizedFamily<EncoderConfig> {

  EncoderFamily() {
    super(
        EncoderModel.METHOD,
        Backbone.names().stream().map(name -> new Size<>(name, EncoderConfig.of(name))).toList(),
        EncoderNetwork::new,
        EncoderModel::load,
        (config, positions, seed) -> EncoderModel.create(config, seed));
  }

  @Override
  public List<Release> releases() {
    return List.of(MegaLocRelease.RELEASE);
  }
}
