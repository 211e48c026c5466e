package io.github.geofix.spark.internal;

import com.google.gson.GsonBuilder;
import io.github.geofix.core.Precision;
import io.github.geofix.core.partition.CellHierarchy;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions;
import io.github.geofix.core.partition.Region;
import io.github.geofix.spark.ShardedIndex;
import io.github.geofix.spark.SparkGeo;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The main class for spark-submit; {@code geofix spark} submits it. */
@Command(
    name = "geofix spark",
    description = "Runs GeoFix on Apache Spark.",
    subcommands = {DriftCommand.class, IndexCommand.class, RecallCommand.class},
    mixinStandardHelpOptions = true)
public final class Main {
  @Spec private CommandSpec spec;

  private Main() {}

  /** What photos are asked of. */
  private static final class Photos {
    @Option(
        names = "--model",
        required = true,
        paramLabel = "DIR",
        description =
            "Model folder, at the same path of every machine or on a file system of Spark.")
    private String model;

    @Option(
        names = "--data",
        required = true,
        paramLabel = "PATH",
        description = "Photos: a list .csv, Parquet .parquet, or a folder.")
    private String data;

    @Mixin private final OutOption out = new OutOption();

    @Option(
        names = "--batch",
        defaultValue = "32",
        paramLabel = "N",
        description = "Photos that go through the network at once (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
        names = "--partitions",
        defaultValue = "0",
        paramLabel = "N",
        description = "Parts that the photos are split into (default: as Spark reads them).")
    private int partitions;

    @Option(names = "--allow-code", description = "Run code that the model folder names.")
    private boolean allowCode;

    @Option(
        names = "--precision",
        defaultValue = "float32",
        paramLabel = "PRECISION",
        description = "float32, bfloat16 or auto, as of geofix locate (default: ${DEFAULT-VALUE}).")
    private Precision precision;

    @Option(
        names = "--memory",
        defaultValue = "512",
        paramLabel = "MB",
        description =
            "Intermediate arrays of a network, about, for each pass, with the same answers"
                + " (default: ${DEFAULT-VALUE}).")
    private int memory;

    @Option(
        names = "--max-megapixels",
        defaultValue = "100",
        paramLabel = "N",
        description = "Largest photo, in million pixels (default: ${DEFAULT-VALUE}).")
    private int maxMegapixels;

    SparkGeo.Model model() {
      return SparkGeo.Model.of(model)
          .withBatch(batch)
          .withAllowCode(allowCode)
          .withPrecision(precision)
          .withInferenceMemory(memory * (1L << 20))
          .withMaxPixels(maxMegapixels * 1_000_000L);
    }

    Dataset<Row> photos(SparkGeo geo) {
      Dataset<Row> photos = geo.photos(data);
      return partitions > 0 ? photos.repartition(partitions) : photos;
    }
  }

  @Command(
      name = "embed",
      description = "Writes the vectors of photos.",
      mixinStandardHelpOptions = true)
  int embed(@Mixin Photos photos) {
    SparkSession spark = session("embed");
    SparkGeo geo = SparkGeo.of(spark);
    geo.writeSorted(geo.embed(photos.photos(geo), photos.model()), photos.out.folder());
    return print(photos.out.folder());
  }

  @Command(
      name = "locate",
      description = "Writes where photos were taken.",
      mixinStandardHelpOptions = true)
  int locate(
      @Mixin Photos photos,
      @Option(
              names = "--top",
              defaultValue = "10",
              paramLabel = "N",
              description = "Candidates of a photo (default: ${DEFAULT-VALUE}).")
          int top) {
    SparkSession spark = session("locate");
    SparkGeo geo = SparkGeo.of(spark);
    geo.writeSorted(
        geo.locate(photos.photos(geo), photos.model().withCandidates(top)), photos.out.folder());
    return print(photos.out.folder());
  }

  @Command(
      name = "evaluate",
      description = "Prints the figures of answers that locate wrote, as JSON.",
      mixinStandardHelpOptions = true)
  int evaluate(
      @Option(
              names = "--data",
              required = true,
              paramLabel = "DIR",
              description = "Parquet folder with true positions.")
          String data) {
    SparkSession spark = session("evaluate");
    return print(json(SparkGeo.of(spark).evaluate(spark.read().parquet(data))));
  }

  @Command(
      name = "partition",
      description = "Partitions the Earth into cells by any number of points.",
      mixinStandardHelpOptions = true)
  int partition(
      @Option(
              names = "--data",
              required = true,
              paramLabel = "PATH",
              description = "Points: .csv or .parquet with columns latitude and longitude.")
          String data,
      @Option(
              names = "--min-points",
              defaultValue = "50",
              paramLabel = "N",
              description = "Sparser cells are dropped (default: ${DEFAULT-VALUE}).")
          int minPoints,
      @Option(
              names = "--max-points",
              split = ",",
              defaultValue = "500",
              paramLabel = "N",
              description = "The limit of each level, falling (default: ${DEFAULT-VALUE}).")
          int[] maxPoints,
      @Option(
              names = "--out",
              required = true,
              paramLabel = "FILE",
              description = "CSV file to write, on the machine of the driver.")
          Path out) {
    SparkSession spark = session("partition");
    SparkGeo geo = SparkGeo.of(spark);
    AdaptiveOptions options = AdaptiveOptions.defaults().withMinPoints(minPoints);
    CellHierarchy cells = geo.partition(geo.positions(data), options, maxPoints);
    cells.save(out);
    return print(cells.toString());
  }

  @Command(
      name = "search",
      description = "Writes the nearest rows of an index for each query.",
      mixinStandardHelpOptions = true)
  int search(
      @Mixin IndexOption index,
      @Option(
              names = "--queries",
              required = true,
              paramLabel = "DIR",
              description =
                  "Parquet folder with columns image and vector, as embed writes them, and"
                      + " candidates, as locate writes them, for --near.")
          String queries,
      @Option(
              names = "--top",
              defaultValue = "10",
              paramLabel = "N",
              description = "Hits of a query (default: ${DEFAULT-VALUE}).")
          int top,
      @Option(
              names = "--region",
              split = ",",
              paramLabel = "TOKEN",
              description = "Search only in these S2 cells (default: everywhere).")
          @Nullable List<String> region,
      @Option(
              names = "--near",
              defaultValue = "0",
              paramLabel = "KM",
              description = "Search only so near to a query's candidates (default: anywhere).")
          double near,
      @Mixin OutOption out) {
    SparkSession spark = session("search");
    ShardedIndex.Search search = ShardedIndex.Search.nearest(top).nearCandidates(near);
    return print(
        out.write(
            index
                .open(spark)
                .search(
                    spark.read().parquet(queries),
                    region == null ? search : search.within(Region.ofTokens(region)))));
  }

  @Command(
      name = "neighbors",
      description = "Writes the nearest other rows of each row of an index.",
      mixinStandardHelpOptions = true)
  int neighbors(
      @Mixin IndexOption index,
      @Option(
              names = "--top",
              defaultValue = "15",
              paramLabel = "N",
              description = "Neighbors of a row (default: ${DEFAULT-VALUE}).")
          int top,
      @Mixin OutOption out) {
    return print(out.write(index.open(session("neighbors")).neighbors(top)));
  }

  static SparkSession session(String operator) {
    return SparkSession.builder().appName("geofix " + operator).getOrCreate();
  }

  static String json(Object figures) {
    return new GsonBuilder().setPrettyPrinting().create().toJson(figures);
  }

  private int print(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
    return 0;
  }

  /** Returns the exit code: 0 done, 1 wrong input, 2 usage. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    return new CommandLine(new Main())
        .setOut(out)
        .setErr(err)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (e, line, parsed) -> {
              line.getErr().println(String.format(Locale.ROOT, "geofix spark: %s", message(e)));
              return 1;
            })
        .execute(args);
  }

  /** The cause of a failed task is worth more than the news of its failure. */
  private static String message(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }

  /** Runs a command and exits. */
  public static void main(String[] args) {
    int code =
        run(
            new PrintWriter(System.out, true, StandardCharsets.UTF_8),
            new PrintWriter(System.err, true, StandardCharsets.UTF_8),
            args);
    if (!SparkSession.getDefaultSession().isEmpty()) {
      SparkSession.getDefaultSession().get().stop();
    }
    // A driver in a cluster ends by itself; only a failure must be shown.
    if (code != 0) {
      System.exit(code);
    }
  }
}
