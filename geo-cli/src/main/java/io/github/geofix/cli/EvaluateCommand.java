package io.github.geofix.cli;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Localizer.PhotoOutcome;
import io.github.geofix.core.Location;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.TileEncoder;
import io.github.geofix.core.abstention.AnswerRules;
import io.github.geofix.core.abstention.CalibrationVectors;
import io.github.geofix.core.geodesy.Boundaries;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.Printable;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.eval.Bootstrap;
import io.github.geofix.eval.DistanceEvaluator;
import io.github.geofix.eval.PhotoReport.Resampling;
import io.github.geofix.eval.RetrievalEvaluator.Ties;
import io.github.geofix.eval.protocol.CrossViewBenchmark;
import io.github.geofix.eval.protocol.CrossViewBenchmark.CrossViewSet;
import io.github.geofix.eval.protocol.CrossViewProtocol;
import io.github.geofix.eval.protocol.Evaluation;
import io.github.geofix.eval.protocol.PhotoBenchmark;
import io.github.geofix.eval.protocol.PhotoBenchmark.PhotoSet;
import io.github.geofix.eval.protocol.PhotoProtocol;
import io.github.geofix.eval.protocol.Protocol;
import io.github.geofix.eval.protocol.Protocol.Finding;
import io.github.geofix.eval.protocol.RunProvenance.FilesDigest;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code geofix evaluate}. */
@Command(
    name = "evaluate",
    description = {
      "Measures how far answers are from where photos were taken, or how well aerial images of"
          + " photos are found.",
      "With a protocol and nothing to measure, the folder is only checked."
    },
    footer = {
      "",
      "Examples:",
      "  geofix evaluate --model models/embed --data test.csv --report page.html",
      "  geofix evaluate --protocol im2gps3k --root im2gps3k --predictions answers.csv"
    },
    mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {
  /** Photos of a cross-view benchmark shown on the page. */
  private static final int PHOTOS_IN_DETAIL = 24;

  /** In place of a protocol: print them all. */
  private static final String LIST = "list";

  private static final List<String> FOR_PHOTOS =
      List.of(
          "--km",
          "--cells",
          "--boundaries",
          "--boundary-name",
          "--right-km",
          "--incomplete",
          "--closest-candidate",
          "--skip-unreadable");

  @Spec private CommandSpec spec;

  static final class Embedded {
    @Option(
        names = "--queries",
        required = true,
        paramLabel = "FILE",
        description = "Embeddings of the ground photos, .npy or .safetensors, in list order.")
    private Path queries;

    @Option(
        names = "--gallery",
        required = true,
        paramLabel = "FILE",
        description = "Embeddings of the aerial images, in list order.")
    private Path gallery;
  }

  static final class What {
    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Model folder.")
    @Nullable Path model;

    @Option(
        names = "--predictions",
        required = true,
        paramLabel = "CSV",
        description =
            "Answers of any system: columns image, latitude, longitude; also score, heading,"
                + " sequence, rank. Of several rows of a photo that of the lowest rank counts, as"
                + " geofix locate --format csv writes them.")
    @Nullable Path predictions;

    @ArgGroup(exclusive = false, multiplicity = "1")
    @Nullable Embedded embedded;

    @ArgGroup(exclusive = false, multiplicity = "1")
    @Nullable VlmOptions vlm;

    /** Returns whether photos are read, and not answers or vectors of others. */
    boolean readsPhotos() {
      return model != null || vlm != null;
    }
  }

  @ArgGroup(multiplicity = "0..1")
  private @Nullable What what;

  static final class Data {
    @Option(
        names = "--data",
        required = true,
        paramLabel = "CSV",
        description = "Columns image, latitude, longitude; also heading, sequence.")
    @Nullable Path csv;

    @ArgGroup(exclusive = false, multiplicity = "1")
    @Nullable Benchmark benchmark;
  }

  static final class Benchmark {
    @Option(
        names = "--protocol",
        required = true,
        paramLabel = "NAME",
        description = "A benchmark of the field; list shows all and what their folders hold.")
    private String protocol;

    @Option(names = "--root", paramLabel = "DIR", description = "The benchmark's folder.")
    private @Nullable Path root;
  }

  @ArgGroup(multiplicity = "1")
  private Data data;

  @Option(
      names = "--km",
      split = ",",
      paramLabel = "KM",
      description = "Distances to count within (default: the protocol's, or 1,25,200,750,2500).")
  private @Nullable List<Double> km;

  @Option(
      names = "--cells",
      paramLabel = "LEVEL|CSV",
      description = "Break figures down by S2 cells of a level, or of geofix partition --out.")
  private @Nullable String cells;

  @Option(
      names = "--boundaries",
      paramLabel = "GEOJSON",
      description =
          "Polygons of regions below countries, such as states: a third level of the hierarchical"
              + " path score.")
  private @Nullable Path boundaries;

  @Option(
      names = "--boundary-name",
      defaultValue = "name",
      paramLabel = "PROPERTY",
      description = "The property that names a region (default: ${DEFAULT-VALUE}).")
  private String boundaryName;

  @Option(
      names = "--right-km",
      defaultValue = "200",
      paramLabel = "KM",
      description = "An answer is right within this, for reliability (default: ${DEFAULT-VALUE}).")
  private double rightKm;

  enum Drawn {
    PHOTOS,
    PLACES
  }

  @Option(
      names = "--bootstrap",
      paramLabel = "WHAT",
      description =
          "Draw intervals of photos or of places: photos of one place succeed and fail together.")
  private @Nullable Drawn bootstrap;

  @Option(
      names = "--place-level",
      defaultValue = "13",
      paramLabel = "LEVEL",
      description =
          "Photos in one S2 cell of this level are of one place: 13 is about 1 km, 10 about 8 km"
              + " (default: ${DEFAULT-VALUE}).")
  private int placeLevel;

  @Option(
      names = "--ties",
      defaultValue = "against_query",
      paramLabel = "RULE",
      description =
          "Of cross-view protocols: equal scores count against_query or are flattering, as"
              + " elsewhere (default: ${DEFAULT-VALUE}).")
  private Ties ties;

  @Option(
      names = "--incomplete",
      description = "Go on with the photos that are there where images are missing.")
  private boolean incomplete;

  @Option(
      names = "--closest-candidate",
      description =
          "Take the candidate closest to the truth: the best that any selection or judge could do.")
  private boolean closestCandidate;

  @Option(
      names = "--skip-unreadable",
      description = "Leave out photos that the model cannot read, and list them.")
  private boolean skipUnreadable;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The system's name in tables and reports (default: the name of its file).")
  private @Nullable String name;

  @Option(
      names = "--list",
      paramLabel = "FILE",
      description = "Write the images as CSV: to train on, or to embed in this order.")
  private @Nullable Path list;

  @Mixin(name = IgnoredOptions.OF_MODELS)
  private final ModelChoice choice = new ModelChoice();

  @Mixin private final ReportFiles files = new ReportFiles();

  @Override
  public Integer call() {
    files.check(list);
    PrintWriter out = spec.commandLine().getOut();
    if (data.benchmark == null) {
      out.println(photos(null, Objects.requireNonNull(data.csv)));
    } else if (data.benchmark.protocol.equals(LIST)) {
      Protocol.all().forEach(protocol -> out.println(protocol.describe()));
    } else if (data.benchmark.root == null) {
      throw usage(
          Protocol.named(data.benchmark.protocol) + " needs the benchmark's folder: --root=DIR");
    } else if (Protocol.named(data.benchmark.protocol) instanceof CrossViewProtocol crossView) {
      out.println(crossView(crossView, data.benchmark.root));
    } else {
      PhotoProtocol protocol = (PhotoProtocol) Protocol.named(data.benchmark.protocol);
      out.println(photos(protocol, data.benchmark.root));
    }
    out.flush();
    return 0;
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private String photos(@Nullable PhotoProtocol protocol, Path source) {
    if (what != null && what.embedded != null) {
      throw usage("--queries and --gallery are for cross-view protocols");
    }
    ParseResult given = spec.commandLine().getParseResult();
    if (given.hasMatchedOption("--ties")) {
      throw usage("--ties is for cross-view protocols");
    }
    checkPlaceLevel();
    if (given.hasMatchedOption("--boundary-name") && boundaries == null) {
      throw usage("--boundary-name is for --boundaries");
    }
    IgnoredOptions.refuse(spec, what);
    PhotoSet set = read(protocol, source, what == null || what.readsPhotos());
    if (!incomplete) {
      set.complete();
    }
    set.findings().forEach(finding -> note(finding.toString()));
    if (list != null) {
      set.photos().writeCsv(list);
    }
    if (what == null) {
      return Count.of(set.photos().size(), "photos") + ", all there";
    }
    PhotoBenchmark benchmark =
        protocol == null ? PhotoBenchmark.of(set) : PhotoBenchmark.of(protocol, set);
    benchmark = benchmark.withRightKm(rightKm);
    if (km != null) {
      benchmark = benchmark.withLimitsKm(km);
    }
    if (cells != null) {
      benchmark = benchmark.withCells(partition(cells, set.photos()));
    }
    if (boundaries != null) {
      benchmark = benchmark.withBoundaries(Boundaries.readGeoJson(boundaries, boundaryName));
    }
    if (bootstrap != null) {
      benchmark = benchmark.withResampling(resampling(bootstrap));
    }
    if (what.model != null && choice.isAsSaved() && !closestCandidate) {
      benchmark = benchmark.withAnswerRules(AnswerRules.load(what.model));
      benchmark =
          CalibrationVectors.load(what.model)
              .map(benchmark::withCalibrationVectors)
              .orElse(benchmark);
    }
    if (skipUnreadable) {
      benchmark = benchmark.skippingUnreadable();
    }
    return write(
        what.readsPhotos()
            ? evaluate(benchmark, what)
            : benchmark.evaluate(Manifest.readCsv(Objects.requireNonNull(what.predictions))),
        () -> set.digest(String.valueOf(source.getFileName())));
  }

  private void checkPlaceLevel() {
    if (spec.commandLine().getParseResult().hasMatchedOption("--place-level")
        && bootstrap != Drawn.PLACES) {
      throw usage("--place-level is for --bootstrap places");
    }
  }

  private Resampling resampling(Drawn drawn) {
    return new Resampling(
        Bootstrap.defaults(),
        drawn == Drawn.PLACES ? OptionalInt.of(placeLevel) : OptionalInt.empty());
  }

  private static PhotoSet read(@Nullable PhotoProtocol protocol, Path source, boolean images) {
    if (protocol == null) {
      return PhotoSet.of(Manifest.readCsv(source), images);
    }
    return images ? protocol.read(source) : protocol.readTable(source);
  }

  private static CellPartition partition(String cells, Manifest photos) {
    return cells.matches("\\d{1,2}")
        ? CellPartition.fixedLevel(photos.locations(), Integer.parseInt(cells))
        : CellPartition.load(Path.of(cells));
  }

  private Evaluation evaluate(PhotoBenchmark benchmark, What system) {
    Manifest photos = benchmark.set().photos();
    List<Path> images = photos.entries().stream().map(Manifest.Entry::image).toList();
    VlmOptions vlm = system.vlm;
    Localizer loaded =
        vlm == null
            ? choice.load(Objects.requireNonNull(system.model), images)
            : choice.judged(
                () -> vlm.open(spec.commandLine().getErr(), choice.loadOptions().photoLimits()));
    try (Localizer localizer = closestCandidate ? new ClosestCandidate(loaded, photos) : loaded;
        Bar bar = Bar.of("evaluate", benchmark.set().photos().size())) {
      return benchmark.evaluate(
          localizer,
          new DistanceEvaluator.Observer() {
            @Override
            public void located(int index, Manifest.Entry photo, Location location) {
              bar.stepTo(index + 1L);
            }

            @Override
            public void skipped(int index, Manifest.Entry photo, PhotoOutcome.Failed failure) {
              bar.stepTo(index + 1L);
              note("left out: " + failure.reason());
            }

            @Override
            public void unanswered(
                int index, Manifest.Entry photo, PhotoOutcome.Unanswered outcome) {
              bar.stepTo(index + 1L);
            }
          });
    }
  }

  private String crossView(CrossViewProtocol protocol, Path root) {
    if (what != null && what.vlm != null) {
      throw usage("--vlm-url is for photos, not for the pairs of " + protocol);
    }
    if (what != null && what.predictions != null) {
      throw usage("--predictions are for photos; " + protocol + " takes --queries and --gallery");
    }
    for (String option : FOR_PHOTOS) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw usage(option + " is for photos, not for the pairs of " + protocol);
      }
    }
    checkPlaceLevel();
    if (!choice.isAsSaved()) {
      throw usage(
          "--set, --then, --judge-url, --fallback, --tiles and --vectors are for photos, not for"
              + " the pairs of "
              + protocol);
    }
    IgnoredOptions.refuse(spec, what);
    CrossViewSet set =
        what == null || what.model != null ? protocol.read(root) : protocol.readLists(root);
    // The list is what embeddings are made from, wherever the images are.
    boolean onlyListed = what == null && list != null;
    if (!onlyListed) {
      set.complete();
    }
    set.findings().forEach(finding -> note(finding.toString()));
    if (list != null) {
      set.writeCsv(list);
    }
    if (what == null) {
      boolean complete = set.findings().stream().noneMatch(Finding::fatal);
      return protocol.counts(set) + (complete ? ", all there" : "");
    }
    CrossViewBenchmark benchmark =
        CrossViewBenchmark.of(protocol, set)
            .withTies(ties)
            .withPhotosInDetail(files.hasPage() ? PHOTOS_IN_DETAIL : 0);
    if (bootstrap != null) {
      benchmark = benchmark.withResampling(resampling(bootstrap));
    }
    return write(
        what.embedded != null
            ? evaluate(benchmark, what.embedded)
            : evaluate(benchmark, Objects.requireNonNull(what.model)),
        () -> set.digest(String.valueOf(root.getFileName())));
  }

  private static Evaluation evaluate(CrossViewBenchmark benchmark, Embedded files) {
    try (Embeddings queries = Embeddings.open(files.queries);
        Embeddings gallery = Embeddings.open(files.gallery)) {
      return benchmark.evaluate(queries, gallery);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          e.getMessage() + "; --list writes the order of the images", e);
    }
  }

  private Evaluation evaluate(CrossViewBenchmark benchmark, Path model) {
    CrossViewSet set = benchmark.set();
    try (TileEncoder encoder = TileEncoder.load(model, choice.loadOptions());
        Bar bar = Bar.of("encode", (long) set.queries().size() + set.gallery().size())) {
      return benchmark.evaluate(encoder, bar::stepTo);
    }
  }

  private String write(Evaluation evaluation, Supplier<FilesDigest> data) {
    List<Path> measured = measured();
    Evaluation named =
        evaluation.named(name == null ? String.valueOf(measured.get(0).getFileName()) : name);
    if (files.any()) {
      files.write(
          named.withProvenance(
              Measurement.of(
                  measured,
                  data.get(),
                  spec.commandLine().getParseResult(),
                  Objects.requireNonNull(what).model == null
                      ? Optional.empty()
                      : Optional.of(choice.loadOptions().precision()))));
    }
    return named.toMarkdown();
  }

  /** Returns the files or the folder of the system that is measured; of an endpoint, a name. */
  private List<Path> measured() {
    What system = Objects.requireNonNull(what);
    if (system.embedded != null) {
      return List.of(system.embedded.queries, system.embedded.gallery);
    }
    if (system.vlm != null) {
      return List.of(Path.of(system.vlm.fileName()));
    }
    return List.of(
        system.model != null ? system.model : Objects.requireNonNull(system.predictions));
  }

  private void note(String text) {
    PrintWriter err = spec.commandLine().getErr();
    err.println("note: " + Printable.of(text));
    err.flush();
  }
}
