package io.github.geofix.cli;

import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.PairedComparison;
import io.github.geofix.eval.report.HtmlReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
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
    description = "Compares two runs on the same photos, photo by photo.",
    mixinStandardHelpOptions = true)
final class CompareCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "A.json", description = "Written by evaluate --json.")
  private Path first;

  @Parameters(index = "1", paramLabel = "B.json", description = "Written by evaluate --json.")
  private Path second;

  @Option(names = "--report", paramLabel = "FILE", description = "Write an HTML page, too.")
  private @Nullable Path report;

  @Override
  public Integer call() {
    DistanceReport a = DistanceReport.readJson(first);
    DistanceReport b = DistanceReport.readJson(second);
    PairedComparison comparison = PairedComparison.of(a, b);
    if (report != null) {
      Map<String, DistanceReport> systems = new LinkedHashMap<>();
      systems.put(first.toString(), a);
      systems.put(second.toString(), b);
      HtmlReport.comparing("Two runs on the same photos", systems).write(report);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(comparison.table().toMarkdown());
    out.flush();
    return 0;
  }
}
