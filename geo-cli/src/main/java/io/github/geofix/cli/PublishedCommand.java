package io.github.geofix.cli;

import io.github.geofix.eval.PublishedFigures;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix published}. */
@Command(
    name = "published",
    description = "Shows figures that papers published, with their sources.",
    footer = {"", "Example:", "  geofix published --dataset im2gps3k"},
    mixinStandardHelpOptions = true)
final class PublishedCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--dataset",
      paramLabel = "NAME",
      description = "Such as im2gps3k; without it the names are listed.")
  private @Nullable String dataset;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (dataset == null) {
      PublishedFigures.datasets().forEach(out::println);
    } else {
      out.println(PublishedFigures.table(dataset).toMarkdown());
    }
    out.flush();
    return 0;
  }
}
