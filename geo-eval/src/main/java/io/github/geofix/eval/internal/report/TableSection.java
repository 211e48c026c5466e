package io.github.geofix.eval.internal.report;

import io.github.geofix.eval.Table;
import j2html.tags.DomContent;

/** A plain table. */
final class TableSection extends ReportSection {
  private final Table table;

  TableSection(String title, String note, Table table) {
    super(title, note);
    this.table = table;
  }

  @Override
  DomContent content(String id) {
    return Html.scrollable(Html.table(table), title());
  }
}
