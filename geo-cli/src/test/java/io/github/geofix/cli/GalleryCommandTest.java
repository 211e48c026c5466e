package io.github.geofix.cli;

import static io.github.geofix.cli.MainTest.assertOneLine;
import static io.github.geofix.cli.Result.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.geofix.models.internal.encoder.EncoderConfig;
import io.github.geofix.models.internal.encoder.EncoderModel;
import io.github.geofix.models.io.ModelCard;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** {@code geofix gallery} over pictures of 30 colors, each of a place of its own. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class GalleryCommandTest {
  @TempDir private static Path folder;

  private static String path(String name) {
    return folder.resolve(name).toString();
  }

  @BeforeAll
  static void build() throws IOException {
    try (EncoderModel model = EncoderModel.create(EncoderConfig.of("residual-small"), 1)) {
      model.save(folder.resolve("encoder"), ModelCard.untrained("nothing", 1));
    }
    StringBuilder list = new StringBuilder("image,latitude,longitude\n");
    for (int i = 0; i < 30; i++) {
      BufferedImage picture = new BufferedImage(48, 48, BufferedImage.TYPE_3BYTE_BGR);
      Graphics2D graphics = picture.createGraphics();
      graphics.setColor(Color.getHSBColor(i / 30f, 1, 1));
      graphics.fillRect(0, 0, 48, 24 + i % 5);
      graphics.dispose();
      ImageIO.write(picture, "png", folder.resolve(i + ".png").toFile());
      list.append(String.format(Locale.ROOT, "%d.png,%d,10%n", i, i));
    }
    Files.writeString(folder.resolve("photos.csv"), list);
    Files.writeString(folder.resolve("one.csv"), "image,latitude,longitude\n3.png,3,10\n");
    Result built =
        run(
            "gallery",
            "build",
            "--model",
            path("encoder"),
            "--photos",
            path("photos.csv"),
            "--out",
            path("gallery"));
    assertThat(built.err()).isEmpty();
    assertThat(built.out())
        .startsWith("30 photos in " + path("gallery"))
        .contains("no answer below a score of", "more than 1000 m away", "of at most 0.05;");
  }

  @Test
  @Order(1)
  void locatesAndEvaluatesAsAnyModel() {
    Result located =
        run("locate", "--model", path("gallery"), "--set", "minScore=-1", path("7.png"));
    assertThat(located.code()).isZero();
    assertThat(located.out()).startsWith(path("7.png") + "  7.0");
    assertThat(located.out())
        .containsPattern("within +[1-9][0-9]+ m ")
        .containsPattern("lies within [1-9][0-9,]+ m2");
    Result evaluated =
        run(
            "evaluate",
            "--model",
            path("gallery"),
            "--set",
            "minScore=-1",
            "--data",
            path("photos.csv"));
    assertThat(evaluated.out()).contains("| 1 km | 100.0 %");
  }

  @Test
  @Order(2)
  void showsTheMostSimilarPhotos() {
    Result query =
        run("gallery", "query", "--gallery", path("gallery"), "--top", "2", path("7.png"));
    assertThat(query.code()).isZero();
    assertThat(query.out().lines()).hasSize(3);
    assertThat(query.out().lines().skip(1).findFirst().orElseThrow())
        .contains("score 1.000", path("7.png"));
    JsonArray json =
        JsonParser.parseString(
                run("gallery", "query", "--json", "--gallery", path("gallery"), path("7.png"))
                    .out())
            .getAsJsonArray();
    JsonObject best =
        json.get(0).getAsJsonObject().getAsJsonArray("matches").get(0).getAsJsonObject();
    assertThat(best.get("image").getAsString()).isEqualTo(path("7.png"));
    assertThat(best.get("latitude").getAsDouble()).isEqualTo(7);
    Result more =
        run("gallery", "query", "--gallery", path("gallery"), "--top", "11", path("7.png"));
    assertThat(more.code()).isEqualTo(1);
    assertThat(more.err()).contains("--top must be 1 to 10, as many photos of this gallery vote");
  }

  @Test
  @Order(3)
  void withholdsAnAnswerBelowTheLimit() throws IOException {
    ImageIO.write(
        new BufferedImage(48, 48, BufferedImage.TYPE_3BYTE_BGR),
        "png",
        folder.resolve("black.png").toFile());
    String[] line = {
      "locate",
      "--model",
      path("gallery"),
      "--set",
      "minScore=1",
      "--format",
      "json",
      path("black.png")
    };
    Result located = run(line);
    assertThat(located.code()).isEqualTo(3);
    assertThat(located.out()).contains("\"withheld\": \"the most similar photo of the gallery");

    String[] build = {
      "gallery",
      "build",
      "--model=" + path("encoder"),
      "--photos=" + path("photos.csv"),
      "--min-score=-1",
      "--agree-km=0.05",
      "--out=" + path("always")
    };
    assertThat(run(build).out())
        .contains("photos within 50 m agree on a position", "no limit: every photo is answered");
    Result second =
        run(
            "locate",
            "--model",
            path("gallery"),
            "--set",
            "minScore=1",
            "--fallback",
            path("always"),
            path("black.png"));
    assertThat(second.code()).isZero();
    assertThat(second.out()).startsWith(path("black.png") + "  ");
    Result calibrated = run("calibrate", "--model", path("always"), "--data", path("photos.csv"));
    assertThat(calibrated.out()).contains("on 30 photos: temperature ");
    String[] answered = {
      "locate", "--model", path("encoder"), "--fallback", path("gallery"), path("black.png")
    };
    assertThat(run(answered).err()).contains("--fallback is for what the model declines, and ");
  }

  @Test
  @Order(4)
  void removesAddsAndCompacts() {
    String gallery = path("gallery");
    Result removed = run("gallery", "remove", "--gallery", gallery, "--photos", path("one.csv"));
    assertThat(removed.out().strip()).isEqualTo("29 photos in " + gallery);
    Result again = run("gallery", "remove", "--gallery", gallery, "--photos", path("one.csv"));
    assertThat(again.code()).isEqualTo(1);
    assertThat(again.err().strip()).isEqualTo("geofix: not in the gallery: " + path("3.png"));
    Result compacted = run("gallery", "compact", "--gallery", gallery, "--false-answers", "0.1");
    assertThat(compacted.out()).startsWith("29 photos in " + gallery).contains("at most 0.1");
    String compact = "gallery compact --gallery " + gallery + " ";
    assertThat(run((compact + "--elsewhere-km 5000").split(" ")).out())
        .contains("no limit: 0 photos were compared with others more than 5000000 m away")
        .contains("by gallery compact --min-score");
    assertThat(run((compact + "--min-score 0.5").split(" ")).out())
        .contains("no answer below a score of 0.500");
    assertOneLine(
        run((compact + "--min-score 0.5 --false-answers 0.1").split(" ")), "name one of them");
    assertOneLine(
        run((compact + "--false-answers 5").split(" ")),
        "--false-answers must be above 0 and below 1: 5.0");
    Result added = run("gallery", "add", "--gallery", gallery, "--photos", path("photos.csv"));
    assertThat(added.out().strip()).isEqualTo("30 photos in " + gallery);
    assertThat(added.err().strip()).isEqualTo("note: 29 photos are in the gallery already");
    Result graph = run("gallery", "compact", "--gallery", gallery, "--approximate");
    assertThat(graph.out().strip()).isEqualTo("30 photos in " + gallery);
    assertThat(folder.resolve("gallery/graph")).isDirectory();
  }

  @Test
  @Order(5)
  void doesNotReplaceAGallery() {
    Result twice =
        run(
            "gallery",
            "build",
            "--model",
            path("encoder"),
            "--photos",
            path("photos.csv"),
            "--out",
            path("gallery"));
    assertOneLine(twice, "exists: add photos to a gallery by geofix gallery add");
  }
}
