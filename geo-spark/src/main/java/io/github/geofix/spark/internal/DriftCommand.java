package io.github.geofix.spark.internal;

import io.github.geofix.core.abstention.AnswerRule;
import io.github.geofix.core.abstention.AnswerRule.ErrorBound;
import io.github.geofix.core.internal.JsonRecords;
import io.github.geofix.core.internal.StrictJson;
import io.github.geofix.eval.Drift;
import io.github.geofix.spark.SparkGeo;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

/** {@code geofix spark drift}. */
@Command(
    name = "drift",
    description = {
      "Prints how unlike the photos of a model's calibration others are, as JSON.",
      "geofix calibrate makes what they are compared with."
    },
    mixinStandardHelpOptions = true)
final class DriftCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Model folder, at the same path of every machine or on a file system of Spark.")
  private String model;

  @Option(names = "--allow-code", description = "Run code that the model folder names.")
  private boolean allowCode;

  @ArgGroup(exclusive = false, multiplicity = "1")
  private Tested tested;

  /** What is tested: photos by their vectors, answers by their scores. */
  private static final class Tested {
    @Option(
        names = "--data",
        paramLabel = "PATH",
        description =
            "Photos: a list .csv, Parquet .parquet, or a folder. Up to 200 are encoded; their"
                + " vectors are tested.")
    private @Nullable String data;

    @Option(
        names = "--answers",
        paramLabel = "DIR",
        description =
            "Parquet folder that locate wrote. The scores near up to 10,000 answers are tested for"
                + " each rule of the model.")
    private @Nullable String answers;
  }

  /**
   * What is printed.
   *
   * @param rules tests of the answers
   * @param vectors test of the photos; empty if they are fewer than 20, or the model has no vectors
   * @param alarm whether any test has it
   */
  private record Report(List<OfRule> rules, Optional<Drift.OfVectors> vectors, boolean alarm) {}

  /**
   * The tests of a rule.
   *
   * @param drift with the test of the photos, if there is one
   */
  private record OfRule(ErrorBound bound, Drift drift, boolean alarm) {}

  @Override
  public Integer call() {
    SparkSession spark = Main.session("drift");
    SparkGeo geo = SparkGeo.of(spark);
    SparkGeo.Model calibrated = SparkGeo.Model.of(model).withAllowCode(allowCode);
    Optional<Drift.OfVectors> vectors =
        tested.data == null
            ? Optional.empty()
            : geo.vectorDrift(geo.photos(tested.data), calibrated);
    List<OfRule> rules =
        tested.answers == null
            ? List.of()
            : ofRules(geo, calibrated, spark.read().parquet(tested.answers), vectors);
    boolean alarm =
        rules.isEmpty()
            ? vectors.filter(Drift.OfVectors::isAlarm).isPresent()
            : rules.stream().anyMatch(OfRule::alarm);
    PrintWriter out = spec.commandLine().getOut();
    out.println(StrictJson.print(JsonRecords.write(new Report(rules, vectors, alarm))));
    out.flush();
    return 0;
  }

  private static List<OfRule> ofRules(
      SparkGeo geo,
      SparkGeo.Model calibrated,
      Dataset<Row> answers,
      Optional<Drift.OfVectors> vectors) {
    List<OfRule> rules = new ArrayList<>();
    for (AnswerRule rule : geo.answerRules(calibrated).rules()) {
      geo.scoreDrift(answers, rule)
          .map(drift -> vectors.map(drift::withVectors).orElse(drift))
          .ifPresent(drift -> rules.add(new OfRule(rule.bound(), drift, drift.isAlarm())));
    }
    return rules;
  }
}
