package io.github.geofix.cli;

import io.github.geofix.core.Manifest;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.eval.DistanceEvaluator;
import io.github.geofix.eval.protocol.Protocol;
import io.github.geofix.eval.protocol.Protocol.Finding;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.token.TokenModel;
import io.github.geofix.models.token.VectorExamples;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.TrainReport;
import io.github.geofix.train.Trainer;
import io.github.geofix.train.Trainer.Progress;
import io.github.geofix.train.data.TrainingData;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code geofix train}. */
@Command(
    name = "train",
    description = "Trains a model on a CSV file of photos, or on the training list of a benchmark.",
    footer = {
      "",
      "Examples:",
      "  geofix train --method embed --data train.csv --val held.csv --run run --out models/embed",
      "  geofix train --method zoom --tiles city.mbtiles --data train.csv --out models/zoom",
      "  geofix train --config models/embed --out models/embed-again",
      "  geofix train --method recombine --size paper --help-settings"
    },
    mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private final RunOptions options = new RunOptions();

  @Option(
      names = "--run",
      paramLabel = "DIR",
      description = "Folder of checkpoints and metrics; an unfinished run in it is resumed.")
  private @Nullable Path run;

  @Option(names = "--out", paramLabel = "DIR", description = "Model folder to write.")
  private @Nullable Path out;

  @Mixin private final ModelOutput output = new ModelOutput();

  @Option(
      names = "--help-settings",
      description =
          "List what --opt takes, and with --method what --set takes, with the values of the size.")
  private boolean helpSettings;

  @Override
  public Integer call() {
    PrintWriter stdout = spec.commandLine().getOut();
    if (helpSettings) {
      options.printSettings(stdout);
      stdout.flush();
      return 0;
    }
    if (out == null) {
      throw new ParameterException(spec.commandLine(), "Missing required option: '--out=DIR'");
    }
    train(options.config(spec.commandLine()), out, stdout);
    stdout.flush();
    return 0;
  }

  private void train(RunConfig config, Path target, PrintWriter stdout) {
    TrainOptions training = options.training(config);
    RunChecks.check(config, training);
    output.check(target);
    if (run != null) {
      AtomicFiles.checkFolder(run);
    }
    if (config.vectors().isPresent()) {
      trainOnVectors(config, config.vectors().get(), training, target, stdout);
      return;
    }
    Optional<Path> texts =
        config.data() instanceof RunConfig.Photos photos ? photos.texts() : Optional.empty();
    try (Embeddings described =
        texts.map(Embeddings::open).orElseGet(() -> Embeddings.of(new float[0][]))) {
      trainOnPhotos(config, described, training, target, stdout);
    }
  }

  /**
   * Trains on photos or pairs.
   *
   * @param texts of the photos; none if it is empty
   */
  private void trainOnPhotos(
      RunConfig config, Embeddings texts, TrainOptions training, Path target, PrintWriter stdout) {
    TrainingList all = read(config);
    TrainingList list =
        config
            .sample()
            .map(sample -> all.part(sample.learned(all.size(), training.seed())))
            .orElse(all);
    Optional<Manifest> held =
        config
            .val()
            .map(TrainCommand::readComplete)
            .or(() -> heldOut(config, all, training.seed()));
    AtomicInteger skipped = new AtomicInteger();
    TrainingData read = list.data(config.limits());
    TrainingData data =
        config.skipUnreadable()
            ? read.skippingUnreadable(reason -> skip(reason, skipped))
            : texts.size() == 0 ? read : read.withTexts(texts);
    try (GeoModel model = model(config, list.settings(), list.gallery(), training.seed())) {
      model.setPhotoLimits(config.limits());
      TrainReport report =
          fit(
              model,
              config,
              training,
              data,
              trainer ->
                  held.map(manifest -> photos(manifest, config)).ifPresent(trainer::validateOn));
      if (skipped.get() > 0) {
        note("photos skipped, as they cannot be read: " + skipped);
      }
      noteMissing(model);
      data.photos().ifPresent(model::afterTraining);
      held.map(manifest -> photos(manifest, config)).ifPresent(model::calibrate);
      String origin =
          config.data() instanceof RunConfig.Photos photos
              ? photos.csv().toString()
              : origin((RunConfig.Benchmark) config.data());
      model.save(target, report.card(origin, training).withRun(config.toJson()));
      stdout.println(target);
      held.map(manifest -> DistanceEvaluator.defaults().evaluate(model.localizer(), manifest))
          .ifPresent(figures -> stdout.println(figures.toMarkdown()));
    }
  }

  private static PhotoSource photos(Manifest manifest, RunConfig config) {
    return Photos.source(manifest, config.limits());
  }

  private static Optional<Manifest> heldOut(RunConfig config, TrainingList all, long seed) {
    return config
        .sample()
        .filter(sample -> sample.heldOut() > 0)
        .map(sample -> all.part(sample.heldOut(all.size(), seed)))
        .map(part -> ((TrainingList.OfPhotos) part).photos());
  }

  private void trainOnVectors(
      RunConfig config,
      RunConfig.Vectors files,
      TrainOptions training,
      Path target,
      PrintWriter stdout) {
    try (VectorTraining photos = new VectorTraining(config, files)) {
      Map<String, String> settings =
          config.start() instanceof RunConfig.New made
              ? photos.settings(made, config.set())
              : Map.of();
      try (GeoModel model = model(config, settings, List.of(), training.seed())) {
        TokenModel token = photos.complete(model, options.code(), target);
        Optional<VectorExamples> held = photos.held(token);
        TrainReport report =
            fit(
                token,
                config,
                training,
                photos.data(token),
                trainer ->
                    held.ifPresent(
                        examples ->
                            trainer.validateOn(
                                examples, meters -> photos.shareWithin(token, meters))));
        held.ifPresent(token::calibrate);
        String origin = ((RunConfig.Photos) config.data()).csv().toString();
        token.save(target, report.card(origin, training).withRun(config.toJson()));
        stdout.println(target);
        photos.evaluate(token).ifPresent(figures -> stdout.println(figures.toMarkdown()));
      }
    }
  }

  private static String origin(RunConfig.Benchmark benchmark) {
    return benchmark.protocol() + " in " + benchmark.root();
  }

  private TrainReport fit(
      GeoModel model,
      RunConfig config,
      TrainOptions training,
      TrainingData data,
      Consumer<Trainer> validation) {
    try (Bar bar = Bar.ofTraining("train " + model.method())) {
      Trainer trainer =
          Trainer.of(model, training)
              .onNotice(spec.commandLine().getErr()::println)
              .onProgress(progress -> bar.show(progress.step(), progress.steps(), progress.loss()))
              .onProgress(new RunWriter(config))
              .onEpoch(epoch -> bar.endEpoch(epoch.steps(), summary(epoch, training)));
      validation.accept(trainer);
      TrainReport report = run == null ? trainer.fit(data) : trainer.fit(data, run);
      if (report.ending() == TrainReport.Ending.STOPPED) {
        throw new CancellationException(
            "the training was stopped, no model was written"
                + (run == null ? ": with --run DIR a command continues its training" : ""));
      }
      return report;
    }
  }

  /** Writes the configuration once the trainer has accepted the run folder. */
  private final class RunWriter implements Consumer<Progress> {
    private final RunConfig config;
    private boolean written;

    RunWriter(RunConfig config) {
      this.config = config;
    }

    @Override
    public void accept(Progress progress) {
      if (run != null && !written) {
        config.write(run);
        written = true;
      }
    }
  }

  private static String summary(TrainReport.Epoch epoch, TrainOptions training) {
    int epochs = training.stopping().epochs();
    return String.format(
        Locale.ROOT,
        "epoch %d%s, loss %.4f%s",
        epoch.epoch() + 1,
        epochs > 0 ? " of " + epochs : "",
        epoch.loss(),
        (Double.isNaN(epoch.validationLoss())
                ? ""
                : String.format(Locale.ROOT, ", validation loss %.4f", epoch.validationLoss()))
            + (Double.isNaN(epoch.validationShare())
                ? ""
                : String.format(
                    Locale.ROOT,
                    ", within %.0f m %.1f %%",
                    training.stopping().withinMeters(),
                    100 * epoch.validationShare())));
  }

  private TrainingList read(RunConfig config) {
    if (config.data() instanceof RunConfig.Benchmark benchmark) {
      return TrainingList.read(
          Protocol.named(benchmark.protocol()),
          benchmark.root(),
          config.skipUnreadable(),
          this::note);
    }
    Path csv = ((RunConfig.Photos) config.data()).csv();
    return TrainingList.read(csv, config.skipUnreadable(), this::note);
  }

  private GeoModel model(
      RunConfig config, Map<String, String> ofData, List<LatLng> gallery, long seed) {
    Map<String, String> settings = new LinkedHashMap<>(config.set());
    config.tiles().ifPresent(t -> settings.putAll(MapSetting.of(t, config.method())));
    if (config.start() instanceof RunConfig.From from) {
      ModelFolder folder = options.code().open(from.folder()).with(settings);
      GeoModel model = Family.of(folder).load(folder);
      model.clearCalibration();
      return model;
    }
    RunConfig.New made = (RunConfig.New) config.start();
    Map<String, String> all = new LinkedHashMap<>(ofData);
    all.putAll(settings);
    return Family.named(made.method()).create(made.size(), all, gallery, seed);
  }

  private static Manifest readComplete(Path csv) {
    return ((TrainingList.OfPhotos) TrainingList.read(csv, false, finding -> {})).photos();
  }

  private void skip(String reason, AtomicInteger skipped) {
    skipped.incrementAndGet();
    note("skipped: " + reason);
  }

  private void noteMissing(GeoModel model) {
    if (model instanceof GeoModel.Refining refining) {
      refining.missingImagery().ifPresent(this::note);
    }
  }

  private void note(Finding finding) {
    note(finding.toString());
  }

  private void note(String text) {
    spec.commandLine().getErr().println("note: " + text);
  }
}
