package io.github.geofix.cli;

import io.github.geofix.core.internal.Count;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** {@code geofix index}. */
@Command(
    name = "index",
    description = "Makes a gallery of map images and finds photos in it.",
    mixinStandardHelpOptions = true,
    subcommands = {
      IndexBuildCommand.class,
      IndexAppendCommand.class,
      IndexDeleteCommand.class,
      IndexCompactCommand.class,
      IndexVerifyCommand.class,
      IndexQueryCommand.class
    })
final class IndexCommand {
  private IndexCommand() {}

  static void noteMissing(CommandSpec spec, long missing) {
    if (missing > 0) {
      String left = Count.of(missing, "map images have no tile and are left out");
      spec.commandLine().getErr().println("note: " + left);
    }
  }
}
