package io.github.geofix.models.token;

import io.github.geofix.models.internal.family.SizedFamily;
import io.github.geofix.models.weights.RenameTable;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The token family by name. */
final class TokenFamily extends SizedFamily<TokenConfig> {

  TokenFamily() {
    super(
        TokenModel.METHOD,
        List.of(
            new Size<>("tiny", TokenConfig.tiny()),
            new Size<>("small", TokenConfig.small()),
            new Size<>("paper", TokenConfig.paper())),
        TokenModel::network,
        TokenModel::load,
        (config, positions, seed) -> TokenModel.create(config, seed));
  }

  @Override
  public Set<String> answerSettings() {
    return Set.of("decoding", "selection", "answer");
  }

  @Override
  public Map<String, RenameTable> checkpointNames() {
    return Map.of("geotoken", TokenNetwork.publishedNames());
  }

  @Override
  public Reads reads(Record config) {
    Map<String, Integer> once =
        ((TokenConfig) config).input() instanceof TokenConfig.Photo
            ? Map.of("", 1, "input.backbone", 1)
            : Map.of("", 1);
    return new Reads(once, once);
  }
}
