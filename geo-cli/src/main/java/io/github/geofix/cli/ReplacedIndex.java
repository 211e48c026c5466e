package io.github.geofix.cli;

import io.github.geofix.core.index.EmbeddingIndex;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** The option that names an index which a command changes in place. */
final class ReplacedIndex {
  @Option(
      names = "--index",
      required = true,
      paramLabel = "FILE",
      description = "Index, which is replaced.")
  private Path file;

  /**
   * Changes the index and saves it.
   *
   * @param change returns what was done, in words
   */
  void change(PrintWriter out, Function<EmbeddingIndex, String> change) {
    OutputFiles.check(file);
    try (EmbeddingIndex index = EmbeddingIndex.open(file)) {
      String done = change.apply(index);
      index.save(file);
      out.println(done + " in " + file);
      out.flush();
    }
  }
}
