package io.github.geofix.cli;

import io.github.geofix.earth.EarthBackdrop;
import io.github.geofix.eval.protocol.Evaluation;
import io.github.geofix.eval.report.HtmlReport;
import io.github.geofix.models.image.Photos;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The files that a report is written to besides stdout. */
final class ReportFiles {
  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures as JSON, too.")
  private @Nullable Path json;

  @Option(names = "--csv", paramLabel = "FILE", description = "Write one row a figure, too.")
  private @Nullable Path csv;

  @Option(names = "--latex", paramLabel = "FILE", description = "Write a LaTeX table, too.")
  private @Nullable Path latex;

  @Option(names = "--report", paramLabel = "FILE", description = "Write an HTML page, too.")
  private @Nullable Path report;

  /**
   * Refuses files that could not be written, before the figures are computed.
   *
   * @param more a further file that is written, or null
   */
  void check(@Nullable Path more) {
    OutputFiles.check(json, csv, latex, report, more);
  }

  /** Returns whether a page is to be written. */
  boolean hasPage() {
    return report != null;
  }

  /** Returns whether any file is to be written. */
  boolean any() {
    return json != null || csv != null || latex != null || report != null;
  }

  /** Writes the files that were asked for. */
  void write(Evaluation evaluation) {
    OutputFiles.write(json, evaluation.toJson() + "\n");
    OutputFiles.write(csv, evaluation.toCsv());
    OutputFiles.write(latex, evaluation.toLatex());
    if (report != null) {
      HtmlReport page = evaluation.toHtml(Photos::read);
      EarthBackdrop.find().ifPresent(page::world);
      page.write(report);
    }
  }
}
