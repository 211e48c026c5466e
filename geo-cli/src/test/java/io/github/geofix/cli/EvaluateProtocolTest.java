package io.github.geofix.cli;

import static io.github.geofix.cli.Result.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code geofix evaluate --protocol} on a folder in the layout of VIGOR, which stays in {@code
 * target/vigor-sample} to be looked at.
 */
final class EvaluateProtocolTest {
  private static final Path MODULE = Path.of("").toAbsolutePath();
  private static final Path EARTH = MODULE.resolveSibling("examples/data/earth");
  private static final Path SAMPLE = MODULE.resolve("target/vigor-sample");

  @BeforeAll
  static void cutTheSample() throws IOException {
    if (Files.exists(SAMPLE)) {
      try (Stream<Path> files = Files.walk(SAMPLE)) {
        files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
      }
    }
    VigorSample.write(SAMPLE, EARTH);
  }

  private static Result evaluate(String... more) {
    String[] args = {
      "evaluate",
      "--protocol",
      "vigor-same",
      "--root",
      SAMPLE.toString(),
      "--queries",
      SAMPLE.resolve("q.npy").toString(),
      "--gallery",
      SAMPLE.resolve("g.npy").toString()
    };
    return run(Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new));
  }

  @Test
  void measuresEmbeddingsAndWritesEveryFormat(@TempDir Path folder) throws IOException {
    Result result =
        evaluate(
            "--json",
            folder.resolve("run.json").toString(),
            "--csv",
            folder.resolve("run.csv").toString(),
            "--latex",
            folder.resolve("run.tex").toString());
    assertThat(result.err())
        .isEqualToIgnoringNewLines(
            "note: panoramas listed with 100 aerial images, where the benchmark has 52,605 with 90,618: 48");
    assertThat(result.code()).isZero();
    assertThat(result.out())
        .contains("| R@1% (K = 1) |", "| hit rate (covering) |", "| R@1@100m |")
        .contains("not the whole benchmark", "| q.npy \u2020 |", "FRGeo");
    JsonObject json =
        JsonParser.parseString(Files.readString(folder.resolve("run.json"))).getAsJsonObject();
    assertThat(json.get("gallery").getAsInt()).isEqualTo(100);
    double first =
        json.getAsJsonObject("recallAt").getAsJsonObject("1").get("accuracy").getAsDouble();
    // Shrunken images find far more than the one in a hundred of chance, and not all.
    assertThat(first).isBetween(0.1, 0.95);
    assertThat(
            json.getAsJsonObject("hitRate")
                .getAsJsonObject("covering")
                .get("accuracy")
                .getAsDouble())
        .isGreaterThan(first);
    assertThat(folder.resolve("run.csv")).content().contains("R@10,", "hit rate (sample4geo),");
    assertThat(folder.resolve("run.tex"))
        .content()
        .contains("q.npy$^{\\dagger}$ & ", "\\bottomrule");
  }

  /** One step of training: the way is tested here, not the skill. */
  @Test
  void encodesPhotosAndAerialImagesWithAModel(@TempDir Path folder) {
    String earth = EARTH.resolve("earth-blue-marble.jpg").toString();
    String photos = folder.resolve("photos").toString();
    String model = folder.resolve("model").toString();
    assertThat(
            run(
                    "dataset",
                    "earth",
                    "--reference",
                    earth,
                    "--rendering",
                    earth,
                    "--count",
                    "30",
                    "--out",
                    photos)
                .code())
        .isZero();
    Result trained =
        run(
            "train",
            "--method",
            "recombine",
            "--data",
            photos + "/manifest.csv",
            "--epochs",
            "1",
            "--batch",
            "30",
            "--tiles",
            earth,
            "--out",
            model);
    assertThat(trained.err()).isEmpty();
    Result result =
        run("evaluate", "--protocol", "vigor-cross", "--root", SAMPLE.toString(), "--model", model);
    assertThat(result.out()).contains("24 queries in a gallery of 50", "| model \u2020 |", "FRGeo");
  }

  @Test
  void checksTheFolderAndWritesItsOrder(@TempDir Path folder) throws IOException {
    Path list = folder.resolve("list.csv");
    Result checked =
        run(
            "evaluate",
            "--protocol",
            "vigor-cross",
            "--root",
            SAMPLE.toString(),
            "--list",
            list.toString());
    assertThat(checked.out().strip()).isEqualTo("24 panoramas and 50 aerial images, all there");
    assertThat(Files.readAllLines(list)).hasSize(75).contains("list,row,image");
  }

  @Test
  void findsWhatIsWrongBeforeHoursAreSpent(@TempDir Path folder) throws IOException {
    Result fewer =
        run(
            "evaluate",
            "--protocol",
            "vigor-cross",
            "--root",
            SAMPLE.toString(),
            "--queries",
            SAMPLE.resolve("q.npy").toString(),
            "--gallery",
            SAMPLE.resolve("g.npy").toString());
    assertThat(fewer.code()).isEqualTo(1);
    assertThat(fewer.err())
        .contains(
            "48 rows in ", "q.npy, but 24 panoramas: one row each", "--list writes the order");
    Files.writeString(
        folder.resolve("im2gps.csv"), "IMG_ID,LAT,LON\na.jpg,-122.4,37.8\nb.jpg,2.35,48.85\n");
    Result missing = run("evaluate", "--protocol", "im2gps", "--root", folder.toString());
    assertThat(missing.code()).isEqualTo(1);
    assertThat(missing.err()).contains("images missing: 2 (a.jpg, b.jpg)");
    Files.writeString(
        folder.resolve("answers.csv"), "image,latitude,longitude\na.jpg,37.8,-122\nb.jpg,48,2\n");
    Result predicted =
        run(
            "evaluate",
            "--protocol",
            "im2gps",
            "--root",
            folder.toString(),
            "--predictions",
            folder.resolve("answers.csv").toString());
    assertThat(predicted.err()).contains("latitude and longitude of im2gps.csv were swapped");
    assertThat(predicted.out())
        .contains("| answers.csv \u2020 |", "PlaNet", "not the whole benchmark", "North America");
  }

  @Test
  void explainsProtocolsAndUsage() {
    assertThat(run("evaluate", "--protocol", "list").out())
        .contains("cvact-val", "ACT_data.mat", "52,605 panoramas", "mp16");
    Result noRoot = run("evaluate", "--protocol", "cvusa");
    assertThat(noRoot.code()).isEqualTo(2);
    assertThat(noRoot.err()).contains("--root=DIR");
    assertThat(run("train", "--method", "recombine", "--protocol", "cvusa", "--out", ".").err())
        .contains("--root=DIR");
    assertThat(run("evaluate", "--protocol", "moon", "--root", ".").err())
        .contains("no protocol moon, only im2gps");
  }

  @Test
  void refusesOptionsThatDoNotApply() {
    String[] pairs = {"evaluate", "--protocol", "vigor-cross", "--root", SAMPLE.toString()};
    for (String option : List.of("--km=1", "--right-km=5", "--boundaries=a.json", "--incomplete")) {
      Result refused = run(with(pairs, option));
      assertThat(refused.code()).isEqualTo(2);
      assertThat(refused.err())
          .contains(option.split("=")[0] + " is for photos, not for the pairs");
    }
    assertThat(run(with(pairs, "--place-level=10")).err())
        .contains("--place-level is for --bootstrap places");
    String[] photos = {"evaluate", "--protocol", "im2gps", "--root", SAMPLE.toString()};
    assertThat(run(with(photos, "--ties=flattering")).err())
        .contains("--ties is for cross-view protocols");
    assertThat(run(with(photos, "--place-level=10")).err())
        .contains("--place-level is for --bootstrap places");
    assertThat(run(with(photos, "--boundary-name=state")).err())
        .contains("--boundary-name is for --boundaries");
  }

  private static String[] with(String[] arguments, String option) {
    return Stream.concat(Stream.of(arguments), Stream.of(option)).toArray(String[]::new);
  }

  @Test
  void writesAPageWithPhotosAndWhatWasFound() throws IOException {
    Path page = SAMPLE.resolve("page.html");
    assertThat(evaluate("--report", page.toString()).code()).isZero();
    String html = Files.readString(page);
    assertThat(html).contains("Beside figures published elsewhere", "TransGeo");
    assertThat(html.split("<article", -1)).hasSize(1 + 24);
    // The photo, the right image and the best five.
    assertThat(html.split("<img src=\"data:image/", -1)).hasSize(1 + 24 * 7);
  }
}
