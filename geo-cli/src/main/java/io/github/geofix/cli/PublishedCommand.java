package io.github.geofix.cli;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.geofix.eval.PublishedFigures;
import io.github.geofix.eval.Table;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code geofix published}. */
@Command(
    name = "published",
    description = "Shows figures that papers published, with their sources.",
    footer = {
      "",
      "Examples:",
      "  geofix published --dataset im2gps3k --sort acc@25km",
      "  geofix published --dataset im2gps3k --add newer.csv --format csv",
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

  @Option(
      names = "--sort",
      paramLabel = "COLUMN",
      description =
          "Order the rows by a column of the table: highest figures first, names from a to z.")
  private @Nullable String sort;

  @Option(
      names = "--add",
      paramLabel = "CSV",
      description =
          "Figures of your own list, such as newer ones: columns method, dataset, metric, percent,"
              + " source. Repeat it for several files.")
  private List<Path> files = List.of();

  @Override
  public Integer call() {
    PublishedFigures known = PublishedFigures.builtIn();
    for (Path file : files) {
      known = known.withCsv(file);
    }
    PrintWriter out = spec.commandLine().getOut();
    PublishedFigures figures = dataset == null ? known : known.of(dataset);
    switch (format) {
      case TEXT -> text(figures, out);
      case CSV -> out.print(sorted(figures.toTable()).toCsv());
      case JSON -> out.println(json(sorted(figures.toTable())));
      case BIBTEX -> {
        if (sort != null) {
          throw usage("--sort is for figures; bibtex lists their sources");
        }
        out.print(figures.toBibTex());
      }
    }
    out.flush();
    return 0;
  }

  private void text(PublishedFigures figures, PrintWriter out) {
    if (dataset != null) {
      out.println(sorted(figures.table(dataset)).toMarkdown());
    } else if (sort != null) {
      throw usage("--sort needs a table: add --dataset=NAME or --format=csv");
    } else {
      figures.datasets().forEach(out::println);
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private Table sorted(Table table) {
    return sort == null ? table : table.sortedBy(sort);
  }

  private static String json(Table table) {
    JsonArray rows = new JsonArray();
    for (List<String> cells : table.rows()) {
      JsonObject row = new JsonObject();
      for (int i = 0; i < cells.size(); i++) {
        String name = table.header().get(i);
        if (name.equals("percent")) {
          row.addProperty(name, Double.valueOf(cells.get(i)));
        } else {
          row.addProperty(name, cells.get(i));
        }
      }
      rows.add(row);
    }
    return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(rows);
  }
}
