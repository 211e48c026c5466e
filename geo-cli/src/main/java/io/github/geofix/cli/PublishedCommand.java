package io.github.geofix.cli;

import com.google.gson.GsonBuilder;
import io.github.geofix.eval.PublishedFigures;
import io.github.geofix.eval.PublishedFigures.Figure;
import io.github.geofix.eval.Table;
import java.io.PrintWriter;
import java.util.List;
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
    footer = {
      "",
      "Examples:",
      "  geofix published --dataset im2gps3k",
      "  geofix published --dataset CVUSA --format bibtex"
    },
    mixinStandardHelpOptions = true)
final class PublishedCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  enum Format {
    TEXT,
    CSV,
    JSON,
    BIBTEX
  }

  @Option(
      names = "--dataset",
      paramLabel = "NAME",
      description = "Such as im2gps3k; without it the names are listed.")
  private @Nullable String dataset;

  @Option(
      names = "--format",
      defaultValue = "text",
      paramLabel = "FORMAT",
      description =
          "text, csv and json with one row a figure, or bibtex for the sources (default:"
              + " ${DEFAULT-VALUE}).")
  private Format format;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    List<Figure> figures = dataset == null ? PublishedFigures.all() : PublishedFigures.of(dataset);
    switch (format) {
      case TEXT -> text(out);
      case CSV -> out.print(csv(figures));
      case JSON ->
          out.println(
              new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(figures));
      case BIBTEX -> out.print(PublishedFigures.toBibTex(figures));
    }
    out.flush();
    return 0;
  }

  private void text(PrintWriter out) {
    if (dataset == null) {
      PublishedFigures.datasets().forEach(out::println);
    } else {
      out.println(PublishedFigures.table(dataset).toMarkdown());
    }
  }

  private static String csv(List<Figure> figures) {
    Table table = new Table("method", "dataset", "metric", "percent", "source");
    for (Figure figure : figures) {
      table.row(
          figure.method(),
          figure.dataset(),
          figure.metric(),
          Double.toString(figure.percent()),
          figure.source());
    }
    return table.toCsv();
  }
}
