package io.github.geofix.cli;

import static io.github.geofix.cli.Result.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.geodesy.LatLng;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code geofix train} of some photos: its options, configurations and refusals. */
final class TrainCommandTest {
  private static final int PHOTOS = 24;

  @TempDir private static Path folder;

  @BeforeAll
  static void photos() throws IOException {
    List<Manifest.Entry> entries = new ArrayList<>();
    for (int i = 0; i < PHOTOS; i++) {
      BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
      Graphics2D graphics = image.createGraphics();
      graphics.setColor(new Color(i * 10, 255 - i * 10, 128));
      graphics.fillRect(0, 0, 32, 32);
      graphics.dispose();
      Path file = folder.resolve("photo-" + i + ".png");
      ImageIO.write(image, "png", file.toFile());
      entries.add(new Manifest.Entry(file, new LatLng(i % 5 * 30 - 60, i * 14 - 170), Map.of()));
    }
    Manifest.of(entries).writeCsv(folder.resolve("photos.csv"));
  }

  private static String path(String name) {
    return folder.resolve(name).toString();
  }

  private static Result train(String out, String... more) {
    List<String> line = new ArrayList<>(List.of("train", "--out", path(out)));
    if (Stream.of(more).noneMatch("--config"::equals)) {
      line.addAll(List.of("--method", "embed", "--epochs", "1", "--batch", "8"));
      line.addAll(List.of("--set", "encoder.dimension=16"));
      if (Stream.of(more).noneMatch("--data"::equals)) {
        line.addAll(List.of("--data", path("photos.csv")));
      }
    }
    line.addAll(List.of(more));
    return run(line.toArray(String[]::new));
  }

  private static byte[] weights(String model) throws IOException {
    return Files.readAllBytes(folder.resolve(model + "/weights.safetensors"));
  }

  private static JsonObject card(String model) throws IOException {
    return JsonParser.parseString(Files.readString(folder.resolve(model + "/card.json")))
        .getAsJsonObject();
  }

  private static void assertDone(Result result) {
    assertThat(result.code()).as(result.err()).isZero();
  }

  private static void assertRefused(Result result, String... parts) {
    assertThat(result.code()).as(result.err()).isEqualTo(1);
    assertThat(result.err().strip().lines()).hasSize(1);
    assertThat(result.err()).contains(parts);
  }

  @Test
  void takesEveryTrainingOptionByName() throws IOException {
    assertDone(
        train(
            "options",
            "--opt",
            "schedule.type=step",
            "--opt",
            "optimizer.weightDecay=0.03",
            "--opt",
            "sam.rho=2.5",
            "--opt",
            "emaDecay=0.9"));
    JsonObject options = card("options").getAsJsonObject("options");
    assertThat(options.get("schedule.type").getAsString()).isEqualTo("step");
    assertThat(options.get("optimizer.weightDecay").getAsString()).isEqualTo("0.03");
    assertThat(options.get("sam.rho").getAsString()).isEqualTo("2.5");
    assertThat(options.get("emaDecay").getAsString()).isEqualTo("0.9");
    assertThat(options.get("batches.size").getAsString()).isEqualTo("8");
    assertDone(train("plain"));
    assertThat(weights("options")).isNotEqualTo(weights("plain"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          batches.sise=3     | no setting batches.sise; there are size, gradientAccumulationSteps
          batches.size=0     | batches: size 0: at least 1 needed
          schedule.type=flat | schedule.type has no value "flat"; there are constant, cosine, step
          sam.rho=far        | sam.rho has no value "far"; needed is a number
          """)
  void refusesOptionsThatDoNotFit(String option, String message) {
    assertRefused(train("never", "--opt", option), message);
    assertThat(folder.resolve("never")).doesNotExist();
  }

  @Test
  void trainsAgainAsARunOrAModelWasTrained() throws IOException {
    assertDone(
        train(
            "first",
            "--run",
            path("run"),
            "--seed",
            "7",
            "--val",
            path("photos.csv"),
            "--opt",
            "optimizer.maxGradientNorm=0.5",
            "--opt",
            "schedule.warmup=0.2"));
    for (String config : List.of("run/run.json", "run", "first")) {
      String again = "again-" + config.replace('/', '-');
      assertDone(train(again, "--config", path(config)));
      assertThat(weights(again)).as(config).isEqualTo(weights("first"));
      assertThat(card(again).get("run")).isEqualTo(card("first").get("run"));
    }
    assertDone(train("other-seed", "--config", path("run"), "--seed", "8"));
    assertThat(weights("other-seed")).isNotEqualTo(weights("first"));
    assertDone(train("other-rate", "--config", path("run"), "--rate", "0.01"));
    assertThat(weights("other-rate")).isNotEqualTo(weights("first"));
  }

  @Test
  void readsAConfigurationThatSomebodyWrote() throws IOException {
    Files.writeString(
        folder.resolve("written.json"),
        """
        {
          "start": {"type": "new", "method": "embed", "size": "tiny"},
          "set": {"encoder.dimension": "16"},
          "opt": {"batches.size": "8", "stopping.epochs": "1", "seed": "1"},
          "data": {"type": "photos", "csv": "%s"},
          "skipUnreadable": false
        }
        """
            .formatted(path("photos.csv").replace("\\", "\\\\")));
    assertDone(train("written", "--config", path("written.json")));
    assertDone(train("typed"));
    assertThat(weights("written")).isEqualTo(weights("typed"));
    Files.writeString(folder.resolve("wrong.json"), "{\"start\": {\"type\": \"old\"}}");
    assertRefused(
        train("never", "--config", path("wrong.json")),
        "wrong.json is not the configuration of a run: start.type has no value \"old\"; there are"
            + " from, new");
  }

  @Test
  void replacesAModelOnlyIfAsked() throws IOException {
    assertDone(train("kept"));
    byte[] before = weights("kept");
    assertRefused(train("kept", "--seed", "2"), "kept holds a model: add --overwrite");
    assertThat(weights("kept")).isEqualTo(before);
    assertDone(train("kept", "--seed", "2", "--overwrite"));
    assertThat(weights("kept")).isNotEqualTo(before);
  }

  @Test
  void skipsUnreadablePhotosIfAsked() throws IOException {
    List<Manifest.Entry> entries =
        new ArrayList<>(Manifest.readCsv(folder.resolve("photos.csv")).entries());
    Path cut = Files.writeString(folder.resolve("cut.png"), "no image");
    entries.add(new Manifest.Entry(cut, new LatLng(1, 2), Map.of()));
    entries.add(new Manifest.Entry(folder.resolve("gone.png"), new LatLng(1, 2), Map.of()));
    Manifest.of(entries).writeCsv(folder.resolve("broken.csv"));
    String[] broken = {"--data", path("broken.csv"), "--opt", "batches.size=5"};
    assertRefused(train("never", broken), "broken.csv lists a missing image", "gone.png");
    Result skipped =
        train(
            "skipped",
            Stream.concat(Stream.of(broken), Stream.of("--skip-unreadable"))
                .toArray(String[]::new));
    assertDone(skipped);
    assertThat(skipped.err().strip().lines())
        .hasSize(3)
        .anyMatch(line -> line.startsWith("note: images missing: 1 (") && line.contains("gone"))
        .anyMatch(line -> line.startsWith("note: skipped: ") && line.contains("cut.png"))
        .contains("note: photos skipped, as they cannot be read: 1");
  }

  @Test
  void listsSettings() {
    Result all = run("train", "--help-settings");
    assertDone(all);
    assertThat(all.out())
        .containsPattern("batches\\.size +64 +photos of a batch, at least 1")
        .containsPattern("schedule\\.type +cosine +course of the learning rate: constant, cosine")
        .contains("are listed where --method is given");
    Result ofPaper =
        run("train", "--method", "embed", "--size", "paper", "--help-settings", "--epochs", "3");
    assertDone(ofPaper);
    assertThat(ofPaper.out())
        .containsPattern("schedule\\.factor +0\\.5 ")
        .containsPattern("stopping\\.epochs +3 ")
        .containsPattern("encoder\\.dimension +768 +whole number");
  }

  @Test
  void describesRecipes() {
    Result text = run("describe", "--method", "recombine", "--size", "paper", "--recipe");
    assertDone(text);
    assertThat(text.out()).containsPattern("sam\\.rho +2\\.5 ").contains("frgeo");
    Result json = run("describe", "--method", "zoom", "--size", "paper", "--recipe", "--json");
    assertThat(
            JsonParser.parseString(json.out())
                .getAsJsonObject()
                .getAsJsonObject("optimizer")
                .get("learningRate")
                .getAsDouble())
        .isEqualTo(3e-4);
  }

  @Test
  void needsAModelDataAndAPlace() {
    assertThat(run("train", "--data", "a.csv", "--out", "m").err())
        .contains("Missing required option: --method, --from or --config");
    assertThat(run("train", "--method", "embed", "--out", "m").err())
        .contains("Missing required option: --data, or --protocol and --root");
    Result noOut = run("train", "--method", "embed", "--data", "a.csv");
    assertThat(noOut.code()).isEqualTo(2);
    assertThat(noOut.err()).contains("Missing required option: '--out=DIR'");
  }
}
