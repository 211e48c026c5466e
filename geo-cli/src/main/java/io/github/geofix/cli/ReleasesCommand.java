package io.github.geofix.cli;

import io.github.geofix.models.Release;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code geofix releases}. */
@Command(
    name = "releases",
    description =
        "Lists the published models that import --release takes: their files, licenses, sources and"
            + " citations. Nothing is downloaded.",
    footer = {"", "Example:", "  geofix releases"},
    mixinStandardHelpOptions = true)
final class ReleasesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Release.all().forEach(release -> out.println(release.describe()));
    out.flush();
    return 0;
  }
}
