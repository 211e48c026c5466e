package io.github.geofix.cli;

import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.Printable;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.PairedComparison;
import io.github.geofix.eval.report.HtmlReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code geofix compare}. */
@Command(
    name = "compare",
    description =
        "Compares runs on the same photos with the first, photo by photo. Runs go by the names of"
            + " evaluate --name.",
    footer = {"", "Example:", "  geofix compare before.json after.json --report compare.html"},
    mixinStandardHelpOptions = true)
final class CompareCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "2..*",
      paramLabel = "RUN.json",
      description = "Written by evaluate --json; all are compared with the first.")
  private List<Path> files;

  @Option(names = "--report", paramLabel = "FILE", description = "Write an HTML page, too.")
  private @Nullable Path report;

  @Override
  public Integer call() {
    OutputFiles.check(report);
    Map<String, DistanceReport> runs = new LinkedHashMap<>();
    // All at the limits of the first: each run holds the error of every photo.
    Map<String, DistanceReport> read = DistanceReport.readJson(files);
    read.forEach((name, run) -> runs.put(name, run.withKm(reference(read).limitsKm())));
    // Nothing is printed before all is known to be comparable.
    StringBuilder text = new StringBuilder(DistanceReport.table(runs).toMarkdown()).append('\n');
    String first = runs.keySet().iterator().next();
    runs.forEach(
        (name, run) -> {
          if (!name.equals(first)) {
            text.append("### " + Printable.of(name + " against " + first) + "\n\n");
            text.append(compared(reference(runs), first, run, name).table().toMarkdown())
                .append('\n');
          }
        });
    if (report != null) {
      HtmlReport.comparing("Runs on the same photos", runs)
          .subtitle(Count.of(runs.size(), "runs, ") + Count.of(reference(runs).count(), "photos"))
          .write(report);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(text);
    out.flush();
    return 0;
  }

  private static PairedComparison compared(
      DistanceReport first, String firstName, DistanceReport run, String name) {
    try {
      return PairedComparison.of(first, run);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "cannot compare " + name + " with " + firstName + ": " + e.getMessage(), e);
    }
  }

  private static DistanceReport reference(Map<String, DistanceReport> runs) {
    return runs.values().iterator().next();
  }
}
