package io.github.geofix.cli;

import io.github.geofix.core.track.Track.TimedPhoto;
import io.github.geofix.core.track.TrackFilter;
import io.github.geofix.earth.EarthBackdrop;
import io.github.geofix.eval.protocol.TrackEvaluation;
import io.github.geofix.eval.report.HtmlReport;
import io.github.geofix.models.image.Exif;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix track}. */
@Command(
    name = "track",
    description = {
      "Locates the photos of one camera together, by the times they were taken.",
      "Photos that follow each other closely were taken near each other, so each is located with"
          + " those before and after it. Where true positions are listed, the gain is"
          + " printed."
    },
    footer = {
      "",
      "Examples:",
      "  geofix track --model models/embed --km-per-hour 60 --geojson way.geojson drive/",
      "  geofix track --model models/embed --km-per-hour 5 --data walk.csv --report walk.html"
    },
    mixinStandardHelpOptions = true)
final class TrackCommand implements Callable<Integer> {
  /**
   * The deviation along each axis that makes the usual way: the mean square of a way is the sum of
   * those along two axes.
   */
  private static final double EITHER_AXIS = Math.sqrt(0.5);

  private static final double SECONDS_PER_HOUR = 3600;

  static final class Photos {
    @Option(
        names = "--data",
        required = true,
        paramLabel = "CSV",
        description =
            "Photos in the order of time: column image; also time (ISO 8601), and latitude and"
                + " longitude, which are only compared with the answers.")
    @Nullable Path csv;

    @ArgGroup(exclusive = false, multiplicity = "1")
    @Nullable PhotoArguments arguments;

    List<TimedPhoto> read() {
      if (csv != null) {
        return TimedPhoto.readCsv(csv, Exif::time);
      }
      List<Path> files = Objects.requireNonNull(arguments).files();
      AtomicInteger read = new AtomicInteger();
      try (Bar bar = Bar.of("read times", files.size())) {
        return TimedPhoto.ofFiles(
            files,
            file -> {
              bar.stepTo(read.incrementAndGet());
              return Exif.time(file);
            });
      }
    }
  }

  @Spec private CommandSpec spec;

  @Option(names = "--model", required = true, paramLabel = "DIR", description = "Model folder.")
  private Path model;

  @Mixin private final ModelChoice choice = new ModelChoice();

  @ArgGroup(multiplicity = "1")
  private Photos photos;

  @Option(
      names = "--km-per-hour",
      required = true,
      paramLabel = "SPEED",
      description = "The camera's usual speed: about 5 on foot, 60 by car, 800 by plane.")
  private double kmPerHour;

  @Option(
      names = "--mean-km",
      defaultValue = "500",
      paramLabel = "KM",
      description =
          "An answer is the mean of places within this distance: a few times the radius of the"
              + " model's places (default: ${DEFAULT-VALUE}, for radii of about 100).")
  private double meanKm;

  @Option(
      names = "--geojson",
      paramLabel = "FILE",
      description = "Write the way as a line, and a point for each photo.")
  private @Nullable Path geoJson;

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description = "Write the columns image, latitude, longitude, time, score.")
  private @Nullable Path csv;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write an HTML page with a map, where true positions are listed.")
  private @Nullable Path report;

  @Override
  public Integer call() {
    requireAboveZero("--km-per-hour", kmPerHour);
    requireAboveZero("--mean-km", meanKm);
    double kmPerSecond = kmPerHour * EITHER_AXIS / SECONDS_PER_HOUR;
    TrackFilter filter =
        TrackFilter.of(TrackFilter.Options.ofSpeed(kmPerSecond).withMeanKm(meanKm));
    OutputFiles.check(geoJson, csv, report);
    List<TimedPhoto> taken = photos.read();
    if (report != null && taken.stream().allMatch(photo -> photo.truth().isEmpty())) {
      throw new IllegalArgumentException(
          "--report compares the way with true positions: list them by --data, in the columns"
              + " latitude and longitude");
    }
    List<Path> images = taken.stream().map(TimedPhoto::image).toList();
    TrackEvaluation track = TrackEvaluation.of(taken, choice.locateAll(model, images), filter);
    OutputFiles.write(geoJson, track.toGeoJson());
    if (csv != null) {
      track.answers().writeCsv(csv, "time", "score");
    }
    if (report != null) {
      HtmlReport page = track.toHtml(String.valueOf(model.getFileName()));
      EarthBackdrop.find().ifPresent(page::world);
      page.write(report);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(track.toText());
    out.flush();
    return 0;
  }

  private static void requireAboveZero(String option, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(option + " must be above 0: " + value);
    }
  }
}
