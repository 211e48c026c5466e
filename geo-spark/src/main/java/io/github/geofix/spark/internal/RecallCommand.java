package io.github.geofix.spark.internal;

import io.github.geofix.eval.RetrievalEvaluator.HitTally;
import io.github.geofix.spark.SparkGeo;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix spark recall}. */
@Command(
    name = "recall",
    description = "Prints how often one of the best hits is right, as JSON.",
    mixinStandardHelpOptions = true)
final class RecallCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--hits",
      required = true,
      paramLabel = "DIR",
      description = "Parquet folder that search wrote.")
  private String hits;

  @Option(
      names = "--k",
      split = ",",
      defaultValue = "1,5,10",
      paramLabel = "N",
      description = "How many of the best hits to look at (default: ${DEFAULT-VALUE}).")
  private int[] ks;

  @ArgGroup(multiplicity = "1")
  private Truth truth;

  /** What a right hit is. */
  private static final class Truth {
    @ArgGroup(exclusive = false)
    private @Nullable Near near;

    @Option(
        names = "--matches",
        required = true,
        paramLabel = "PATH",
        description = "Right images: .csv or .parquet with columns query and image.")
    private @Nullable String matches;

    HitTally.Summary recall(SparkGeo geo, Dataset<Row> hits, int... ks) {
      return near == null
          ? geo.recall(hits, geo.positions(Objects.requireNonNull(matches)), ks)
          : geo.recallWithin(near.km, hits, geo.positions(near.queries), ks);
    }
  }

  /** A position that a right hit is near. */
  private static final class Near {
    @Option(
        names = "--queries",
        required = true,
        paramLabel = "PATH",
        description =
            "The queries' true positions: .csv or .parquet with columns image, latitude and"
                + " longitude.")
    private String queries;

    @Option(
        names = "--within",
        required = true,
        paramLabel = "KM",
        description = "A hit so near to the query is right.")
    private double km;
  }

  @Override
  public Integer call() {
    SparkSession spark = Main.session("recall");
    PrintWriter out = spec.commandLine().getOut();
    out.println(Main.json(truth.recall(SparkGeo.of(spark), spark.read().parquet(hits), ks)));
    out.flush();
    return 0;
  }
}
