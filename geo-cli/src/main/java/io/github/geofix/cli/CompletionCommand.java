package io.github.geofix.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code geofix completion}. */
@Command(
    name = "completion",
    description =
        "Prints a script that lets bash and zsh complete commands, options and their values.",
    footer = {"", "Examples:", "  geofix completion", "  source <(geofix completion)"},
    mixinStandardHelpOptions = true)
final class CompletionCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    spec.commandLine().getOut().print(AutoComplete.bash("geofix", Main.commands()));
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }
}
