package io.github.geofix.eval.protocol;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import io.github.geofix.eval.Table;
import io.github.geofix.eval.report.HtmlReport;
import java.util.Optional;

/**
 * What an evaluation is called, and what made it.
 *
 * @param name of the system
 * @param provenance if it is known
 */
record Labels(String name, Optional<RunProvenance> provenance) {
  static final Labels NONE = new Labels("this system", Optional.empty());

  Labels withName(String name) {
    return new Labels(name, provenance);
  }

  Labels withProvenance(RunProvenance provenance) {
    return new Labels(name, Optional.of(provenance));
  }

  /** Completes a report, and returns it as text. */
  String json(JsonObject report) {
    report.addProperty("system", name);
    provenance.ifPresent(run -> run.addTo(report));
    return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(report);
  }

  String csv(String rows) {
    return comments("#") + rows;
  }

  String latex(Table table) {
    return comments("%") + table.toLatex();
  }

  private String comments(String mark) {
    return provenance.map(run -> run.toComments(mark)).orElse("");
  }

  void addTo(HtmlReport page) {
    provenance.ifPresent(run -> run.facts().forEach(page::provenance));
  }
}
