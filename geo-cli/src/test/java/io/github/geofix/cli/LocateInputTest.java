package io.github.geofix.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.embed.EmbedConfig;
import io.github.geofix.models.embed.EmbedModel;
import io.github.geofix.models.io.ModelCard;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Photos from lists and standard input, and answers as lines of JSON. */
final class LocateInputTest {
  @TempDir private static Path temp;

  @BeforeAll
  static void writeModelAndPhotos() throws IOException {
    ModelCard card =
        new ModelCard("nothing", 0, 0, 1, 0, "", "", "here", Map.of(), Optional.empty());
    List<LatLng> places = List.of(new LatLng(48, 2), new LatLng(-33, 151));
    try (EmbedModel model = EmbedModel.create(EmbedConfig.tiny(), places, 1)) {
      model.save(temp.resolve("model"), card);
    }
    for (String name : List.of("a.png", "b c.png")) {
      File file = temp.resolve(name).toFile();
      ImageIO.write(new BufferedImage(30, 20, BufferedImage.TYPE_3BYTE_BGR), "png", file);
    }
  }

  private static Result locate(byte[] input, String... arguments) {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(input));
    try {
      return Result.run(
          Stream.concat(
                  Stream.of("locate", "--model", temp.resolve("model").toString()),
                  Stream.of(arguments))
              .toArray(String[]::new));
    } finally {
      System.setIn(before);
    }
  }

  private static List<JsonObject> lines(Result result) {
    return result
        .out()
        .lines()
        .map(line -> JsonParser.parseString(line).getAsJsonObject())
        .toList();
  }

  @Test
  void aListOnStandardInputGivesALineOfJsonForEachPhoto() {
    String list = temp.resolve("a.png") + "\n\n" + temp.resolve("b c.png") + "\r\n";
    Result result =
        locate(list.getBytes(StandardCharsets.UTF_8), "--format", "jsonl", "--list", "-");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(lines(result))
        .extracting(line -> line.get("image").getAsString())
        .containsExactly(temp.resolve("a.png").toString(), temp.resolve("b c.png").toString());
    assertThat(lines(result).get(0).getAsJsonArray("candidates")).isNotEmpty();
  }

  @Test
  void namesEveryPhotoOfAFolderThatItDoesNotRead() throws IOException {
    Path folder = Files.createDirectory(temp.resolve("mixed"));
    BufferedImage image = new BufferedImage(30, 20, BufferedImage.TYPE_3BYTE_BGR);
    for (String format : List.of("bmp", "gif")) {
      ImageIO.write(image, format, folder.resolve("photo." + format).toFile());
    }
    byte[] heic = Arrays.copyOf("\0\0\0\30ftypheic".getBytes(StandardCharsets.US_ASCII), 64);
    Files.write(folder.resolve("IMG_1.HEIC"), heic);
    Files.writeString(folder.resolve("notes.txt"), "no photo");
    Result result = locate(new byte[0], "--format", "jsonl", folder.toString());
    assertThat(result.code()).isEqualTo(1);
    assertThat(lines(result))
        .extracting(line -> line.get("image").getAsString())
        .containsExactly(
            folder.resolve("photo.bmp").toString(), folder.resolve("photo.gif").toString());
    assertThat(result.err()).contains("IMG_1.HEIC: it is a HEIC image", "1 photo of 3");
  }

  @Test
  void itsAnswersAsCsvAreMeasuredAsTheModelIs() throws IOException {
    Path photos = temp.resolve("truth.csv");
    Files.writeString(
        photos,
        "image,latitude,longitude\n"
            + temp.resolve("a.png")
            + ",40,3\n"
            + temp.resolve("b c.png")
            + ",-20,100\n");
    Result answers =
        locate(
            new byte[0],
            "--format",
            "csv",
            temp.resolve("a.png").toString(),
            temp.resolve("b c.png").toString());
    Path csv = Files.writeString(temp.resolve("answers.csv"), answers.out());
    Path measured = temp.resolve("measured.json");
    Path model = temp.resolve("model.json");
    String data = photos.toString();
    for (Result result :
        List.of(
            Result.run(
                "evaluate",
                "--predictions",
                csv.toString(),
                "--data",
                data,
                "--json",
                measured.toString()),
            Result.run(
                "evaluate",
                "--model",
                temp.resolve("model").toString(),
                "--data",
                data,
                "--json",
                model.toString()))) {
      assertThat(result.code()).as(result.err()).isZero();
    }
    for (String figure : List.of("errorsKm", "medianKm", "riskCoverage", "reliability")) {
      assertThat(json(measured).get(figure)).as(figure).isEqualTo(json(model).get(figure));
    }
  }

  private static JsonObject json(Path file) throws IOException {
    return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
  }

  @Test
  void aListInAFileGoesWithPhotosBesideIt() throws IOException {
    Path list = Files.writeString(temp.resolve("list.txt"), temp.resolve("a.png") + "\n");
    Result result =
        locate(
            new byte[0],
            "--format",
            "jsonl",
            "--list",
            list.toString(),
            temp.resolve("b c.png").toString());
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(lines(result)).hasSize(2);
  }

  @Test
  void standardInputIsAPhotoLikeItsFile() throws IOException {
    Path photo = temp.resolve("a.png");
    Result piped = locate(Files.readAllBytes(photo), "--format", "jsonl", "-");
    Result named = locate(new byte[0], "--format", "jsonl", photo.toString());
    assertThat(piped.code()).as(piped.err()).isZero();
    JsonObject expected = lines(named).get(0);
    expected.addProperty("image", "-");
    assertThat(lines(piped)).containsExactly(expected);
  }

  @Test
  void namesWhatStandardInputHoldsInstead() {
    Result result = locate(new byte[20], "-");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .startsWith("geofix: cannot read photo from a stream: not a JPEG, PNG, WebP");
  }

  @Test
  void refusesNoPhotoAndAMixture() {
    assertThat(locate(new byte[0]).err()).startsWith("geofix: no photo is given: ");
    assertThat(locate(new byte[0], "-", temp.resolve("a.png").toString()).err())
        .startsWith("geofix: - is the photo on standard input");
    assertThat(locate(new byte[0], "--list", temp.resolve("none").toString()).err())
        .startsWith("geofix: cannot read the list ");
  }

  @Test
  void completionKnowsTheCommandsAndTheirOptions() {
    Result result = Result.run("completion");
    assertThat(result.code()).isZero();
    assertThat(result.out()).startsWith("#!").contains("locate", "--format", "geojson");
  }

  @Test
  void explainsAnswersOnAPageAndInJson() throws IOException {
    Path page = temp.resolve("why.html");
    Result result =
        locate(
            new byte[0],
            "--format",
            "jsonl",
            "--evidence",
            "--explain",
            page.toString(),
            temp.resolve("a.png").toString());
    assertThat(result.code()).as(result.err()).isZero();
    JsonObject evidence = lines(result).get(0).getAsJsonObject("evidence");
    assertThat(evidence.get("kind").getAsString()).isEqualTo("levels");
    assertThat(evidence.getAsJsonArray("levels")).isNotEmpty();
    assertThat(Files.readString(page)).contains("Why this place", "a.png", "Level 1: ");
    Result plain = locate(new byte[0], "--format", "jsonl", temp.resolve("a.png").toString());
    JsonObject without = lines(result).get(0);
    without.remove("evidence");
    assertThat(lines(plain).get(0)).isEqualTo(without);
    Result csv =
        locate(new byte[0], "--format", "csv", "--evidence", temp.resolve("a.png").toString());
    assertThat(csv.err()).contains("--evidence needs --format json or jsonl");
  }

  @Test
  void aRegionLeavesOutTheRestOfTheEarth() {
    String photo = temp.resolve("a.png").toString();
    for (String place : List.of("48,2", "-33,151")) {
      Result result = locate(new byte[0], "--format", "jsonl", "--region", place + ",300", photo);
      assertThat(result.code()).as(result.err()).isZero();
      JsonObject answer = lines(result).get(0);
      assertThat(answer.get("score").getAsDouble()).isEqualTo(1);
      assertThat(answer.get("latitude").getAsDouble())
          .isCloseTo(Double.parseDouble(place.substring(0, place.indexOf(','))), within(3.0));
    }
    Result none = locate(new byte[0], "--region", "80,0,10", photo);
    assertThat(none.code()).isEqualTo(3);
    assertThat(none.out()).contains("no answer: the model covers no place in the region given");
    Result bad = locate(new byte[0], "--region", "80,0", photo);
    assertThat(bad.err()).contains("not a latitude, a longitude and km: 80,0");
    assertThat(locate(new byte[0], "--heading", "140", photo).code()).isZero();
  }
}
