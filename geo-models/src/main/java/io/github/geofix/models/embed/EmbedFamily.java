package io.github.geofix.models.embed;

import io.github.geofix.models.internal.family.SizedFamily;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The embed family by name. */
final class EmbedFamily extends SizedFamily<EmbedConfig> {

  EmbedFamily() {
    super(
        EmbedModel.METHOD,
        List.of(
            new Size<>("tiny", EmbedConfig.tiny()),
            new Size<>("small", EmbedConfig.small()),
            new Size<>("paper", EmbedConfig.paper())),
        config -> new EmbedNetwork(config, new int[0]),
        EmbedModel::load,
        EmbedModel::create);
  }

  @Override
  public Set<String> answerSettings() {
    return Set.of("inference", "answer");
  }

  @Override
  public Reads reads(Record config) {
    int views = ((EmbedConfig) config).inference().tenCrops() == 0 ? 1 : 10;
    return new Reads(Map.of("backbone", views), Map.of("backbone", 1));
  }
}
