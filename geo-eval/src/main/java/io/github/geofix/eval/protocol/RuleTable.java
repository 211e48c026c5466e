package io.github.geofix.eval.protocol;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.geofix.core.internal.JsonRecords;
import io.github.geofix.eval.Drift;
import io.github.geofix.eval.Share;
import io.github.geofix.eval.Table;
import io.github.geofix.eval.internal.report.ReportSection;
import io.github.geofix.eval.protocol.Evaluation.PhotoEvaluation.RuleOutcome;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What the rules of a model did, and whether the photos are like those of its calibration. */
final class RuleTable {
  private static final String TITLE = "Rules for giving answers";
  private static final String DRIFT = "Photos beside those of the calibration";

  private RuleTable() {}

  private static Table table(List<RuleOutcome> outcomes) {
    Table table = new Table("rule", "answered", "right of them", "drift distance", "p");
    for (RuleOutcome outcome : outcomes) {
      table.row(
          outcome.bound().toString(),
          outcome.answered().toString(),
          outcome.right().map(Share::toString).orElse(""),
          outcome.drift().map(drift -> shown("%.2f", drift.distance())).orElse(""),
          outcome.drift().map(drift -> shown("%.1g", drift.pValue())).orElse(""));
    }
    return table;
  }

  private static Table table(Drift.OfVectors drift) {
    return new Table("photos compared", "energy distance of their vectors", "p")
        .row(
            Integer.toString(drift.photos()),
            shown("%.3g", drift.distance()),
            shown("%.1g", drift.pValue()));
  }

  private static String shown(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  /** Returns the first alarm as a sentence, or nothing. */
  private static String alarm(List<RuleOutcome> outcomes, Optional<Drift.OfVectors> vectors) {
    return outcomes.stream()
        .flatMap(outcome -> outcome.drift().stream())
        .filter(Drift::isAlarm)
        .findFirst()
        .map(Drift::warning)
        .or(() -> vectors.filter(drift -> outcomes.isEmpty()).flatMap(RuleTable::warning))
        .map(warning -> "Note: " + warning + ".")
        .orElse("");
  }

  private static Optional<String> warning(Drift.OfVectors drift) {
    return drift.isAlarm()
        ? Optional.of(
            shown(
                "these photos are unlike those of the calibration (their vectors, p %.1g):"
                    + " calibrated scores and regions need not hold",
                drift.pValue()))
        : Optional.empty();
  }

  static String markdown(List<RuleOutcome> outcomes, Optional<Drift.OfVectors> vectors) {
    String alarm = alarm(outcomes, vectors);
    return (outcomes.isEmpty() ? "" : markdown(TITLE, table(outcomes)))
        + vectors.map(drift -> markdown(DRIFT, table(drift))).orElse("")
        + (alarm.isEmpty() ? "" : "\n" + alarm + "\n");
  }

  private static String markdown(String title, Table table) {
    return "\n### " + title + "\n\n" + table.toMarkdown();
  }

  static List<ReportSection> sections(
      List<RuleOutcome> outcomes, Optional<Drift.OfVectors> vectors) {
    String alarm = alarm(outcomes, vectors);
    Optional<ReportSection> rules =
        outcomes.isEmpty()
            ? Optional.empty()
            : Optional.of(
                ReportSection.table(
                    TITLE,
                    "Which answers the model's rules give, and how many of those keep the bound."
                        + " Drift is the Kolmogorov-Smirnov distance of these photos from those"
                        + " that the rule was fitted on; below p 0.01, or 0.005 where vectors are"
                        + " compared as well, the bound need not hold. "
                        + alarm,
                    table(outcomes)));
    Optional<ReportSection> compared =
        vectors.map(
            drift ->
                ReportSection.table(
                    DRIFT,
                    "The energy distance of the model's vectors from those of its calibration, and"
                        + " how often it is as great for photos of the same kind. "
                        + (outcomes.isEmpty() ? alarm : ""),
                    table(drift)));
    return Stream.of(rules, compared).flatMap(Optional::stream).toList();
  }

  /** Returns the test, with its alarm where no rule has one that counts both tests. */
  static JsonObject json(Drift.OfVectors drift, List<RuleOutcome> outcomes) {
    JsonObject tree = JsonRecords.write(drift);
    if (outcomes.isEmpty()) {
      tree.addProperty("alarm", drift.isAlarm());
    }
    return tree;
  }

  static JsonArray json(List<RuleOutcome> outcomes) {
    JsonArray rules = new JsonArray();
    for (RuleOutcome outcome : outcomes) {
      JsonObject rule = JsonRecords.write(outcome.bound());
      rule.add("answered", JsonRecords.write(outcome.answered()));
      outcome.right().ifPresent(right -> rule.add("right", JsonRecords.write(right)));
      outcome
          .drift()
          .ifPresent(
              drift -> {
                rule.add("drift", JsonRecords.write(drift));
                rule.addProperty("alarm", drift.isAlarm());
              });
      rules.add(rule);
    }
    return rules;
  }
}
