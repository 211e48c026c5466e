package io.github.geofix.eval.protocol;

import io.github.geofix.eval.PublishedFigures;
import io.github.geofix.eval.Share;
import io.github.geofix.eval.Table;
import io.github.geofix.eval.internal.report.ReportSection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The figures of a system above those that others published for the benchmark.
 *
 * @param table the table
 * @param part how much of the benchmark was measured; empty if all of it
 */
record PublishedTable(Table table, String part) {
  private static final String TITLE = "Beside figures published elsewhere";

  /** Returns the table, if there are published figures of a benchmark. */
  static Optional<PublishedTable> of(
      Protocol protocol, String system, Map<String, Double> figures, String part) {
    if (!PublishedFigures.builtIn().datasets().contains(protocol.dataset())) {
      return Optional.empty();
    }
    Table table = PublishedFigures.builtIn().table(protocol.dataset(), system, figures);
    table.caption(
        system + " on " + protocol.dataset() + (part.isEmpty() ? "" : ", not the whole benchmark"));
    if (!part.isEmpty()) {
      table.note(0, "measured on " + part + ": does not compare with the other rows");
    }
    return Optional.of(new PublishedTable(table, part));
  }

  /** Returns the shares as numbers from 0 to 1, in their order. */
  static Map<String, Double> figures(Map<String, Share> shares) {
    Map<String, Double> figures = new LinkedHashMap<>();
    shares.forEach((metric, share) -> figures.put(metric, share.accuracy()));
    return figures;
  }

  private String note() {
    return "In per cent. Only the first row was measured here; all others were published by others,"
        + " and their preprocessing and splits may differ. Hit is the VIGOR paper's: the best image"
        + " covers the photo."
        + (part.isEmpty()
            ? ""
            : " The data here are not the whole benchmark, so the rows do not compare.");
  }

  String toMarkdown() {
    return "\n### " + TITLE + "\n\n" + note() + "\n\n" + table.toMarkdown();
  }

  ReportSection toSection() {
    return ReportSection.table(TITLE, note(), table);
  }
}
