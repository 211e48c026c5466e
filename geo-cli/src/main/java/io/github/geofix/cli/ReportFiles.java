package io.github.geofix.cli;

import io.github.geofix.core.AtomicFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
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

  /** Refuses what could not be written, before the figures are computed. */
  void check() {
    Stream.of(json, csv, latex, report).filter(Objects::nonNull).forEach(AtomicFiles::check);
  }

  /** Writes what was asked for; returns the text for stdout. */
  String write(Evaluated evaluated) {
    write(json, evaluated.json() + "\n");
    write(csv, evaluated.csv());
    write(latex, evaluated.table().toLatex());
    if (report != null) {
      evaluated.page().get().write(report);
    }
    return evaluated.markdown();
  }

  private static void write(@Nullable Path file, String text) {
    if (file != null) {
      AtomicFiles.write(file, temporary -> Files.writeString(temporary, text));
    }
  }
}
