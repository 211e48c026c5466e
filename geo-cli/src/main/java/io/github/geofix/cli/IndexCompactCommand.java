package io.github.geofix.cli;

import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.internal.Count;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix index compact}. */
@Command(
    name = "compact",
    description =
        "Frees the space of removed rows, and sorts those that were appended among the others.",
    footer = {"", "Example:", "  geofix index compact --index map.index"},
    mixinStandardHelpOptions = true)
final class IndexCompactCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--index",
      required = true,
      paramLabel = "FILE",
      description = "Index, which is replaced.")
  private Path file;

  @Override
  public Integer call() {
    OutputFiles.check(file);
    try (EmbeddingIndex index = EmbeddingIndex.open(file)) {
      int left = index.compact();
      index.save(file);
      PrintWriter stdout = spec.commandLine().getOut();
      stdout.println(Count.of(left, "rows in " + file));
      stdout.flush();
    }
    return 0;
  }
}
