package io.github.geofix.eval.protocol;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.geofix.core.internal.JsonRecords;
import io.github.geofix.eval.Drift;
import io.github.geofix.eval.Share;
import io.github.geofix.eval.Table;
import io.github.geofix.eval.internal.report.ReportSection;
import io.github.geofix.eval.protocol.PhotoEvaluation.RuleOutcome;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the rules of a model did, in every format. */
final class RuleTable {
  private static final String TITLE = "Rules for giving answers";

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

  private static String shown(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  /** Returns the first alarm as a sentence, or nothing. */
  private static String alarm(List<RuleOutcome> outcomes) {
    return outcomes.stream()
        .flatMap(outcome -> outcome.drift().stream())
        .filter(Drift::isAlarm)
        .findFirst()
        .map(drift -> "Note: " + drift.warning() + ".")
        .orElse("");
  }

  static String markdown(List<RuleOutcome> outcomes) {
    if (outcomes.isEmpty()) {
      return "";
    }
    String alarm = alarm(outcomes);
    return "\n### "
        + TITLE
        + "\n\n"
        + table(outcomes).toMarkdown()
        + (alarm.isEmpty() ? "" : "\n" + alarm + "\n");
  }

  static Optional<ReportSection> section(List<RuleOutcome> outcomes) {
    return outcomes.isEmpty()
        ? Optional.empty()
        : Optional.of(
            ReportSection.table(
                TITLE,
                "Which answers the model's rules give, and how many of those keep the bound. Drift"
                    + " is the Kolmogorov-Smirnov distance of these photos from those that the rule"
                    + " was fitted on; below p 0.01 the bound need not hold. "
                    + alarm(outcomes),
                table(outcomes)));
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
