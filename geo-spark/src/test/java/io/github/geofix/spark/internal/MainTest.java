package io.github.geofix.spark.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Photo;
import io.github.geofix.core.abstention.AnswerRule;
import io.github.geofix.core.abstention.AnswerRule.ErrorBound;
import io.github.geofix.core.abstention.AnswerRules;
import io.github.geofix.core.abstention.CalibrationVectors;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.JsonRecords;
import io.github.geofix.core.partition.CellCounts;
import io.github.geofix.core.partition.CellHierarchy;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions;
import io.github.geofix.core.partition.PointSet;
import io.github.geofix.eval.Drift;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.spark.LocalSpark;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MainTest {
  private static final SparkSession SPARK = LocalSpark.session();

  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return Main.run(new PrintWriter(out), new PrintWriter(err), args);
  }

  @Test
  void embedsLocatesAndEvaluates() throws IOException {
    long memory = TorchEngine.inferenceMemory();
    List<LatLng> places = LocalSpark.points(400, new Random(1));
    String model = LocalSpark.model(folder.resolve("model"), places).toString();
    StringBuilder list = new StringBuilder("image,latitude,longitude\n");
    for (int i = 0; i < 4; i++) {
      Files.write(folder.resolve(i + ".png"), LocalSpark.photo(i));
      list.append(i + ".png," + places.get(i).latitude() + "," + places.get(i).longitude() + "\n");
    }
    list.append("missing.png,1,2\n");
    String photos = folder.resolve("photos.csv").toString();
    Files.writeString(folder.resolve("photos.csv"), list);
    String vectors = folder.resolve("vectors").toString();
    assertThat(run("embed", "--model", model, "--data", photos, "--out", vectors)).isZero();
    assertThat(SPARK.read().parquet(vectors).filter("error is null").count()).isEqualTo(4);
    String index = folder.resolve("index").toString();
    assertThat(run("index", "build", "--data", vectors, "--out", index, "--rows-per-shard", "2"))
        .isZero();
    assertThat(out.toString()).contains("manifest 1: 4 rows in 2 shards");
    assertThat(run("index", "append", "--index", index, "--data", vectors)).isZero();
    assertThat(run("index", "delete", "--index", index, "--data", photos)).isZero();
    assertThat(out.toString()).contains("manifest 3: 0 rows in 4 shards");
    assertThat(run("index", "append", "--index", index, "--data", vectors)).isZero();
    assertThat(run("index", "compact", "--index", index)).isZero();
    assertThat(out.toString()).contains("manifest 5: 4 rows in 2 shards");
    String hits = folder.resolve("hits").toString();
    assertThat(
            run(
                "search",
                "--index",
                index,
                "--queries",
                vectors,
                "--region",
                S2Cell.of(places.get(2), 20).toString(),
                "--top",
                "3",
                "--out",
                hits))
        .isZero();
    assertThat(SPARK.read().parquet(hits).select("image").distinct().collectAsList())
        .singleElement()
        .asString()
        .contains("2.png");
    out.getBuffer().setLength(0);
    assertThat(run("recall", "--hits", hits, "--queries", photos, "--within", "50", "--k", "1"))
        .isZero();
    assertThat(JsonParser.parseString(out.toString()).getAsJsonObject().get("count").getAsInt())
        .isEqualTo(5);
    Path matches = folder.resolve("matches.csv");
    Files.writeString(matches, "query,image\n" + image(hits) + "\n");
    assertThat(run("recall", "--hits", hits, "--matches", matches.toString(), "--k", "1")).isZero();
    assertThat(run("recall", "--hits", hits)).isEqualTo(2);
    assertThat(run("index", "vacuum", "--index", index)).isZero();
    assertThat(out.toString()).contains("\"accuracy\": 1.0").contains("; 0 older files deleted");
    String neighbors = folder.resolve("neighbors").toString();
    assertThat(run("neighbors", "--index", index, "--top", "2", "--out", neighbors)).isZero();
    assertThat(SPARK.read().parquet(neighbors).count()).isEqualTo(8);
    String answers = folder.resolve("answers").toString();
    assertThat(
            run(
                "locate",
                "--model",
                model,
                "--data",
                photos,
                "--out",
                answers,
                "--partitions",
                "2",
                "--memory",
                "64"))
        .isZero();
    assertThat(TorchEngine.inferenceMemory()).isEqualTo(64 << 20);
    TorchEngine.setInferenceMemory(memory);
    assertThat(
            SPARK.read().parquet(answers).filter("error is not null").head().<String>getAs("error"))
        .contains("missing.png");
    out.getBuffer().setLength(0);
    assertThat(run("evaluate", "--data", answers)).isZero();
    assertThat(JsonParser.parseString(out.toString()).getAsJsonObject().get("count").getAsInt())
        .isEqualTo(4);
  }

  @Test
  void driftIsThatOfOneMachine() throws IOException {
    List<LatLng> places = LocalSpark.points(400, new Random(1));
    Path model = LocalSpark.model(folder.resolve("model"), places);
    List<Path> photos = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      photos.add(Files.write(folder.resolve((i < 25 ? "a" : "b") + i), LocalSpark.photo(i)));
    }
    List<Double> fitted = IntStream.range(0, 40).mapToObj(i -> i / 40.0).toList();
    AnswerRule rule = new AnswerRule(new ErrorBound(2500, 0.5, 0.1), Optional.of(0.5), fitted);
    new AnswerRules(List.of(rule)).save(model);
    List<Path> tested = photos.subList(25, 50);
    Drift expected;
    try (Localizer localizer = Localizer.load(model)) {
      List<float[]> vectors =
          photos.subList(0, 25).stream()
              .map(photo -> localizer.vector(Photo.of(photo)).orElseThrow())
              .toList();
      CalibrationVectors.of(vectors).save(model);
      List<Double> masses =
          tested.stream()
              .map(photo -> AnswerRule.mass(localizer.locateAll(List.of(photo)).get(0), 2500))
              .toList();
      expected =
          Drift.of(rule, masses)
              .withVectors(
                  Drift.OfVectors.of(CalibrationVectors.of(vectors), localizer, tested)
                      .orElseThrow());
    }
    StringBuilder list = new StringBuilder("image\nmissing.png\n");
    tested.forEach(photo -> list.append(photo.getFileName() + "\n"));
    String data = Files.writeString(folder.resolve("photos.csv"), list).toString();
    String answers = folder.resolve("answers").toString();
    String[] locate = {
      "locate", "--model", model.toString(), "--data", data, "--out", answers, "--batch", "1"
    };
    assertThat(run(locate)).isZero();
    out.getBuffer().setLength(0);
    String[] drift = {"drift", "--model", model.toString(), "--data", data, "--answers", answers};
    assertThat(run(drift)).isZero();
    JsonObject found = JsonParser.parseString(out.toString()).getAsJsonObject();
    JsonObject ofRule = found.getAsJsonArray("rules").get(0).getAsJsonObject();
    assertThat(JsonRecords.read(ofRule.getAsJsonObject("drift"), Drift.class)).isEqualTo(expected);
    assertThat(JsonRecords.read(found.getAsJsonObject("vectors"), Drift.OfVectors.class))
        .isEqualTo(expected.vectors().orElseThrow());
    assertThat(found.get("alarm").getAsBoolean()).isEqualTo(expected.isAlarm());
    out.getBuffer().setLength(0);
    String[] scores = {"drift", "--model", model.toString(), "--answers", answers};
    assertThat(run(scores)).isZero();
    assertThat(out.toString()).doesNotContain("vectors").contains("\"photos\": 25");
    assertThat(run("drift", "--model", model.toString())).isEqualTo(2);
  }

  /** Returns a query and its best hit. */
  private static String image(String hits) {
    Row best = SPARK.read().parquet(hits).filter("rank = 1").head();
    return best.getAs("query") + "," + best.getAs("image");
  }

  @Test
  void partitionsAndFailsInOneLine() throws IOException {
    List<LatLng> points = LocalSpark.points(2000, new Random(2));
    StringBuilder list = new StringBuilder("id,LAT,LON\n");
    points.forEach(p -> list.append("a," + p.latitude() + "," + p.longitude() + "\n"));
    Path data = folder.resolve("points.csv");
    Files.writeString(data, list);
    Path cells = folder.resolve("cells.csv");
    assertThat(
            run(
                "partition",
                "--data",
                data.toString(),
                "--max-points",
                "200,60",
                "--out",
                cells + ""))
        .isZero();
    AdaptiveOptions options = AdaptiveOptions.defaults();
    Path expected = folder.resolve("expected.csv");
    CellHierarchy.adaptive(CellCounts.of(PointSet.of(points), options.maxLevel()), options, 200, 60)
        .save(expected);
    assertThat(cells).hasSameTextualContentAs(expected);
    assertThat(run("evaluate", "--data", folder.resolve("none").toString())).isEqualTo(1);
    assertThat(err.toString()).startsWith("geofix spark: ").contains("none").hasLineCount(1);
  }
}
