package io.github.geofix.models.token;

import io.github.geofix.core.partition.CellTokenizer;
import io.github.geofix.models.GeoModel.AnswerOptions;
import io.github.geofix.models.token.TokenConfig.SelectionRule;

/** Configurations for tests. */
final class TokenConfigs {
  private TokenConfigs() {}

  /** Returns a network of vectors over cells of level 4. */
  static TokenConfig vectors(TokenConfig.Vectors input, TokenNetwork.Options transformer) {
    TokenConfig tiny = TokenConfig.tiny();
    return new TokenConfig(
        input,
        CellTokenizer.Options.defaults().withLevel(4),
        transformer,
        tiny.loss(),
        tiny.decoding(),
        tiny.selection(),
        tiny.answer());
  }

  static TokenConfig withCells(TokenConfig config, CellTokenizer.Options cells) {
    return new TokenConfig(
        config.input(),
        cells,
        config.transformer(),
        config.loss(),
        config.decoding(),
        config.selection(),
        config.answer());
  }

  static TokenConfig answering(
      TokenConfig config, Decoding decoding, SelectionRule selection, AnswerOptions answer) {
    return new TokenConfig(
        config.input(),
        config.cells(),
        config.transformer(),
        config.loss(),
        decoding,
        selection,
        answer);
  }
}
