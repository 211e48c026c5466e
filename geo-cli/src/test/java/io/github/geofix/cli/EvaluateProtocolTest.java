package io.github.geofix.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

  /** Uses the page as a reader would, and leaves what it saw in the page. */
  private static final String READER =
      """
      <script>
      const seen = {errors: []};
      window.addEventListener('error', e => seen.errors.push(e.message));
      window.addEventListener('load', () => setTimeout(() => {
        const cards = () => [...document.querySelectorAll('.card')];
        const shown = () => cards().filter(card => card.offsetParent !== null);
        seen.cards = shown().length;
        seen.pictures = [...document.querySelectorAll('.card img')].filter(i => i.naturalWidth > 0).length;
        seen.right = document.querySelectorAll('.found .right').length;
        document.querySelector('.only-wrong').click();
        seen.misses = shown().length;
        seen.missesAreMisses = shown().every(card => Number(card.dataset.error) > 1);
        document.querySelector('.only-wrong').click();
        document.querySelector('.order input[value="worst first"]').click();
        const ranks = cards().map(card => Number(card.dataset.error));
        seen.worstFirst = ranks.every((rank, i) => i === 0 || ranks[i - 1] >= rank);
        const slider = document.querySelector('svg[role=slider]');
        seen.before = slider.getAttribute('aria-valuetext');
        slider.dispatchEvent(new KeyboardEvent('keydown', {key: 'End', bubbles: true}));
        seen.after = slider.getAttribute('aria-valuetext');
        document.querySelector('nav a').click();
        seen.wide = document.documentElement.scrollWidth > window.innerWidth;
        document.body.setAttribute('data-seen', JSON.stringify(seen));
      }, 300));
      </script>
      """;

  private record Result(int code, String out, String err) {}

  @BeforeAll
  static void cutTheSample() throws IOException {
    if (Files.exists(SAMPLE)) {
      try (Stream<Path> files = Files.walk(SAMPLE)) {
        files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
      }
    }
    VigorSample.write(SAMPLE, EARTH);
  }

  private static Result run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
    return new Result(code, out.toString(), err.toString());
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
            "note: 48 photos and 100 aerial images are listed, the benchmark has 52,605 and 90,618");
    assertThat(result.code()).isZero();
    assertThat(result.out())
        .contains("| R@1% (K = 1) |", "| hit rate (covering) |", "| R@1@100m |")
        .contains("not the whole benchmark", "| q.npy |", "FRGeo");
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
    assertThat(folder.resolve("run.tex")).content().contains("q.npy & ", "\\bottomrule");
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
    assertThat(checked.out().strip()).isEqualTo("24 photos and 50 aerial images, all there");
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
    assertThat(fewer.err()).contains("has 48 rows for 24 photos: --list writes the order");
    Files.writeString(
        folder.resolve("im2gps.csv"), "IMG_ID,LAT,LON\na.jpg,-122.4,37.8\nb.jpg,2.35,48.85\n");
    Result missing = run("evaluate", "--protocol", "im2gps", "--root", folder.toString());
    assertThat(missing.code()).isEqualTo(1);
    assertThat(missing.err()).contains("2 images are missing: a.jpg, b.jpg");
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
    assertThat(predicted.err()).contains("headings of latitude and longitude are swapped");
    assertThat(predicted.out())
        .contains("| answers.csv |", "PlaNet", "not the whole benchmark", "North America");
  }

  @Test
  void explainsProtocolsAndUsage() {
    assertThat(run("evaluate", "--protocol", "list").out())
        .contains("cvact-val", "ACT_data.mat", "52,605 panoramas", "mp16");
    Result noRoot = run("evaluate", "--protocol", "cvusa");
    assertThat(noRoot.code()).isEqualTo(2);
    assertThat(noRoot.err()).contains("--root=DIR");
    assertThat(run("evaluate", "--protocol", "moon", "--root", ".").err())
        .contains("no protocol moon, only im2gps");
  }

  @Test
  void readersCanUseThePage(@TempDir Path folder) throws Exception {
    Path page = SAMPLE.resolve("page.html");
    assertThat(evaluate("--report", page.toString()).code()).isZero();
    assertThat(page).content().contains("Beside figures published elsewhere", "TransGeo");
    Optional<Path> chromium = chromium();
    assumeTrue(chromium.isPresent(), "no Chromium on the PATH");
    Path watched = folder.resolve("page.html");
    Files.writeString(watched, Files.readString(page).replace("</head>", READER + "</head>"));
    JsonObject seen = open(chromium.orElseThrow(), watched, folder);
    assertThat(seen.getAsJsonArray("errors")).isEmpty();
    assertThat(seen.get("cards").getAsInt()).isEqualTo(24);
    assertThat(seen.get("pictures").getAsInt()).isEqualTo(24 * 7);
    assertThat(seen.get("right").getAsInt()).isPositive();
    assertThat(seen.get("misses").getAsInt()).isBetween(1, 23);
    assertThat(seen.get("missesAreMisses").getAsBoolean()).isTrue();
    assertThat(seen.get("worstFirst").getAsBoolean()).isTrue();
    assertThat(seen.get("before").getAsString()).startsWith("among the best ");
    assertThat(seen.get("after").getAsString()).endsWith("100.0 %");
    assertThat(seen.get("wide").getAsBoolean()).as("scrolls sideways").isFalse();
  }

  private static Optional<Path> chromium() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .flatMap(
            folder ->
                Stream.of("chromium", "chromium-browser", "google-chrome")
                    .map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static JsonObject open(Path chromium, Path page, Path folder)
      throws IOException, InterruptedException {
    Path output = folder.resolve("dom.html");
    Process browser =
        new ProcessBuilder(
                List.of(
                    chromium.toString(),
                    "--headless",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--user-data-dir=" + folder.resolve("profile"),
                    "--window-size=390,800",
                    "--virtual-time-budget=20000",
                    "--dump-dom",
                    page.toUri().toString()))
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!browser.waitFor(120, TimeUnit.SECONDS)) {
      browser.destroyForcibly();
      throw new IOException("Chromium did not end within two minutes");
    }
    Matcher seen =
        Pattern.compile("data-seen=\"([^\"]*)\"")
            .matcher(Files.readString(output, StandardCharsets.UTF_8));
    assertThat(seen.find()).as("the page's script ran to its end").isTrue();
    return JsonParser.parseString(
            seen.group(1).replace("&quot;", "\"").replace("&lt;", "<").replace("&amp;", "&"))
        .getAsJsonObject();
  }
}
