package io.github.geofix.cli;

import io.github.geofix.eval.Table;
import io.github.geofix.eval.report.ReportSection;

/** How published figures are set apart from those that were measured. */
final class PublishedNote {
  private static final String TITLE = "Beside figures published elsewhere";

  private PublishedNote() {}

  private static String note(boolean whole) {
    return "In per cent. Only the first row was measured here; all others were published by others,"
        + " and their preprocessing and splits may differ. Hit is the VIGOR paper's: the best image"
        + " covers the photo."
        + (whole ? "" : " The data here are not the whole benchmark, so the rows do not compare.");
  }

  static String markdown(Table table, boolean whole) {
    return "\n### " + TITLE + "\n\n" + note(whole) + "\n\n" + table.toMarkdown();
  }

  static ReportSection section(Table table, boolean whole) {
    return ReportSection.table(TITLE, note(whole), table);
  }
}
