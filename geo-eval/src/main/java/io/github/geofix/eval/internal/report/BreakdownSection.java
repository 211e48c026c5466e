package io.github.geofix.eval.internal.report;

import static j2html.TagCreator.details;
import static j2html.TagCreator.summary;

import io.github.geofix.eval.DistanceReport;
import j2html.tags.DomContent;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The figures of one system by group of photos, with their intervals drawn. */
final class BreakdownSection extends ReportSection {

  /** Groups shown at once; more are folded away. */
  private static final int OPEN_GROUPS = 12;

  private final String of;
  private final Map<String, DistanceReport> groups;

  BreakdownSection(String title, String note, String of, Map<String, DistanceReport> groups) {
    super(title, note);
    this.of = of;
    this.groups = Collections.unmodifiableMap(new LinkedHashMap<>(groups));
  }

  @Override
  DomContent content(String id) {
    DomContent table = Html.scrollable(DistanceTable.of(of, groups, Optional.empty()), title());
    return groups.size() <= OPEN_GROUPS
        ? table
        : details(summary("All " + groups.size() + " of them"), table);
  }

  @Override
  boolean showsDistances() {
    return true;
  }
}
