package io.github.geofix.eval.internal.report;

import io.github.geofix.eval.DistanceReport;
import j2html.tags.DomContent;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Systems one below the other, with their intervals drawn. */
final class ComparisonSection extends ReportSection {
  private final Map<String, DistanceReport> systems;

  ComparisonSection(String title, String note, Map<String, DistanceReport> systems) {
    super(title, note);
    this.systems = Collections.unmodifiableMap(new LinkedHashMap<>(systems));
    if (systems.isEmpty()) {
      throw new IllegalArgumentException("a comparison needs a system");
    }
  }

  @Override
  DomContent content(String id) {
    String own = systems.keySet().iterator().next();
    return Html.scrollable(DistanceTable.of("system", systems, Optional.of(own)), title());
  }

  @Override
  boolean showsDistances() {
    return true;
  }
}
