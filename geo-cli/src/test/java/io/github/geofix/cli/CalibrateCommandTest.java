package io.github.geofix.cli;

import static io.github.geofix.cli.Result.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calibrating a model, withholding answers, and verifying a report of it. */
class CalibrateCommandTest {
  @TempDir private static Path folder;

  private static String model;
  private static String photos;
  private static String photo;

  @BeforeAll
  static void train() throws IOException {
    String images = folder.resolve("photos").toString();
    String earth = "../examples/data/earth/";
    assertThat(
            run("dataset earth --reference %searth-blue-marble.jpg --rendering %sBMNG_world.topo.bathy.200405.3.2048x1024.jpg --count 40 --out"
                    .formatted(earth, earth)
                    .concat(" " + images)
                    .split(" "))
                .code())
        .isZero();
    model = folder.resolve("model").toString();
    Path manifest = Path.of(images, "manifest.csv");
    assertThat(
            run(
                    "train",
                    "--method=embed",
                    "--data=" + manifest,
                    "--epochs=1",
                    "--batch=20",
                    "--set=encoder.dimension=16",
                    "--out=" + model)
                .err())
        .isEmpty();
    List<String> rows = new ArrayList<>(Files.readAllLines(manifest));
    photo = Path.of(images).resolve(rows.get(1).split(",")[0]).toString();
    rows.set(0, rows.get(0) + ",Camera");
    for (int i = 1; i < rows.size(); i++) {
      rows.set(i, rows.get(i) + (i % 4 < 2 ? ",old" : ",new"));
    }
    photos = Path.of(images, "grouped.csv").toString();
    Files.write(Path.of(photos), rows);
  }

  private static Result calibrate(String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("calibrate", "--model=" + model, "--data=" + photos));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }

  private static JsonObject json(String file) throws IOException {
    return JsonParser.parseString(Files.readString(Path.of(model, file))).getAsJsonObject();
  }

  @Test
  void theWorstGroupDecidesTheRegions() throws IOException {
    assertThat(calibrate().code()).isZero();
    double pooled = json("calibration.json").getAsJsonArray("regionShares").get(1).getAsDouble();
    Result grouped = calibrate("--group=camera");
    assertThat(grouped.err()).isEmpty();
    assertThat(grouped.out()).contains("on 40 photos: temperature").contains("90 % regions hold");
    double worst = json("calibration.json").getAsJsonArray("regionShares").get(1).getAsDouble();
    assertThat(worst).isGreaterThanOrEqualTo(pooled);
    Result unknown = calibrate("--group=phone");
    assertThat(unknown.code()).isOne();
    assertThat(unknown.err()).contains("has no column phone; it has camera");
  }

  @Test
  void theWorstCaseOfAShiftWidensTheRegions() throws IOException {
    Path unlike = folder.resolve("unlike.csv");
    Path map = Path.of("../examples/data/earth/earth-blue-marble.jpg").toAbsolutePath();
    Files.writeString(unlike, "image\n%s\n%s\n".formatted(photo, map));
    assertThat(calibrate("--for=" + unlike).err()).isEmpty();
    double weighted = json("calibration.json").getAsJsonArray("regionShares").get(1).getAsDouble();
    assertThat(calibrate("--for=" + unlike, "--shift=worst_case").err()).isEmpty();
    double worst = json("calibration.json").getAsJsonArray("regionShares").get(1).getAsDouble();
    assertThat(worst).isGreaterThan(weighted);
    assertThat(calibrate("--shift=worst_case").err()).contains("--shift needs --for");
  }

  @Test
  void eachContinentHasItsOwnShares() throws IOException {
    Result byContinent = calibrate("--by-continent");
    assertThat(byContinent.err()).isEmpty();
    assertThat(byContinent.out()).contains("% regions placed in ");
    assertThat(json("calibration.json").getAsJsonObject("continents").size()).isPositive();
    assertThat(calibrate("--by-continent", "--for=" + photos).err())
        .contains("--by-continent and --for cannot be combined");
  }

  @Test
  void locateGivesTheAnswersThatTheRuleAccepts() {
    // No two places are farther apart: every answer is right.
    Result all = calibrate("--within=20038", "--confidence=0.5");
    assertThat(all.err()).isEmpty();
    assertThat(all.out()).contains("on 20 photos", "100.0 % of these photos are answered");
    Result given = run("locate", "--model=" + model, "--within=20038", "--confidence=0.5", photo);
    assertThat(given.code()).isZero();
    assertThat(given.out()).contains("score");

    Result none = calibrate("--within=0.001", "--confidence=0.9");
    assertThat(none.out()).contains("none can be given");
    Result withheld =
        run(
            "locate",
            "--model=" + model,
            "--within=0.001",
            "--confidence=0.9",
            "--format=json",
            photo);
    assertThat(withheld.code()).isEqualTo(3);
    assertThat(
            JsonParser.parseString(withheld.out())
                .getAsJsonArray()
                .get(0)
                .getAsJsonObject()
                .get("withheld")
                .getAsString())
        .isEqualTo("no answer of this model is within 0.001 km with a confidence of 0.9");
    assertThat(run("locate", "--model=" + model, "--within=5", "--confidence=0.9", photo).err())
        .contains("the model has no rule for answers within 5.0 km");
  }

  @Test
  void trainingAnewDropsCalibrationAndRules() throws IOException {
    Path copy = folder.resolve("copy");
    copy(Path.of(model), copy);
    String data = "--data=" + photos;
    assertThat(
            run("calibrate", "--model=" + copy, data, "--within=2500", "--confidence=0.5").code())
        .isZero();
    assertThat(copy.resolve("answer-rules.json")).exists();
    assertThat(copy.resolve("calibration-vectors.safetensors")).exists();
    Result again =
        run(
            "train",
            "--from=" + model,
            data,
            "--epochs=1",
            "--batch=20",
            "--overwrite",
            "--out=" + copy);
    assertThat(again.err()).isEmpty();
    assertThat(copy.resolve("answer-rules.json")).doesNotExist();
    assertThat(copy.resolve("calibration-vectors.safetensors")).doesNotExist();
    assertThat(copy.resolve("calibration.json")).doesNotExist();
  }

  @Test
  void aReportIsVerifiedByMeasuringAgain() throws IOException {
    Path report = folder.resolve("report.json");
    Path csv = folder.resolve("report.csv");
    Path latex = folder.resolve("report.tex");
    String[] what = {"--model=" + model, "--data=" + photos};
    assertThat(
            run(
                    "evaluate",
                    what[0],
                    what[1],
                    "--km=1,2500",
                    "--json=" + report,
                    "--csv=" + csv,
                    "--latex=" + latex)
                .code())
        .isZero();
    assertThat(csv)
        .content()
        .startsWith("# GeoFix: " + Main.version() + "\n# date: 2")
        .contains("sha256");
    assertThat(latex)
        .content()
        .startsWith("% GeoFix: " + Main.version() + "\n")
        .contains("--km=1,2500");

    Result same = run("verify", report.toString(), what[0], what[1]);
    assertThat(same.err()).isEmpty();
    assertThat(same.out()).startsWith("verified: ");
    assertThat(same.code()).isZero();

    // What is asked for again decides; it is named.
    Result otherwise = run("verify", report.toString(), what[0], what[1], "--km=1,750");
    assertThat(otherwise.code()).isOne();
    assertThat(otherwise.out() + otherwise.err())
        .contains("options: was --km=1,2500, is --km=1,750");

    String text = Files.readString(report);
    Path forged = folder.resolve("forged.json");
    Files.writeString(forged, text.replaceFirst("\"medianKm\": [0-9.]+", "\"medianKm\": 1.5"));
    Result found = run("verify", forged.toString(), what[0], what[1], "--differing=0");
    assertThat(found.code()).isOne();
    assertThat(found.out()).contains("edianKm was 1.5, is ").contains("NOT verified");

    Path other = folder.resolve("photos/other.csv");
    Files.writeString(other, Files.readString(Path.of(photos)).replaceFirst("\n[^\n]*\n", "\n"));
    Result refused = run("verify", report.toString(), what[0], "--data=" + other);
    assertThat(refused.code()).isOne();
    assertThat(refused.err())
        .contains("the data changed")
        .contains("(40 files")
        .contains("(39 files");

    Files.writeString(
        forged, text.replace("\"--km=1,2500\"", "\"--judge-url=http://127.0.0.1:9\""));
    Result foreign = run("verify", forged.toString(), what[0], what[1]);
    assertThat(foreign.code()).isOne();
    assertThat(foreign.err()).contains("which is not taken from a report: give it again");
  }

  @Test
  void aReportIsVerifiedAsItWasComputed() throws IOException {
    Path report = folder.resolve("computed.json");
    String[] what = {"--model=" + model, "--data=" + photos};
    assertThat(
            run(
                    "evaluate",
                    what[0],
                    what[1],
                    "--photo-limits=server",
                    "--max-megapixels=2",
                    "--memory=64",
                    "--precision=bfloat16",
                    "--json=" + report)
                .code())
        .isZero();
    assertThat(report)
        .content()
        .contains("--photo-limits=server", "--max-megapixels=2", "\"precision\": \"bfloat16\"");
    Result same = run("verify", report.toString(), what[0], what[1]);
    assertThat(same.err()).isEmpty();
    assertThat(same.out()).startsWith("verified: ").doesNotContain("was ");

    Result limited = run("verify", report.toString(), what[0], what[1], "--max-megapixels=3");
    assertThat(limited.out()).contains("--max-megapixels=2").contains("--max-megapixels=3");

    // A report of a machine with another Java, on which auto is this precision.
    Path foreign = folder.resolve("foreign.json");
    Files.writeString(
        foreign,
        Files.readString(report)
            .replaceFirst("\"machine\": \"[^\"]*\"", "\"machine\": \"Plan 9, Java 99\""));
    Result elsewhere = run("verify", foreign.toString(), what[0], what[1]);
    assertThat(elsewhere.code()).isZero();
    assertThat(elsewhere.out())
        .startsWith("verified: ")
        .contains("machine: was Plan 9, Java 99, is ")
        .doesNotContain("precision: ");
    Result wider = run("verify", report.toString(), what[0], what[1], "--precision=float32");
    assertThat(wider.out()).contains("  precision: was bfloat16, is float32");
  }

  @Test
  void aReportIsVerifiedElsewhereAndRefusedForAnotherModel() throws IOException {
    Path report = folder.resolve("here.json");
    assertThat(
            run(
                    "evaluate",
                    "--model=" + model,
                    "--data=" + photos,
                    "--bootstrap=places",
                    "--place-level=4",
                    "--json=" + report)
                .code())
        .isZero();
    assertThat(report)
        .content()
        .contains("\"over\": \"places\"", "\"negativeLogLikelihood\": ", "\"hierarchy\": ")
        .contains("\"photos\": [\n    \"" + Path.of(photo).getFileName() + "\"")
        .doesNotContain(folder.toString());

    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    copy(folder.resolve("photos"), elsewhere.resolve("data"));
    copy(Path.of(model), elsewhere.resolve("m"));
    String[] verify = {
      "verify",
      report.toString(),
      "--model=" + elsewhere.resolve("m"),
      "--data=" + elsewhere.resolve("data/grouped.csv")
    };
    Result same = run(verify);
    assertThat(same.err()).isEmpty();
    assertThat(same.out()).startsWith("verified: ");

    assertThat(
            run(
                    "calibrate",
                    "--model=" + elsewhere.resolve("m"),
                    "--data=" + photos,
                    "--within=2500",
                    "--confidence=0.5")
                .code())
        .isZero();
    Result changed = run(verify);
    assertThat(changed.code()).isOne();
    assertThat(changed.out()).isEmpty();
    assertThat(changed.err()).contains("the system changed: the report was made with model (");
  }

  @Test
  void reportsSayWhatTheRulesDoAndWarnOfPhotosOfAnotherKind() throws IOException {
    Path ruled = folder.resolve("ruled");
    copy(Path.of(model), ruled);
    String system = "--model=" + ruled;
    assertThat(
            run("calibrate", system, "--data=" + photos, "--within=20038", "--confidence=0.5")
                .code())
        .isZero();
    Path json = folder.resolve("ruled.json");
    Path page = folder.resolve("ruled.html");
    Result result =
        run("evaluate", system, "--data=" + photos, "--json=" + json, "--report=" + page);
    assertThat(result.out())
        .contains("### Rules for giving answers")
        .contains("| within 20038 km with a confidence of 0.5 | 100.0 % (")
        .doesNotContain("unlike");
    JsonObject rule = ruleOf(json);
    assertThat(rule.get("withinKm").getAsDouble()).isEqualTo(20038);
    assertThat(rule.getAsJsonObject("answered").get("accuracy").getAsDouble()).isOne();
    assertThat(rule.getAsJsonObject("right").get("accuracy").getAsDouble()).isOne();
    assertThat(rule.get("alarm").getAsBoolean()).isFalse();
    assertThat(page).content().contains("Rules for giving answers");

    // Masses that no answer within 20,038 km has: that of all candidates together is 1.
    Path rules = ruled.resolve("answer-rules.json");
    Files.writeString(
        rules,
        Files.readString(rules)
            .replaceFirst(
                "(?s)\"masses\": *\\[.*?\\]", "\"masses\": [" + "0.1,".repeat(19) + "0.1]"));
    Result unlike =
        run("evaluate", system, "--data=" + photos, "--json=" + json, "--report=" + page);
    assertThat(unlike.out()).contains("Note: these photos are unlike those that the rule");
    assertThat(ruleOf(json).get("alarm").getAsBoolean()).isTrue();
    assertThat(page).content().contains("these photos are unlike those");
    assertThat(json).content().contains("\"withinKm\"", "\"errorsKm\"", "\"continents\"");
  }

  @Test
  void photosAtNightAreFoundUnlikeByAModelThatIsUnsureOfAll() throws IOException {
    Path weak = folder.resolve("weak");
    copy(Path.of(model), weak);
    Path night = folder.resolve("night");
    String earth = "../examples/data/earth/";
    assertThat(
            run("dataset earth --reference %searth-blue-marble.jpg --rendering %sdnb_land_ocean_ice_2012.png --count 40 --out %s"
                    .formatted(earth, earth, night)
                    .split(" "))
                .code())
        .isZero();
    String system = "--model=" + weak;
    String[] rule = {"--within=2500", "--confidence=0.5"};
    assertThat(run("calibrate", system, "--data=" + photos, rule[0], rule[1]).code()).isZero();
    Path json = folder.resolve("night.json");
    assertThat(
            run("evaluate", system, "--data=" + night.resolve("manifest.csv"), "--json=" + json)
                .out())
        .contains("### Photos beside those of the calibration", "; their vectors, p 0.001)");
    JsonObject drift = ruleOf(json).getAsJsonObject("drift");
    // The scores alone show nothing.
    assertThat(drift.get("pValue").getAsDouble()).isGreaterThan(0.01);
    assertThat(drift.getAsJsonObject("vectors").get("pValue").getAsDouble()).isEqualTo(0.001);
    assertThat(ruleOf(json).get("alarm").getAsBoolean()).isTrue();

    String warning = "geofix: these photos are unlike those that the rule was fitted on";
    assertThat(run("locate", system, rule[0], rule[1], night.resolve("photos").toString()).err())
        .contains(warning);
    String days = folder.resolve("photos/photos").toString();
    assertThat(run("locate", system, rule[0], rule[1], days).err()).doesNotContain("unlike");
    // Without a rule the vectors alone are compared.
    assertThat(run("calibrate", system, "--data=" + photos).code()).isZero();
    assertThat(run("evaluate", system, "--data=" + night.resolve("manifest.csv")).out())
        .contains("unlike those of the calibration (their vectors, p 0.001): calibrated scores");
  }

  private static JsonObject ruleOf(Path report) throws IOException {
    return JsonParser.parseString(Files.readString(report))
        .getAsJsonObject()
        .getAsJsonArray("answerRules")
        .get(0)
        .getAsJsonObject();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }
}
