package io.github.geofix.cli;

import io.github.geofix.eval.Count;
import io.github.geofix.eval.RetrievalEvaluator.Ties;
import io.github.geofix.eval.protocol.CrossViewProtocol;
import io.github.geofix.eval.protocol.Finding;
import io.github.geofix.eval.protocol.PhotoProtocol;
import io.github.geofix.eval.protocol.Protocol;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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
                + " sequence.")
    @Nullable Path predictions;

    @ArgGroup(exclusive = false, multiplicity = "1")
    @Nullable Embedded embedded;
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
      names = "--right-km",
      defaultValue = "200",
      paramLabel = "KM",
      description = "An answer is right within this, for reliability (default: ${DEFAULT-VALUE}).")
  private double rightKm;

  @Option(
      names = "--ties",
      defaultValue = "against_query",
      paramLabel = "RULE",
      description =
          "Equal scores count against_query or are flattering, as elsewhere (default:"
              + " ${DEFAULT-VALUE}).")
  private Ties ties;

  @Option(
      names = "--incomplete",
      description = "Go on with the photos that are there where images are missing.")
  private boolean incomplete;

  @Option(
      names = "--list",
      paramLabel = "FILE",
      description = "Write the images as CSV: to train on, or to embed in this order.")
  private @Nullable Path list;

  @Mixin private final ModelChoice choice = new ModelChoice();

  @Mixin private final ReportFiles files = new ReportFiles();

  @Override
  public Integer call() {
    files.check(list);
    PrintWriter out = spec.commandLine().getOut();
    if (data.benchmark == null) {
      out.println(photos(null, Objects.requireNonNull(data.csv)));
    } else if (data.benchmark.protocol.equals("list")) {
      Protocol.all().forEach(protocol -> out.println(protocol.describe()));
    } else if (data.benchmark.root == null) {
      throw usage("--protocol needs the benchmark's folder: --root=DIR");
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
    boolean images = what == null || what.model != null;
    PhotoRun run = PhotoRun.read(protocol, source, images, incomplete, this::note).withKm(km);
    run = run.withRightKm(rightKm);
    if (cells != null) {
      run = run.withCells(cells);
    }
    if (list != null) {
      run.photos().writeCsv(list);
    }
    if (what == null) {
      return Count.of(run.photos().size(), "photos") + ", all there";
    }
    Evaluated evaluated =
        what.model != null
            ? run.evaluate(what.model, choice)
            : run.evaluatePredictions(Objects.requireNonNull(what.predictions));
    return files.write(evaluated);
  }

  private String crossView(CrossViewProtocol protocol, Path root) {
    if (what != null && what.predictions != null) {
      throw usage("--predictions are for photos; " + protocol + " takes --queries and --gallery");
    }
    boolean images = what == null || what.model != null;
    CrossViewRun run = CrossViewRun.read(protocol, root, images, this::note).withTies(ties);
    if (list != null) {
      run.set().writeCsv(list);
    }
    if (what == null) {
      return Count.of(run.set().queries().size(), "photos and ")
          + Count.of(run.set().gallery().size(), "aerial images, all there");
    }
    return what.embedded != null
        ? run.evaluate(what.embedded.queries, what.embedded.gallery, files::write)
        : files.write(run.evaluate(Objects.requireNonNull(what.model), choice.loadOptions()));
  }

  private void note(Finding finding) {
    PrintWriter err = spec.commandLine().getErr();
    err.println("note: " + finding);
    err.flush();
  }
}
