package io.github.geofix.cli;

import io.github.geofix.core.Precision;
import io.github.geofix.core.internal.JsonTypes;
import io.github.geofix.models.Family;
import io.github.geofix.models.internal.io.Setting;
import io.github.geofix.train.Recipe;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.internal.OptionDescriptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options of {@code geofix train} that decide what is learned. */
final class RunOptions {
  private static final long DEFAULT_SEED = 1;

  /** A new model, or one that there is. */
  static final class Start {
    @Option(
        names = "--from",
        paramLabel = "DIR",
        description = "Model folder to begin with, trained or imported.")
    @Nullable Path from;

    @ArgGroup(exclusive = false)
    @Nullable Untrained untrained;
  }

  /** Photos, or a benchmark. */
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

  /** A benchmark in its folder. */
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

  @ArgGroup private @Nullable Start start;

  @ArgGroup private @Nullable Data data;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Train as another run did: its run.json, or its run or model folder. Other options"
              + " replace what it holds.")
  private @Nullable Path config;

  @Option(
      names = "--recipe",
      paramLabel = "SIZE",
      description =
          "Train as this size of the method is trained, such as paper; --size by default where a"
              + " new model is made.")
  private @Nullable String recipe;

  @Option(
      names = "--val",
      paramLabel = "CSV",
      description =
          "Photos not trained on: they choose the best epoch, calibrate the scores and are located"
              + " at the end.")
  private @Nullable Path validation;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Passes over the photos; by default as the size is trained, 10 for tiny.")
  private @Nullable Integer epochs;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Photos a batch; by default as the size is trained, 64 for tiny.")
  private @Nullable Integer batch;

  @Option(
      names = "--rate",
      paramLabel = "RATE",
      description = "Learning rate; by default as the size is trained, 1e-3 for tiny.")
  private @Nullable Double rate;

  @Option(
      names = "--hard-negatives",
      paramLabel = "NAME",
      description =
          "For recombine: what puts photos into one batch that are hard to tell apart: frgeo,"
              + " sample4geo or none; by default as the size is trained.")
  private @Nullable String hardNegatives;

  @Option(
      names = "--precision",
      paramLabel = "PRECISION",
      description =
          "float32, bfloat16 for mixed precision, or auto: bfloat16 on processors with instructions"
              + " for it; by default as the size is trained, float32 for tiny.")
  private @Nullable Precision precision;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Another seed gives another model; 1 by default.")
  private @Nullable Long seed;

  @Option(
      names = "--opt",
      paramLabel = "KEY=VALUE",
      description =
          "Change a training option, such as schedule.type=cosine or optimizer.weightDecay=0.03;"
              + " --help-settings lists them.")
  private Map<String, String> opt = Map.of();

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
          "Change a setting of the model, such as answer.candidates=20; --help-settings lists"
              + " them.")
  private Map<String, String> settings = Map.of();

  @Option(
      names = "--skip-unreadable",
      description = "Leave out photos that are missing or cannot be read, instead of stopping.")
  private boolean skipUnreadable;

  @Option(
      names = "--fraction",
      paramLabel = "F",
      description =
          "Learn from this share of the photos, such as 0.2, drawn by --seed: few-shot training.")
  private @Nullable Double fraction;

  @Option(
      names = "--hold-out",
      paramLabel = "F",
      description =
          "Leave out this share of the photos, such as 0.01, drawn by --seed, and use them as"
              + " --val.")
  private @Nullable Double holdOut;

  @Option(
      names = "--texts",
      paramLabel = "FILE",
      description =
          "For geoclip with texts: the vectors of a text about each photo of --data, in their"
              + " order, .npy or .safetensors; zeros for a photo without one.")
  private @Nullable Path texts;

  /** Precomputed vectors. */
  static final class VectorOptions {
    @Option(
        names = "--vectors",
        required = true,
        split = ",",
        paramLabel = "FILE",
        description =
            "For token: vectors of the photos of --data in their order, as geofix embed writes"
                + " them, or several files whose rows belong together. Images are then not read.")
    private List<Path> files;

    @Option(
        names = "--neighbors",
        paramLabel = "FILE",
        description = "The neighbors of each photo, as geofix neighbors writes them.")
    private @Nullable Path neighbors;

    @Option(
        names = "--val-vectors",
        split = ",",
        paramLabel = "FILE",
        description = "Vectors of the photos of --val.")
    private List<Path> val = List.of();

    @Option(
        names = "--val-neighbors",
        paramLabel = "FILE",
        description =
            "Their neighbors among the photos of --data; without it they are searched once.")
    private @Nullable Path valNeighbors;

    @Option(
        names = "--encoder",
        paramLabel = "DIR",
        description =
            "The model that made the vectors: a copy becomes part of the new model, which then"
                + " locates photos.")
    private @Nullable Path encoder;

    RunConfig.Vectors vectors() {
      return new RunConfig.Vectors(
          files,
          Optional.ofNullable(neighbors),
          val,
          Optional.ofNullable(valNeighbors),
          Optional.ofNullable(encoder));
    }
  }

  @ArgGroup(exclusive = false)
  private @Nullable VectorOptions vectors;

  @Mixin private final CodeOption code = new CodeOption();

  @Mixin private final PhotoLimitsOption photoLimits = new PhotoLimitsOption();

  /** Returns the permission to run code. */
  CodeOption code() {
    return code;
  }

  private RunConfig read(Path file) {
    RunConfig run = RunConfig.read(file);
    if (run.start() instanceof RunConfig.New made) {
      code.check(file, Family.named(made.method()).config(made.size(), run.set()));
    }
    return run;
  }

  /**
   * Returns the run, with all training options by name.
   *
   * @throws ParameterException if neither another run nor a model and data are named
   */
  RunConfig config(CommandLine command) {
    Optional<RunConfig> base = Optional.ofNullable(config).map(this::read);
    RunConfig.Start begin = start(base.map(RunConfig::start), command);
    RunConfig run =
        new RunConfig(
            begin,
            joined(base.map(RunConfig::set), settings),
            base.map(RunConfig::opt).orElse(Map.of()),
            data(base.map(RunConfig::data), command),
            Optional.ofNullable(validation).or(() -> base.flatMap(RunConfig::val)),
            Optional.ofNullable(tiles).or(() -> base.flatMap(RunConfig::tiles)),
            skipUnreadable || base.map(RunConfig::skipUnreadable).orElse(false),
            sample().or(() -> base.flatMap(RunConfig::sample)),
            Optional.ofNullable(vectors)
                .map(VectorOptions::vectors)
                .or(() -> base.flatMap(RunConfig::vectors)),
            photoLimits.chosen().or(() -> base.flatMap(RunConfig::photoLimits)));
    TrainOptions training = recipe(run).with(run.opt()).with(changes(base.isPresent()));
    return new RunConfig(
        run.start(),
        run.set(),
        training.toMap(),
        run.data(),
        run.val(),
        run.tiles(),
        run.skipUnreadable(),
        run.sample(),
        run.vectors(),
        run.photoLimits());
  }

  private Optional<RunConfig.Sample> sample() {
    double held = holdOut == null ? 0 : holdOut;
    return fraction == null && holdOut == null
        ? Optional.empty()
        : Optional.of(new RunConfig.Sample(fraction == null ? 1 - held : fraction, held));
  }

  /** Returns the training options of a run that {@link #config} returned. */
  TrainOptions training(RunConfig run) {
    return TrainOptions.defaults().with(run.opt());
  }

  private RunConfig.Start start(Optional<RunConfig.Start> base, CommandLine command) {
    if (start == null) {
      return base.orElseThrow(
          () ->
              new ParameterException(
                  command, "Missing required option: --method, --from or --config"));
    }
    if (start.from != null) {
      return new RunConfig.From(start.from);
    }
    Untrained untrained = Objects.requireNonNull(start.untrained);
    return new RunConfig.New(untrained.method, untrained.size);
  }

  private RunConfig.Data data(Optional<RunConfig.Data> base, CommandLine command) {
    if (data == null) {
      return base.orElseThrow(
          () ->
              new ParameterException(
                  command, "Missing required option: --data, or --protocol and --root"));
    }
    return data.benchmark == null
        ? new RunConfig.Photos(Objects.requireNonNull(data.csv), Optional.ofNullable(texts))
        : new RunConfig.Benchmark(data.benchmark.protocol, data.benchmark.root);
  }

  private TrainOptions recipe(RunConfig run) {
    if (run.start() instanceof RunConfig.New made) {
      return Recipe.of(made.method(), recipe == null ? made.size() : recipe).options();
    }
    return recipe == null ? TrainOptions.defaults() : Recipe.of(run.method(), recipe).options();
  }

  /** Returns what the command line changes, the shorter options first. */
  private Map<String, String> changes(boolean seeded) {
    Map<String, String> changes = new LinkedHashMap<>();
    put(changes, "stopping.epochs", epochs);
    put(changes, "batches.size", batch);
    put(changes, "optimizer.learningRate", rate);
    put(changes, "batches.hardNegatives.type", hardNegatives);
    put(changes, "batches.precision", precision == null ? null : JsonTypes.constantName(precision));
    put(changes, "seed", seed == null && !seeded ? Long.valueOf(DEFAULT_SEED) : seed);
    changes.putAll(opt);
    return changes;
  }

  private static void put(Map<String, String> changes, String name, @Nullable Object value) {
    if (value != null) {
      changes.put(name, value.toString());
    }
  }

  private static Map<String, String> joined(
      Optional<Map<String, String>> base, Map<String, String> changes) {
    Map<String, String> all = new LinkedHashMap<>(base.orElse(Map.of()));
    all.putAll(changes);
    return all;
  }

  /** Prints what {@code --opt} and {@code --set} take. */
  void printSettings(PrintWriter out) {
    Untrained untrained = start == null ? null : start.untrained;
    TrainOptions training =
        untrained == null
            ? TrainOptions.defaults()
            : Recipe.of(untrained.method, untrained.size).options();
    out.println("Training options, by --opt NAME=VALUE:");
    new SettingsTable(OptionDescriptions.of(training.with(changes(false)))).text(out);
    out.println();
    if (untrained == null) {
      out.println("Settings of a model, by --set NAME=VALUE, are listed where --method is given.");
    } else {
      out.printf("Settings of %s %s, by --set NAME=VALUE:%n", untrained.method, untrained.size);
      Record model = Family.named(untrained.method).config(untrained.size, settings);
      new SettingsTable(Setting.of(model)).text(out);
    }
  }
}
