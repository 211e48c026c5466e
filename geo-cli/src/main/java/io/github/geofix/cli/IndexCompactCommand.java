package io.github.geofix.cli;

import io.github.geofix.core.internal.Count;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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

  @Mixin private final ReplacedIndex replaced = new ReplacedIndex();

  @Override
  public Integer call() {
    replaced.change(spec.commandLine().getOut(), index -> Count.of(index.compact(), "rows"));
    return 0;
  }
}
