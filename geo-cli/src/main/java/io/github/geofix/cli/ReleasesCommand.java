package io.github.geofix.cli;

import io.github.geofix.models.Release;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code geofix releases}. */
@Command(
    name = "releases",
    description =
        "Lists the published models that import --release takes: their files, licenses, sources and"
            + " citations. Nothing is downloaded.",
    footer = {"", "Example:", "  geofix releases geoclip"},
    mixinStandardHelpOptions = true)
final class ReleasesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(arity = "0..*", paramLabel = "NAME", description = "Releases to show (default: all).")
  private List<String> names = List.of();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    List<Release> releases =
        names.isEmpty() ? Release.all() : names.stream().map(Release::named).toList();
    releases.forEach(release -> out.println(release.describe()));
    out.flush();
    return 0;
  }
}
