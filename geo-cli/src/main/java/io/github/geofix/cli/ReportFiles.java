package io.github.geofix.cli;

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
   * Refuses what could not be written, before the figures are computed.
   *
   * @param more a further file that is written, or null
   */
  void check(@Nullable Path more) {
    OutputFiles.check(json, csv, latex, report, more);
  }

  /** Writes what was asked for; returns the text for stdout. */
  String write(Evaluated evaluated) {
    OutputFiles.write(json, evaluated.json() + "\n");
    OutputFiles.write(csv, evaluated.csv());
    OutputFiles.write(latex, evaluated.table().toLatex());
    if (report != null) {
      evaluated.page().get().write(report);
    }
    return evaluated.markdown();
  }
}
