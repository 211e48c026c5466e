package io.github.geofix.cli;

import io.github.geofix.core.index.EmbeddingIndex;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix index verify}. */
@Command(
    name = "verify",
    description = "Reads a whole index and compares its checksums.",
    footer = {"", "Example:", "  geofix index verify --index map.index"},
    mixinStandardHelpOptions = true)
final class IndexVerifyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--index", required = true, paramLabel = "FILE", description = "Index to read.")
  private Path file;

  @Override
  public Integer call() {
    EmbeddingIndex.verify(file);
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.println(file + " is as it was written");
    stdout.flush();
    return 0;
  }
}
