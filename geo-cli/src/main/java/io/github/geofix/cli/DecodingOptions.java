package io.github.geofix.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The decoding of a token model and the choice between what it finds, by short options. */
final class DecodingOptions {
  enum Decode {
    GREEDY,
    BEAM,
    DIVERSE,
    SAMPLING
  }

  /** The answer of the model whose candidates a judge chooses between. */
  static final String JUDGE = "judge";

  @Option(
      names = "--decode",
      paramLabel = "NAME",
      description =
          "How a token model finds sequences: greedy, beam, diverse or sampling; --set decoding.topK"
              + " and others set more.")
  private @Nullable Decode decode;

  @Option(
      names = "--samples",
      paramLabel = "N",
      description = "Sequences drawn for each photo; with --decode sampling.")
  private @Nullable Integer samples;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "Divides the logits of the tokens before the softmax; with --decode.")
  private @Nullable Double temperature;

  @Option(
      names = "--select",
      paramLabel = "RULE",
      description =
          "Which sequence of a token model is the answer: most-probable, medoid, density,"
              + " near-neighbors, reward, reward-as-published, or judge with --judge-url.")
  private @Nullable String select;

  /**
   * Checks that no other rule is to select.
   *
   * @throws IllegalArgumentException if one is given
   */
  void checkSelects(String rule) {
    if (select != null && !select.equals(rule)) {
      throw new IllegalArgumentException(
          "--then " + rule + " and --select " + select + " select both: give one of them");
    }
  }

  /** Returns whether a judge is to choose. */
  boolean byJudge() {
    return JUDGE.equals(select);
  }

  /**
   * Returns the same as settings of the model.
   *
   * @param judged whether a judge chooses between its candidates, as by {@code --select judge}
   */
  Map<String, String> settings(boolean judged) {
    if (samples != null && decode != Decode.SAMPLING) {
      throw new IllegalArgumentException("--samples goes with --decode sampling");
    }
    if (temperature != null && decode == null) {
      throw new IllegalArgumentException("--temperature goes with --decode");
    }
    Map<String, String> settings = new LinkedHashMap<>();
    if (decode != null) {
      settings.put(
          "decoding.type",
          switch (decode) {
            case GREEDY, BEAM -> "beamSearch";
            case DIVERSE -> "diverseBeamSearch";
            case SAMPLING -> "sampling";
          });
    }
    if (decode == Decode.GREEDY) {
      settings.put("decoding.beamWidth", "1");
    }
    if (samples != null) {
      settings.put("decoding.samples", samples.toString());
    }
    if (temperature != null) {
      settings.put("decoding.temperature", temperature.toString());
    }
    if ((byJudge() || judged) && samples != null) {
      // Every sequence is a candidate of its own.
      settings.put("answer.candidates", samples.toString());
    }
    if (select != null) {
      settings.put("selection", byJudge() ? "most-probable" : select);
    }
    return settings;
  }
}
