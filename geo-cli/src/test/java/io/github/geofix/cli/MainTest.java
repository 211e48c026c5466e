package io.github.geofix.cli;

import static io.github.geofix.cli.Result.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.geofix.core.Candidate;
import io.github.geofix.core.Location;
import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.internal.backbone.ConvNeXt;
import io.github.geofix.models.internal.weights.Weights;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.TorchEngine;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands as a user types them, on real files. */
final class MainTest {
  private static final String EARTH =
      Path.of("").toAbsolutePath().resolveSibling("examples/data/earth").toString();
  private static final String REFERENCE = EARTH + "/earth-blue-marble.jpg";
  private static final String MAY = EARTH + "/BMNG_world.topo.bathy.200405.3.2048x1024.jpg";

  @TempDir private static Path folder;

  private static String path(String name) {
    return folder.resolve(name).toString();
  }

  static void assertOneLine(Result result, String... parts) {
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err().strip()).startsWith("geofix: ").doesNotContain("\n").contains(parts);
  }

  @BeforeAll
  static void trainAModelOnPhotosOfTheEarth() {
    assertThat(
            run(
                    "dataset",
                    "earth",
                    "--reference",
                    REFERENCE,
                    "--rendering",
                    MAY,
                    "--count",
                    "60",
                    "--out",
                    path("photos"))
                .code())
        .isZero();
    Result trained =
        run(
            "train",
            "--method",
            "embed",
            "--data",
            path("photos/manifest.csv"),
            "--epochs",
            "2",
            "--batch",
            "30",
            "--out",
            path("model"),
            "--set",
            "encoder.dimension=16");
    assertThat(trained.err()).isEmpty();
    assertThat(trained.code()).isZero();
  }

  private static String firstPhoto() throws IOException {
    try (var files = Files.list(folder.resolve("photos/photos"))) {
      return files.sorted().findFirst().orElseThrow().toString();
    }
  }

  @Test
  void locatesPngAndJpegAsJson() throws IOException {
    BufferedImage photo = ImageIO.read(new File(firstPhoto()));
    ImageIO.write(photo, "jpg", folder.resolve("photo.jpg").toFile());
    Result result =
        run(
            "locate",
            "--model",
            path("model"),
            "--format",
            "json",
            "--top",
            "2",
            firstPhoto(),
            path("photo.jpg"));
    assertThat(result.code()).isZero();
    JsonArray photos = JsonParser.parseString(result.out()).getAsJsonArray();
    assertThat(photos).hasSize(2);
    JsonObject first = photos.get(0).getAsJsonObject();
    assertThat(first.get("image").getAsString()).isEqualTo(firstPhoto());
    assertThat(first.get("latitude").getAsDouble()).isBetween(-90.0, 90.0);
    assertThat(first.getAsJsonArray("candidates")).hasSize(2);
    JsonArray regions = first.getAsJsonArray("regions");
    assertThat(regions).hasSize(2);
    assertThat(regions.get(0).getAsJsonObject().get("share").getAsDouble()).isEqualTo(0.5);
    assertThat(regions.get(1).getAsJsonObject().get("areaKm2").getAsDouble())
        .isGreaterThanOrEqualTo(regions.get(0).getAsJsonObject().get("areaKm2").getAsDouble());
  }

  @Test
  void locatesAsCsvAndGeoJson() throws IOException {
    Result csv = run("locate", "--model", path("model"), "--format", "csv", firstPhoto());
    assertThat(csv.out().lines())
        .first()
        .isEqualTo("image,rank,latitude,longitude,score,radiusKm,cell");
    Result geoJson = run("locate", "--model", path("model"), "--format", "geojson", firstPhoto());
    JsonObject collection = JsonParser.parseString(geoJson.out()).getAsJsonObject();
    assertThat(collection.get("type").getAsString()).isEqualTo("FeatureCollection");
    List<String> kinds = new ArrayList<>();
    for (JsonElement feature : collection.getAsJsonArray("features")) {
      JsonObject geometry = feature.getAsJsonObject().getAsJsonObject("geometry");
      kinds.add(geometry.get("type").getAsString());
    }
    assertThat(kinds).hasSize(8).startsWith("Point").endsWith("MultiPolygon", "MultiPolygon");
  }

  @Test
  void evaluatesAndWritesJson() throws IOException {
    Result result =
        run(
            "evaluate",
            "--model",
            path("model"),
            "--data",
            path("photos/manifest.csv"),
            "--json",
            path("report.json"));
    assertThat(result.code()).isZero();
    JsonObject report =
        JsonParser.parseString(Files.readString(folder.resolve("report.json"))).getAsJsonObject();
    assertThat(report.get("count").getAsInt()).isEqualTo(60);
    assertThat(report.getAsJsonObject("withinKm").keySet())
        .contains("1", "25", "200", "750", "2500");
  }

  @Test
  void evaluatesPredictionsOfAnySystemAndComparesRuns() {
    Result perfect =
        run(
            "evaluate",
            "--predictions",
            path("photos/manifest.csv"),
            "--data",
            path("photos/manifest.csv"),
            "--json",
            path("perfect.json"),
            "--report",
            path("perfect.html"));
    assertThat(perfect.err()).isEmpty();
    assertThat(perfect.out()).contains("100.0 %");
    assertThat(folder.resolve("perfect.html")).isNotEmptyFile();
    run(
        "evaluate",
        "--model",
        path("model"),
        "--data",
        path("photos/manifest.csv"),
        "--json",
        path("model.json"));
    run(
        "evaluate",
        "--predictions",
        path("photos/manifest.csv"),
        "--data",
        path("photos/manifest.csv"),
        "--km",
        "100,200",
        "--json",
        path("other.json"));
    Result compared =
        run(
            "compare",
            path("model.json"),
            path("perfect.json"),
            path("other.json"),
            "--report",
            path("compared.html"));
    assertThat(compared.err()).isEmpty();
    assertThat(compared.out())
        .contains("| model | 60 |")
        .contains("### " + path("other.json") + " against model")
        .contains("2500 km");
    assertThat(folder.resolve("compared.html"))
        .content()
        .contains("other.json against", "perfect.json against");
    assertOneLine(run("compare", path("model.json"), path("model.json")), "given twice");
  }

  @Test
  void goesOnFromARunFolder() throws IOException {
    String[] command = {
      "train",
      "--method",
      "embed",
      "--data",
      path("photos/manifest.csv"),
      "--epochs",
      "2",
      "--batch",
      "30",
      "--run",
      path("run"),
      "--out",
      path("resumed")
    };
    assertThat(run(command).code()).isZero();
    byte[] first = Files.readAllBytes(folder.resolve("resumed/weights.safetensors"));
    assertThat(run(with(command, "--overwrite")).code()).isZero();
    assertThat(Files.readAllBytes(folder.resolve("resumed/weights.safetensors"))).isEqualTo(first);
    assertThat(folder.resolve("run/metrics.csv")).isNotEmptyFile();
  }

  private static float[] array(String model, String name) {
    try (Safetensors file = Safetensors.open(folder.resolve(model + "/weights.safetensors"))) {
      return file.floats(name);
    }
  }

  @Test
  void trainsFromPublishedWeights() throws IOException {
    Module published = new ConvNeXt(ConvNeXt.Options.atto());
    published.initialize(TorchEngine.newManager(), 7);
    Weights.save(published, folder.resolve("atto.safetensors"), Map.of());
    String photos = path("photos/manifest.csv");
    Result imported =
        run(
            "import",
            "--from",
            path("atto.safetensors"),
            "--method",
            "embed",
            "--set",
            "encoder.backbone=convnext-atto",
            "--data",
            photos,
            "--out",
            path("imported"));
    assertThat(imported.err()).isEmpty();
    assertThat(imported.out())
        .startsWith("backbone: atto.safetensors into ConvNeXt: ")
        .contains(" 0 missing, 0 unexpected, 0 ignored, 0 misfit")
        .endsWith(path("imported") + System.lineSeparator());
    assertThat(array("imported", "backbone.norm.weight"))
        .isEqualTo(published.parameter("norm.weight").array().toFloatArray());

    Result trained =
        run(
            "train",
            "--from",
            path("imported"),
            "--data",
            photos,
            "--epochs",
            "1",
            "--batch",
            "30",
            "--out",
            path("fine-tuned"));
    assertThat(trained.err()).isEmpty();
    assertThat(array("fine-tuned", "backbone.norm.weight"))
        .isNotEqualTo(array("imported", "backbone.norm.weight"));

    assertOneLine(
        run(
            "import",
            "--from",
            path("atto.safetensors"),
            "--method",
            "embed",
            "--data",
            photos,
            "--out",
            path("never")),
        "ResidualEncoder",
        "atto.safetensors");
    assertThat(folder.resolve("never")).doesNotExist();
  }

  @Test
  void calibratesOnPhotosNotTrainedOn() throws IOException {
    Result result =
        run(
            "train",
            "--method",
            "embed",
            "--data",
            path("photos/manifest.csv"),
            "--val",
            path("photos/manifest.csv"),
            "--epochs",
            "1",
            "--batch",
            "30",
            "--out",
            path("calibrated"),
            "--set",
            "encoder.dimension=16");
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).contains("median");
    JsonObject calibration = calibration("calibrated");
    assertThat(calibration.get("temperature").getAsDouble()).isPositive().isNotEqualTo(1);
    assertThat(calibration.getAsJsonArray("regionShares")).hasSize(2);

    run(
        "train",
        "--from",
        path("calibrated"),
        "--data",
        path("photos/manifest.csv"),
        "--epochs",
        "1",
        "--out",
        path("trained-on"));
    assertThat(folder.resolve("trained-on/calibration.json")).doesNotExist();
  }

  private static JsonObject calibration(String model) throws IOException {
    Path file = folder.resolve(model + "/calibration.json");
    return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
  }

  @Test
  void listsTheSettingsOfAModel() {
    Result text = run("describe", "--method", "zoom", "--size", "paper", "--settings");
    assertThat(text.err()).isEmpty();
    assertThat(text.out().lines())
        .anyMatch(line -> line.matches("head.type +decoder +childCosine, decoder"))
        .anyMatch(line -> line.matches("childrenPerSide +\\[4,4,4,4] +list of whole numbers"))
        .contains("With head.type=childCosine:")
        .anyMatch(line -> line.matches("head.temperature +0.07 +number"));
    Result changed =
        run(
            "describe",
            "--method",
            "zoom",
            "--set",
            "head.type=decoder",
            "--set",
            "head.layers=2",
            "--markdown");
    assertThat(changed.out().lines())
        .contains("| Setting | Value | Takes |", "| `head.layers` | `2` | whole number |");
    Result trained = run("describe", "--model", path("model"), "--settings");
    assertThat(trained.out().lines()).anyMatch(line -> line.matches("encoder.dimension +16 .*"));
    assertOneLine(
        run("describe", "--method", "zoom", "--set", "head.depth=2"),
        "no setting head.depth; there are type, dimension");
  }

  @Test
  void showsPublishedFigures() {
    assertThat(run("published").out().lines()).contains("IM2GPS3k");
    assertThat(run("published", "--dataset", "im2gps3k").out()).contains("GeoToken");
    assertOneLine(run("published", "--dataset", "atlantis"), "atlantis");
  }

  @Test
  void cutsTheEarthIntoCells() {
    Result result =
        run(
            "partition",
            "--data",
            path("photos/manifest.csv"),
            "--min-points",
            "1",
            "--max-points",
            "20,10",
            "--out",
            path("cells.csv"),
            "--map",
            path("cells.html"),
            "--world",
            MAY);
    assertThat(result.code()).isZero();
    assertThat(result.out().lines()).hasSize(2);
    assertThat(folder.resolve("cells.csv")).isNotEmptyFile();
    assertThat(folder.resolve("cells.html"))
        .content()
        .contains("Cells of at most 20 points", "Cells of at most 10 points", "data:image/jpeg");
  }

  @Test
  void indexesMapImagesAndFindsPhotosInThem() throws IOException {
    Result trained =
        run(
            "train",
            "--method",
            "recombine",
            "--data",
            path("photos/manifest.csv"),
            "--epochs",
            "1",
            "--batch",
            "30",
            "--set",
            "map=" + REFERENCE,
            "--out",
            path("matcher"));
    assertThat(trained.code()).as(trained.err()).isZero();
    Result built = buildIndex("matcher", "-60,-180,75,180");
    assertThat(built.err()).isEmpty();
    assertThat(built.out()).startsWith("160 map images");

    Result json = query("json", "matcher", firstPhoto(), firstPhoto());
    assertThat(json.err()).isEmpty();
    JsonArray photos = JsonParser.parseString(json.out()).getAsJsonArray();
    assertThat(photos).hasSize(2);
    JsonArray hits = photos.get(0).getAsJsonObject().getAsJsonArray("hits");
    assertThat(hits).hasSize(3);
    JsonObject best = hits.get(0).getAsJsonObject();
    Tile tile = Tile.parse(best.get("tile").getAsString());
    assertThat(best.get("latitude").getAsDouble()).isEqualTo(tile.center().latitude());
    assertThat(photos.get(1).getAsJsonObject().get("hits")).isEqualTo(hits);
    assertThat(query("csv", "matcher", firstPhoto()).out().lines())
        .hasSize(4)
        .first()
        .isEqualTo("image,rank,latitude,longitude,score,heading,tile");
    assertThat(query("text", "matcher", firstPhoto()).out()).contains("tile " + tile);

    assertOneLine(query("text", "model", firstPhoto()), "embed");
    assertOneLine(query("text", "matcher", path("none.jpg")), "none.jpg");
    assertThat(buildIndex("matcher", "-60,-180,75").code()).isEqualTo(2);
  }

  private static Result buildIndex(String model, String region) {
    return run(
        "index",
        "build",
        "--model",
        path(model),
        "--tiles",
        REFERENCE,
        "--region",
        region,
        "--zoom",
        "4",
        "--out",
        path("world.index"));
  }

  private static Result query(String format, String model, String... photos) {
    List<String> line = new ArrayList<>(List.of("index", "query", "--index", path("world.index")));
    line.addAll(List.of("--model", path(model), "--top", "3", "--format", format));
    line.addAll(List.of(photos));
    return run(line.toArray(String[]::new));
  }

  @Test
  void describesASizeAndAModel() {
    JsonObject tiny =
        JsonParser.parseString(run("describe", "--method", "embed", "--json").out())
            .getAsJsonObject();
    JsonObject model =
        JsonParser.parseString(run("describe", "--model", path("model"), "--json").out())
            .getAsJsonObject();
    assertThat(tiny.get("parameters").getAsLong()).isPositive();
    assertThat(model.get("parameters").getAsLong()).isPositive();
    JsonObject zoom =
        JsonParser.parseString(
                run("describe", "--method", "zoom", "--size", "paper", "--json").out())
            .getAsJsonObject();
    // Just Zoom In: 21.27 million.
    assertThat(zoom.get("decoderParameters").getAsLong()).isEqualTo(21_268_224);
    String batch = run("describe", "--method", "zoom", "--size", "paper", "--batch", "4").out();
    assertThat(batch)
        .contains("one photo: 865.9 GFLOPs", "a training step of a batch of 4: about ")
        .containsPattern("--precision auto on this machine: (float32|bfloat16)\\R");
  }

  @Test
  void saysThatAPhotoIsMissing() {
    assertOneLine(run("locate", "--model", path("model"), path("none.jpg")), "none.jpg");
  }

  @Test
  void saysThatAPhotoIsCutShort() throws IOException {
    byte[] bytes = Files.readAllBytes(Path.of(firstPhoto()));
    Files.write(folder.resolve("cut.png"), Arrays.copyOf(bytes, bytes.length / 2));
    assertOneLine(run("locate", "--model", path("model"), path("cut.png")), "cut.png");
  }

  /** Each format stays whole around a photo that cannot be read. */
  @ParameterizedTest
  @ValueSource(strings = {"text", "csv", "json", "geojson"})
  void locatesTheOthersAroundACutPhoto(String format) throws IOException {
    Path mixed = Files.createDirectories(folder.resolve("mixed-" + format));
    byte[] bytes = Files.readAllBytes(Path.of(firstPhoto()));
    Files.write(mixed.resolve("a.png"), bytes);
    Files.write(mixed.resolve("cut.png"), Arrays.copyOf(bytes, bytes.length / 2));
    Files.write(mixed.resolve("z.png"), bytes);
    Result result =
        run("locate", "--model", path("model"), "--format", format, "--top", "1", mixed.toString());
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err().lines())
        .hasSize(2)
        .anyMatch(line -> line.startsWith("geofix: ") && line.contains("cut.png"))
        .anyMatch(line -> line.equals("geofix: 1 photo of 3 could not be read"));
    assertThat(result.out()).contains("a.png", "z.png").doesNotContain("cut.png");
    if (format.equals("json")) {
      assertThat(JsonParser.parseString(result.out()).getAsJsonArray()).hasSize(2);
    } else if (format.equals("geojson")) {
      assertThat(JsonParser.parseString(result.out()).getAsJsonObject().getAsJsonArray("features"))
          .hasSizeGreaterThanOrEqualTo(8);
    }
  }

  @Test
  void fileNamesNeitherControlTheTerminalNorASpreadsheet() throws IOException {
    Path hostile = folder.resolve("\u001b[2J\u001b]0;pwned\u0007\u202Egnp.png");
    Files.copy(Path.of(firstPhoto()), hostile);
    for (String format : new String[] {"text", "csv"}) {
      Result result =
          run("locate", "--model", path("model"), "--format", format, hostile.toString());
      assertThat(result.code()).isZero();
      assertThat(result.out())
          .contains("\\u001b[2J\\u001b]0;pwned\\u0007\\u202egnp.png")
          .doesNotContain("\u001b", "\u202E");
    }
    StringWriter csv = new StringWriter();
    try (LocationWriter writer = LocationWriter.Format.CSV.open(new PrintWriter(csv), 1)) {
      LatLng there = new LatLng(1, 2);
      writer.write(
          Path.of("=1+1.png"),
          new Location(there, List.of(new Candidate(there, 1, 1, new Tile(0, 0, 0)))));
    }
    assertThat(csv.toString()).contains("\n./=1+1.png,0,1.0,2.0,");
  }

  @Test
  void evaluatesAroundACutPhotoOnlyIfTold() throws IOException {
    byte[] bytes = Files.readAllBytes(Path.of(firstPhoto()));
    Files.write(folder.resolve("whole.png"), bytes);
    Files.write(folder.resolve("half.png"), Arrays.copyOf(bytes, bytes.length / 2));
    Files.writeString(
        folder.resolve("half.csv"), "image,latitude,longitude\nwhole.png,1,2\nhalf.png,1,2\n");
    String[] evaluate = {
      "evaluate", "--model", path("model"), "--data", path("half.csv"), "--name", "my model"
    };
    assertOneLine(run(evaluate), "half.png");
    String[] skipping = Arrays.copyOf(evaluate, evaluate.length + 3);
    skipping[evaluate.length] = "--skip-unreadable";
    skipping[evaluate.length + 1] = "--json";
    skipping[evaluate.length + 2] = path("half.json");
    Result result = run(skipping);
    assertThat(result.code()).isZero();
    assertThat(result.err()).startsWith("note: left out: ").contains("half.png").hasLineCount(1);
    JsonObject json =
        JsonParser.parseString(Files.readString(folder.resolve("half.json"))).getAsJsonObject();
    assertThat(json.get("count").getAsInt()).isEqualTo(1);
    assertThat(json.get("system").getAsString()).isEqualTo("my model");
    assertThat(json.getAsJsonArray("skipped")).hasSize(1);
  }

  @Test
  void listsPublishedFiguresInEveryFormat() {
    assertThat(run("published").out().lines()).contains("IM2GPS3k", "CVUSA");
    assertThat(run("published", "--dataset", "cvusa", "--format", "csv").out())
        .startsWith("method,dataset,metric,percent,source,key,note\n")
        .contains("CVUSA,R@1,");
    JsonArray json =
        JsonParser.parseString(run("published", "--format", "json").out()).getAsJsonArray();
    assertThat(json).hasSizeGreaterThan(700);
    assertThat(json.get(0).getAsJsonObject().get("percent").getAsDouble()).isEqualTo(14.4);
    assertThat(json.get(0).getAsJsonObject().get("key").getAsString())
        .isEqualTo("geosurge-arxiv-2510-01448");
    assertThat(run("published", "--dataset", "im2gps3k", "--format", "bibtex").out())
        .contains("@misc{geosurge-arxiv-2510-01448,", "  eprint = {2510.01448},", "Table II");
  }

  @Test
  void sortsAndAddsPublishedFigures() throws IOException {
    Files.writeString(
        folder.resolve("newer.csv"),
        "method,dataset,metric,percent,source\nNew,IM2GPS3k,acc@25km,100,example.org\n");
    Result text =
        run("published", "--dataset=im2gps3k", "--add=" + path("newer.csv"), "--sort=acc@25km");
    assertThat(text.out().lines().toList().get(2)).startsWith("| New |");
    Result csv = run("published", "--format=csv", "--add=" + path("newer.csv"), "--sort=percent");
    assertThat(csv.out().lines().toList().get(1))
        .isEqualTo("New,IM2GPS3k,acc@25km,100.0,example.org,example-org,");
    assertOneLine(run("published", "--dataset=im2gps3k", "--sort=x"), "no column x to sort by");
    Files.writeString(folder.resolve("wrong.csv"), "method,dataset\n");
    assertOneLine(run("published", "--add=" + path("wrong.csv")), "wrong.csv needs the columns");
  }

  @Test
  void saysThatAFileIsNoPhoto() throws IOException {
    byte[] noise = new byte[1000];
    new Random(1).nextBytes(noise);
    Files.write(folder.resolve("noise.jpg"), noise);
    assertOneLine(run("locate", "--model", path("model"), path("noise.jpg")), "noise.jpg");
  }

  @Test
  void saysWhichColumnIsMissing() throws IOException {
    Files.writeString(folder.resolve("columns.csv"), "image,lat\na.jpg,1\n");
    assertOneLine(
        run("evaluate", "--model", path("model"), "--data", path("columns.csv")),
        "columns.csv",
        "longitude",
        "image,lat");
  }

  @Test
  void saysWhichLineHasALatitudeOutOfRange() throws IOException {
    Files.writeString(
        folder.resolve("range.csv"), "image,latitude,longitude\na.jpg,1,2\nb.jpg,95,2\n");
    assertOneLine(
        run("train", "--method", "embed", "--data", path("range.csv"), "--out", path("never")),
        "range.csv line 3",
        "95",
        "-90 to 90");
    assertThat(folder.resolve("never")).doesNotExist();
  }

  @Test
  void saysThatAFolderIsNoModel() {
    assertOneLine(
        run("locate", "--model", path("photos"), path("none.jpg")), "photos", "config.json");
  }

  @Test
  void saysWhichFormatAModelHas() throws IOException {
    Path copy = folder.resolve("future");
    Files.createDirectories(copy);
    for (String name : new String[] {"config.json", "weights.safetensors", "card.json"}) {
      Files.copy(folder.resolve("model").resolve(name), copy.resolve(name));
    }
    Path config = copy.resolve("config.json");
    Files.writeString(config, Files.readString(config).replace("\"format\": 2", "\"format\": 3"));
    assertOneLine(
        run("locate", "--model", copy.toString(), path("none.jpg")), "format 3", "format 2");
  }

  @Test
  void leavesNothingBehindWhereItCannotWrite() throws IOException {
    Path file = folder.resolve("a-file");
    Files.writeString(file, "");
    Result result =
        run(
            "dataset",
            "earth",
            "--reference",
            REFERENCE,
            "--rendering",
            MAY,
            "--count",
            "2",
            "--out",
            file.resolve("below").toString());
    assertOneLine(result, "a-file");
    assertThat(file).isEmptyFile();
  }

  @Test
  void refusesAnOutputThatCannotBeWrittenBeforeItWorks() throws IOException {
    Path file = Files.writeString(folder.resolve("in-the-way"), "");
    Path thesis = Files.createDirectories(folder.resolve("thesis"));
    Files.writeString(thesis.resolve("thesis.tex"), "");
    String photos = path("photos/manifest.csv");
    String[] train = {"train", "--method", "embed", "--data", photos, "--out"};
    assertOneLine(run(with(train, file.toString())), "in-the-way is a file, not a folder");
    assertOneLine(run(with(train, thesis.toString())), "holds thesis.tex", "another folder");
    assertOneLine(run("demo", "--data", EARTH, "--out", file.toString()), "in-the-way is a file");
    // One of two files cannot be written, so that neither is.
    assertOneLine(
        run(
            "evaluate",
            "--predictions",
            photos,
            "--data",
            photos,
            "--json",
            path("never.json"),
            "--report",
            file.resolve("page.html").toString()),
        "in-the-way is a file, not a folder");
    assertThat(folder.resolve("never.json")).doesNotExist();
    assertThat(thesis.resolve("thesis.tex")).exists();
  }

  private static String[] with(String[] arguments, String last) {
    String[] all = Arrays.copyOf(arguments, arguments.length + 1);
    all[arguments.length] = last;
    return all;
  }

  @Test
  void saysWhatIsWrongWithRunsToCompare() throws IOException {
    List<String> rows = Files.readAllLines(folder.resolve("photos/manifest.csv"));
    Path some = folder.resolve("photos/some.csv");
    Files.write(some, rows.subList(0, 21));
    String photos = path("photos/manifest.csv");
    for (String csv : new String[] {photos, some.toString()}) {
      String json = csv.replace(".csv", ".json");
      assertThat(run("evaluate", "--predictions", csv, "--data", csv, "--json", json).code())
          .isZero();
    }
    String all = path("photos/manifest.json");
    String fewer = path("photos/some.json");
    assertOneLine(
        run("compare", all, fewer),
        "cannot compare some.csv with manifest.csv",
        "the first has 60 of them, the second 20");
    Path cut = folder.resolve("cut.json");
    Files.writeString(cut, Files.readString(Path.of(all)).substring(0, 500));
    assertOneLine(
        run("compare", all, cut.toString()), "cut.json is not a report, or was cut short");
    assertOneLine(run("compare", all, photos), "manifest.csv is not a report");
    assertOneLine(run("compare", all, folder.toString()), "cannot read " + folder);
  }

  @Test
  void saysThatAnImageOfTheEarthIsMissing() {
    Result result =
        run(
            "dataset",
            "earth",
            "--reference",
            path("none.jpg"),
            "--rendering",
            MAY,
            "--count",
            "2",
            "--out",
            path("never"));
    assertOneLine(result, "none.jpg");
    assertThat(result.err()).doesNotContain("Exception");
  }

  @Test
  void saysWhichMethodsAndSettingsThereAre() {
    assertOneLine(run("describe", "--method", "magic"), "magic", "embed");
    assertOneLine(trainWith("color=red"), "color", "encoder");
    assertOneLine(
        trainWith("encoder.image.height=tall", "encoder.dimension=8"),
        "encoder.image.height has no value \"tall\"; needed is a whole number from");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.7", "NaN", "3000000000"})
  void refusesAFractionForAWholeNumberBeforeItTrains(String value) {
    assertOneLine(
        trainWith("encoder.dimension=" + value),
        "encoder.dimension has no value",
        value,
        "needed is a whole number from");
    assertThat(folder.resolve("never")).doesNotExist();
  }

  private static Result trainWith(String... settings) {
    List<String> line = new ArrayList<>(List.of("train", "--method", "embed"));
    line.addAll(List.of("--data", path("photos/manifest.csv"), "--out", path("never")));
    for (String setting : settings) {
      line.addAll(List.of("--set", setting));
    }
    return run(line.toArray(String[]::new));
  }

  @Test
  void runsTheCodeThatAFolderNamesOnlyWhenAllowed() throws IOException {
    Path copy = Files.createDirectories(folder.resolve("code"));
    for (String file : List.of("card.json", "weights.safetensors")) {
      Files.copy(folder.resolve("model").resolve(file), copy.resolve(file));
    }
    String config = Files.readString(folder.resolve("model/config.json"));
    Files.writeString(
        copy.resolve("config.json"), config.replace("residual-small", "com.example.Gone"));
    for (String[] command :
        List.of(
            new String[] {"describe", "--model", path("code")},
            new String[] {"locate", "--model", path("code"), firstPhoto()},
            new String[] {
              "train",
              "--from",
              path("code"),
              "--data",
              path("photos/manifest.csv"),
              "--out",
              path("never")
            })) {
      assertOneLine(run(command), "the class com.example.Gone", "--allow-code");
      List<String> allowed = new ArrayList<>(List.of(command));
      allowed.add(1, "--allow-code");
      assertOneLine(run(allowed.toArray(String[]::new)), "the class com.example.Gone is missing");
    }
  }

  @Test
  void runsTheCodeThatAnotherRunNamesOnlyWhenAllowed() throws IOException {
    String run =
        """
        {
          "start": {"type": "new", "method": "embed", "size": "tiny"},
          "set": {"encoder.backbone": "com.example.Gone"},
          "opt": {},
          "data": {"type": "photos", "csv": "%s"},
          "skipUnreadable": false
        }
        """
            .formatted(path("photos/manifest.csv"));
    Files.writeString(folder.resolve("other.json"), run);
    assertOneLine(
        run("train", "--config", path("other.json"), "--out", path("never")),
        "other.json names code",
        "the class com.example.Gone",
        "--allow-code");
    assertOneLine(
        run("train", "--allow-code", "--config", path("other.json"), "--out", path("never")),
        "the class com.example.Gone is missing");
  }

  @Test
  void indexesTheTrainingPhotosForAnswersByNeighbors() throws IOException {
    Result trained =
        run(
            "train",
            "--method",
            "embed",
            "--data",
            path("photos/manifest.csv"),
            "--val",
            path("photos/manifest.csv"),
            "--epochs",
            "1",
            "--batch",
            "30",
            "--out",
            path("neighbors"),
            "--set",
            "encoder.dimension=16",
            "--set",
            "inference.neighbors=2");
    assertThat(trained.err()).isEmpty();
    assertThat(trained.out()).contains("median");
    assertThat(folder.resolve("neighbors/gallery.index")).exists();
    Result located = run("locate", "--model", path("neighbors"), "--format", "json", firstPhoto());
    assertThat(located.err()).isEmpty();
    assertThat(JsonParser.parseString(located.out()).getAsJsonArray()).hasSize(1);
  }

  @Test
  void explainsUsageWithItsOwnExitCode() {
    Result result = run("locate");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("--model");
  }

  @Test
  void showsTheStackTraceWhenAsked() {
    Result result = run("locate", "--model", path("photos"), "--verbose", path("none.jpg"));
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("ModelFormatException").contains("\tat ");
  }
}
