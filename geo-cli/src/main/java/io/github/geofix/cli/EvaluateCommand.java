package io.github.geofix.cli;

import io.github.geofix.core.AtomicFiles;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Manifest;
import io.github.geofix.eval.DistanceEvaluator;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.report.HtmlReport;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix evaluate}. */
@Command(
    name = "evaluate",
    description = "Measures how far a model's answers are from where photos were taken.",
    mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  static final class What {
    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Model folder.")
    @Nullable Path model;

    @Option(
        names = "--predictions",
        required = true,
        paramLabel = "CSV",
        description = "Answers of any system: columns image, latitude, longitude.")
    @Nullable Path predictions;
  }

  @ArgGroup(multiplicity = "1")
  private What what;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "CSV",
      description = "Columns image, latitude, longitude.")
  private Path data;

  @Option(
      names = "--km",
      split = ",",
      defaultValue = "1,25,200,750,2500",
      description = "Distances to count within (default: ${DEFAULT-VALUE}).")
  private double[] km;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures as JSON, too.")
  private @Nullable Path json;

  @Option(names = "--report", paramLabel = "FILE", description = "Write an HTML page, too.")
  private @Nullable Path report;

  @Override
  public Integer call() {
    Manifest photos = Manifest.readCsv(data);
    DistanceEvaluator evaluator = DistanceEvaluator.withDefaults().withKm(km);
    DistanceReport figures =
        what.model != null
            ? evaluate(evaluator, what.model, photos)
            : evaluator.evaluate(
                Manifest.readCsv(Objects.requireNonNull(what.predictions)), photos);
    if (json != null) {
      AtomicFiles.write(json, file -> Files.writeString(file, figures.toJson() + "\n"));
    }
    if (report != null) {
      String name = String.valueOf(what.model != null ? what.model : what.predictions);
      HtmlReport.comparing("How far off", Map.of(name, figures))
          .subtitle(data.toString())
          .write(report);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(figures.toMarkdown());
    out.flush();
    return 0;
  }

  private DistanceReport evaluate(DistanceEvaluator evaluator, Path model, Manifest photos) {
    photos
        .firstMissingImage()
        .ifPresent(
            image -> {
              throw new IllegalArgumentException(data + " lists a missing image: " + image);
            });
    try (Localizer localizer = Localizer.load(model);
        Bar bar = Bar.of("evaluate", photos.size())) {
      return evaluator
          .withObserver((index, photo, location) -> bar.stepTo(index + 1))
          .evaluate(localizer, photos);
    }
  }
}
