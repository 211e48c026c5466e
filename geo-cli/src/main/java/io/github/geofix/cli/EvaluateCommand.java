package io.github.geofix.cli;

import io.github.geofix.core.AtomicFiles;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Manifest;
import io.github.geofix.eval.DistanceEvaluator;
import io.github.geofix.eval.DistanceReport;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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

  @Option(names = "--model", required = true, paramLabel = "DIR", description = "Model folder.")
  private Path model;

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

  @Override
  public Integer call() {
    Manifest photos = Manifest.readCsv(data);
    photos
        .firstMissingImage()
        .ifPresent(
            image -> {
              throw new IllegalArgumentException(data + " lists a missing image: " + image);
            });
    try (Localizer localizer = Localizer.load(model);
        Bar bar = Bar.of("evaluate", photos.size())) {
      DistanceReport report =
          DistanceEvaluator.withDefaults()
              .withKm(km)
              .withObserver((index, photo, location) -> bar.stepTo(index + 1))
              .evaluate(localizer, photos);
      if (json != null) {
        AtomicFiles.write(json, file -> Files.writeString(file, report.toJson() + "\n"));
      }
      PrintWriter out = spec.commandLine().getOut();
      out.println(report.toMarkdown());
      out.flush();
    }
    return 0;
  }
}
