package io.github.geofix.cli;

import io.github.geofix.core.Manifest;
import io.github.geofix.core.io.AtomicFiles;
import io.github.geofix.eval.DistanceEvaluator;
import io.github.geofix.eval.protocol.CrossViewProtocol;
import io.github.geofix.eval.protocol.Finding;
import io.github.geofix.eval.protocol.Protocol;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.RefiningModel;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.train.Provenance;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.TrainReport;
import io.github.geofix.train.Trainer;
import io.github.geofix.train.data.HardNegatives;
import io.github.geofix.train.data.ManifestPhotos;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix train}. */
@Command(
    name = "train",
    description = "Trains a model on a CSV file of photos, or on the training list of a benchmark.",
    footer = {
      "",
      "Examples:",
      "  geofix train --method embed --data train.csv --val held.csv --run run --out models/embed",
      "  geofix train --method zoom --tiles city.mbtiles --data train.csv --out models/zoom"
    },
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

    String method() {
      return from != null
          ? ModelFolder.open(from).method()
          : Objects.requireNonNull(untrained).method;
    }

    GeoModel model(
        TrainingList data, Map<String, String> settings, long seed, CodeOption code) {
      if (from != null) {
        ModelFolder folder = code.open(from).with(settings);
        GeoModel model = Family.of(folder).load(folder);
        model.clearCalibration();
        return model;
      }
      Untrained kind = Objects.requireNonNull(untrained);
      Map<String, String> all = new LinkedHashMap<>(data.settings());
      all.putAll(settings);
      return Family.named(kind.method).create(kind.size, all, data.gallery(), seed);
    }
  }

  @ArgGroup(multiplicity = "1")
  private Start start;

  static final class Data {
    @Option(
        names = "--data",
        required = true,
        paramLabel = "CSV",
        description = "Photos to learn from: columns image, latitude, longitude.")
    @Nullable Path csv;

    @ArgGroup(exclusive = false, multiplicity = "1")
    @Nullable Benchmark benchmark;
  }

  static final class Benchmark {
    @Option(
        names = "--protocol",
        required = true,
        paramLabel = "NAME",
        description =
            "Learn from the training list of a benchmark, such as vigor-same; geofix evaluate"
                + " --protocol list shows all.")
    private String protocol;

    @Option(
        names = "--root",
        required = true,
        paramLabel = "DIR",
        description = "The benchmark's folder.")
    private Path root;
  }

  @ArgGroup(multiplicity = "1")
  private Data data;

  @Option(
      names = "--hard-negatives",
      defaultValue = "none",
      paramLabel = "NAME",
      description =
          "For recombine: what puts photos into one batch that are hard to tell apart: frgeo,"
              + " sample4geo or none (default: none).")
  private String hardNegatives;

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

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Model folder to write.")
  private Path out;

  @Option(
      names = "--epochs",
      defaultValue = "10",
      paramLabel = "N",
      description = "Passes over the photos (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--batch",
      defaultValue = "64",
      paramLabel = "N",
      description = "Photos a step (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--rate",
      defaultValue = "1e-3",
      paramLabel = "RATE",
      description = "Learning rate (default: ${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "S",
      description = "Another seed gives another model (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--tiles",
      paramLabel = "SOURCE",
      description =
          "The map that zoom and recombine compare photos with: tiles/{z}/{x}/{y}.jpg, a file"
              + " .mbtiles, .pmtiles, .tif or layout.yaml, an address, or an image of the whole"
              + " Earth.")
  private @Nullable String tiles;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Change a setting of the model, such as answer.candidates=20; an unknown name lists them all.")
  private Map<String, String> settings = Map.of();

  @Mixin private final CodeOption code = new CodeOption();

  @Override
  public Integer call() {
    Protocol benchmark = data.benchmark == null ? null : Protocol.named(data.benchmark.protocol);
    Path source = data.benchmark == null ? Objects.requireNonNull(data.csv) : data.benchmark.root;
    String method = start.method();
    refuseWhatDoesNotFit(benchmark, method);
    ModelFolder.check(out);
    if (run != null) {
      AtomicFiles.checkFolder(run);
    }
    TrainingList photos =
        benchmark == null
            ? new TrainingList.OfPhotos(read(source))
            : TrainingList.read(benchmark, source, this::note);
    Optional<Manifest> held = Optional.ofNullable(validation).map(TrainCommand::read);
    TrainOptions options =
        TrainOptions.defaults()
            .withEpochs(epochs)
            .withBatchSize(batch)
            .withLearningRate(rate)
            .withSeed(seed)
            .withHardNegatives(strategy());
    try (GeoModel model = start.model(photos, allSettings(method), seed, code)) {
      TrainReport report;
      try (Bar bar = Bar.of("train " + model.method(), 1)) {
        Trainer trainer =
            Trainer.of(model, options)
                .onNotice(spec.commandLine().getErr()::println)
                .onProgress(
                    progress -> bar.show(progress.step(), progress.steps(), progress.loss()));
        held.map(ManifestPhotos::of).ifPresent(trainer::validateOn);
        report = run == null ? trainer.fit(photos.data()) : trainer.fit(photos.data(), run);
      }
      noteMissing(model);
      if (photos instanceof TrainingList.OfPhotos known) {
        model.afterTraining(ManifestPhotos.of(known.photos()));
      }
      held.map(ManifestPhotos::of).ifPresent(model::calibrate);
      String origin = benchmark == null ? source.toString() : benchmark + " in " + source;
      model.save(out, Provenance.card(origin, options, report));
      PrintWriter stdout = spec.commandLine().getOut();
      stdout.println(out);
      held.map(manifest -> DistanceEvaluator.withDefaults().evaluate(model.localizer(), manifest))
          .ifPresent(figures -> stdout.println(figures.toMarkdown()));
      stdout.flush();
    }
    return 0;
  }

  private void refuseWhatDoesNotFit(@Nullable Protocol benchmark, String method) {
    boolean matching = method.equals("recombine");
    if (benchmark instanceof CrossViewProtocol && !matching) {
      throw new IllegalArgumentException(
          benchmark
              + " has pairs of ground photos and aerial images, from which recombine learns and "
              + method
              + " does not");
    }
    if (benchmark instanceof CrossViewProtocol && validation != null) {
      throw new IllegalArgumentException(
          "--val takes photos with positions, "
              + benchmark
              + " has pairs: measure the trained model by geofix evaluate --protocol "
              + benchmark);
    }
    if (!strategy().equals(HardNegatives.none()) && !matching) {
      throw new IllegalArgumentException(
          "--hard-negatives is for recombine, which compares the photos of a batch; "
              + method
              + " does not");
    }
    if (!(benchmark instanceof CrossViewProtocol)
        && Family.named(method).mapSetting().isPresent()
        && start.from == null
        && !allSettings(method).containsKey(Family.named(method).mapSetting().orElseThrow())) {
      throw new IllegalArgumentException(
          method
              + " compares photos with a map: name it by --tiles"
              + (matching ? ", or give a protocol of pairs, such as cvusa" : ""));
    }
  }

  private HardNegatives strategy() {
    return switch (hardNegatives) {
      case "none" -> HardNegatives.none();
      case "frgeo" -> HardNegatives.frgeo();
      case "sample4geo" -> HardNegatives.sample4geo();
      default ->
          throw new IllegalArgumentException(
              "no hard negatives " + hardNegatives + "; there are none, frgeo, sample4geo");
    };
  }

  private void noteMissing(GeoModel model) {
    if (model instanceof RefiningModel refining && refining.missingImagery().missing() > 0) {
      spec.commandLine().getErr().println("note: " + refining.missingImagery());
    }
  }

  private void note(Finding finding) {
    spec.commandLine().getErr().println("note: " + finding);
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

  private Map<String, String> allSettings(String method) {
    Map<String, String> all = new LinkedHashMap<>(settings);
    if (tiles != null) {
      all.putAll(MapSetting.of(tiles, method));
    }
    return all;
  }
}
