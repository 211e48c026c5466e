package io.github.geofix.cli;

import io.github.geofix.core.LatLng;
import io.github.geofix.core.Manifest;
import io.github.geofix.eval.DistanceEvaluator;
import io.github.geofix.models.io.Family;
import io.github.geofix.models.io.GeoModel;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.train.Provenance;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.TrainReport;
import io.github.geofix.train.Trainer;
import io.github.geofix.train.data.ManifestPhotos;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix train}. */
@Command(
    name = "train",
    description = "Trains a model on a CSV file of photos.",
    mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  /** A new model, or one that there is. */
  static final class Start {
    @Option(
        names = "--from",
        paramLabel = "DIR",
        description = "Model folder to begin with, trained or imported.")
    @Nullable Path from;

    @ArgGroup(exclusive = false)
    @Nullable Untrained untrained;

    GeoModel model(Map<String, String> settings, List<LatLng> positions, long seed) {
      if (from != null) {
        ModelFolder folder = ModelFolder.open(from).with(settings);
        return folder.family().load(folder);
      }
      Untrained kind = Objects.requireNonNull(untrained);
      return Family.named(kind.method).create(kind.size, settings, positions, seed);
    }
  }

  @ArgGroup(multiplicity = "1")
  private Start start;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "CSV",
      description = "Photos to learn from: columns image, latitude, longitude.")
  private Path data;

  @Option(
      names = "--val",
      paramLabel = "CSV",
      description =
          "Photos not trained on: they choose the best epoch, calibrate the scores and are located"
              + " at the end.")
  private @Nullable Path validation;

  @Option(
      names = "--run",
      paramLabel = "DIR",
      description = "Folder of checkpoints and curves; training goes on from what it holds.")
  private @Nullable Path run;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Model folder.")
  private Path out;

  @Option(names = "--epochs", defaultValue = "10", description = "Passes (default: 10).")
  private int epochs;

  @Option(names = "--batch", defaultValue = "64", description = "Photos a step (default: 64).")
  private int batch;

  @Option(names = "--rate", defaultValue = "1e-3", description = "Learning rate (default: 1e-3).")
  private double rate;

  @Option(names = "--seed", defaultValue = "1", description = "Seed (default: 1).")
  private long seed;

  @Option(
      names = "--tiles",
      paramLabel = "SOURCE",
      description =
          "The map that zoom and recombine compare photos with: tiles/{z}/{x}/{y}.jpg, a file"
              + " .mbtiles, .pmtiles or .tif, an address, or an image of the whole Earth.")
  private @Nullable String tiles;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Change a setting of the model, such as width=256.")
  private Map<String, String> settings = Map.of();

  @Override
  public Integer call() {
    Manifest photos = read(data);
    Optional<Manifest> held = Optional.ofNullable(validation).map(TrainCommand::read);
    TrainOptions options =
        TrainOptions.defaults()
            .withEpochs(epochs)
            .withBatchSize(batch)
            .withLearningRate(rate)
            .withSeed(seed);
    try (GeoModel model = start.model(allSettings(), photos.locations(), seed)) {
      TrainReport report;
      try (Bar bar = Bar.of("train " + model.method(), 1)) {
        Trainer trainer =
            Trainer.of(model, options)
                .onNotice(spec.commandLine().getErr()::println)
                .onProgress(
                    progress -> bar.show(progress.step(), progress.steps(), progress.loss()));
        held.map(ManifestPhotos::of).ifPresent(trainer::validateOn);
        ManifestPhotos source = ManifestPhotos.of(photos);
        report = run == null ? trainer.fit(source) : trainer.fit(source, run);
      }
      held.map(ManifestPhotos::of).ifPresent(model::calibrate);
      model.save(out, Provenance.card(data.toString(), options, report));
      PrintWriter stdout = spec.commandLine().getOut();
      stdout.println(out);
      held.map(manifest -> DistanceEvaluator.withDefaults().evaluate(model.localizer(), manifest))
          .ifPresent(figures -> stdout.println(figures.toMarkdown()));
      stdout.flush();
    }
    return 0;
  }

  private static Manifest read(Path csv) {
    Manifest photos = Manifest.readCsv(csv);
    photos
        .firstMissingImage()
        .ifPresent(
            image -> {
              throw new IllegalArgumentException(csv + " lists a missing image: " + image);
            });
    return photos;
  }

  private Map<String, String> allSettings() {
    Map<String, String> all = new LinkedHashMap<>(settings);
    if (tiles != null) {
      all.put("map", tiles);
    }
    return all;
  }
}
