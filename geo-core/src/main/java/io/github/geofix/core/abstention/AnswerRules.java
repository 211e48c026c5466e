package io.github.geofix.core.abstention;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.core.internal.JsonRecords;
import io.github.geofix.core.internal.StrictJson;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The rules that were fitted for a model, kept in its folder as {@value #FILE}. Immutable and
 * thread-safe.
 *
 * @param rules at most one for each distance and confidence
 */
public record AnswerRules(List<AnswerRule> rules) {

  /** The name of the file in a model folder. */
  public static final String FILE = "answer-rules.json";

  private static final long MAX_BYTES = 64L << 20;

  /** Copies the list. */
  public AnswerRules {
    rules = List.copyOf(rules);
  }

  /**
   * Reads the rules of a model; none if its folder has no such file.
   *
   * @throws ModelFormatException if the file is damaged
   */
  public static AnswerRules load(Path model) {
    Path file = model.resolve(FILE);
    if (!Files.exists(file)) {
      return new AnswerRules(List.of());
    }
    try {
      return JsonRecords.read(StrictJson.readObject(file, MAX_BYTES), AnswerRules.class);
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Writes the rules into a model folder.
   *
   * @throws UncheckedIOException if writing fails; an older file stays
   */
  public void save(Path model) {
    AtomicFiles.writeString(model.resolve(FILE), StrictJson.print(JsonRecords.write(this)));
  }

  /** Returns these rules with one more, which replaces that of its distance and confidence. */
  public AnswerRules with(AnswerRule rule) {
    List<AnswerRule> all =
        rules.stream()
            .filter(old -> !fits(old, rule.bound().withinKm(), rule.bound().confidence()))
            .collect(Collectors.toCollection(ArrayList::new));
    all.add(rule);
    return new AnswerRules(all);
  }

  /**
   * Returns the rule of a distance and a confidence.
   *
   * @throws IllegalArgumentException if there is none; the message lists those that there are
   */
  public AnswerRule rule(double withinKm, double confidence) {
    return rules.stream()
        .filter(rule -> fits(rule, withinKm, confidence))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "the model has no rule for answers within "
                        + withinKm
                        + " km with a confidence of "
                        + confidence
                        + (rules.isEmpty() ? "" : "; it has those for " + listed())
                        + ". geofix calibrate --within --confidence makes one"));
  }

  private String listed() {
    return rules.stream()
        .map(rule -> rule.bound().withinKm() + " km with " + rule.bound().confidence())
        .collect(Collectors.joining(", "));
  }

  private static boolean fits(AnswerRule rule, double withinKm, double confidence) {
    return rule.bound().withinKm() == withinKm && rule.bound().confidence() == confidence;
  }
}
