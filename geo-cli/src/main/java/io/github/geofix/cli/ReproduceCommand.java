package io.github.geofix.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code geofix reproduce}. */
@Command(
    name = "reproduce",
    description =
        "Prints the commands from the files that a paper's authors give out to the paper's table."
            + " Nothing is run.",
    footer = {"", "Examples:", "  geofix reproduce --list", "  geofix reproduce frgeo"},
    mixinStandardHelpOptions = true)
final class ReproduceCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  static final class What {
    @Option(names = "--list", required = true, description = "List the papers.")
    private boolean list;

    @Parameters(
        index = "0",
        arity = "1",
        paramLabel = "PAPER",
        description = "A paper, such as geotoken.")
    private @Nullable String paper;
  }

  @ArgGroup(multiplicity = "1")
  private What what;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (what.paper == null) {
      for (Journey journey : Journey.values()) {
        out.printf("%-14s %-28s %s%n", journey, journey.paper(), journey.page());
      }
    } else {
      Journey journey = Journey.named(what.paper);
      out.println("# " + journey.paper() + "; what each step costs is in " + journey.page());
      journey.commands().forEach(command -> out.println("geofix " + command));
    }
    out.flush();
    return 0;
  }
}
