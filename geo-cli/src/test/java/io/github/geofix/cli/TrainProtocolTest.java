package io.github.geofix.cli;

import static io.github.geofix.cli.Result.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Cell;
import us.hebi.matlab.mat.types.Matrix;

/**
 * {@code geofix train --protocol} on small folders in the published layouts, and {@code evaluate
 * --protocol} of what it leaves. Some steps: the way is tested here, not the skill.
 */
final class TrainProtocolTest {
  private static final Path EARTH =
      Path.of("").toAbsolutePath().resolveSibling("examples/data/earth");
  private static final int PAIRS = 12;

  @TempDir private Path folder;

  private Result train(String protocol, Path root, String out, String... more) {
    List<String> args = new ArrayList<>(List.of("train", "--protocol", protocol));
    args.addAll(List.of("--root", root.toString(), "--out", folder.resolve(out).toString()));
    args.addAll(List.of(more));
    if (Stream.of(more).noneMatch(List.of("--from", "--method")::contains)) {
      args.addAll(List.of("--method", "recombine"));
    }
    return run(args.toArray(String[]::new));
  }

  private Result evaluate(String protocol, Path root, String model, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "evaluate",
                "--protocol",
                protocol,
                "--root",
                root.toString(),
                "--model",
                folder.resolve(model).toString()));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }

  private byte[] weights(String model) throws IOException {
    return Files.readAllBytes(folder.resolve(model + "/weights.safetensors"));
  }

  private JsonObject config(String model) throws IOException {
    return JsonParser.parseString(Files.readString(folder.resolve(model + "/config.json")))
        .getAsJsonObject()
        .getAsJsonObject("config");
  }

  private static void assertDone(Result result) {
    assertThat(result.code()).as(result.err()).isZero();
  }

  private static void assertRefused(Result result, String... parts) {
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err().strip().lines()).hasSize(1);
    assertThat(result.err()).contains(parts);
  }

  /** Returns colored columns, as a place might look. */
  private static BufferedImage image(int width, int height, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    for (int x = 0; x < width; x += 8) {
      graphics.setColor(new Color(random.nextInt(1 << 24)));
      graphics.fillRect(x, 0, 8, height);
    }
    graphics.dispose();
    return image;
  }

  private static void write(BufferedImage image, String format, Path file) throws IOException {
    Files.createDirectories(file.resolveSibling("."));
    ImageIO.write(image, format, file.toFile());
  }

  private Path cvusa() throws IOException {
    Path root = folder.resolve("CVUSA");
    List<String> rows = new ArrayList<>();
    for (int i = 1; i <= PAIRS; i++) {
      String name = String.format(Locale.ROOT, "%07d", i);
      write(image(64, 16, i), "jpg", root.resolve("streetview/panos/" + name + ".jpg"));
      write(image(32, 32, -i), "jpg", root.resolve("bingmap/19/" + name + ".jpg"));
      rows.add(
          "bingmap/19/%1$s.jpg,streetview/panos/%1$s.jpg,streetview/annotations/%1$s.png"
              .formatted(name));
    }
    Files.createDirectories(root.resolve("splits"));
    Files.write(root.resolve("splits/train-19zl.csv"), rows.subList(0, 8));
    Files.write(root.resolve("splits/val-19zl.csv"), rows.subList(8, PAIRS));
    return root;
  }

  /**
   * Writes a CVACT whose panoramas differ in their middle rows by {@code places} and in the rest by
   * {@code skies}.
   */
  private Path cvact(String name, long places, long skies) throws IOException {
    Path root = folder.resolve(name);
    Cell ids = Mat5.newCell(PAIRS, 1);
    Matrix utm = Mat5.newMatrix(PAIRS, 2);
    for (int i = 0; i < PAIRS; i++) {
      ids.set(i, Mat5.newString("pano-" + i));
      utm.setDouble(i, 0, 693_140 + 50 * i);
      utm.setDouble(i, 1, 6_090_707);
      BufferedImage panorama = image(64, 32, skies + i);
      panorama.getSubimage(0, 8, 64, 16).setData(image(64, 16, places + i).getRaster());
      Path images = root.resolve("ANU_data_small");
      // PNG in spite of the name, so that rows do not bleed into each other.
      write(panorama, "png", images.resolve("streetview/pano-" + i + "_grdView.jpg"));
      write(
          image(32, 32, -i),
          "jpg",
          images.resolve("satview_polish/pano-" + i + "_satView_polish.jpg"));
    }
    Mat5.writeToFile(
        Mat5.newMatFile()
            .addArray("panoIds", ids)
            .addArray("utm", utm)
            .addArray("trainSet", Mat5.newStruct().set("trainInd", numbers(1, 8)))
            .addArray("valSet", Mat5.newStruct().set("valInd", numbers(9, PAIRS))),
        root.resolve("ACT_data.mat").toFile());
    return root;
  }

  private static Matrix numbers(int first, int last) {
    Matrix numbers = Mat5.newMatrix(last - first + 1, 1);
    for (int i = first; i <= last; i++) {
      numbers.setDouble(i - first, 0, i);
    }
    return numbers;
  }

  @Test
  void trainsOnCvusaAndGoesOnFromTheModel() throws IOException {
    Path root = cvusa();
    Result trained = train("cvusa", root, "first", "--batch", "4", "--epochs", "1");
    assertThat(trained.err().strip())
        .isEqualTo("note: photos listed to train on, where the benchmark has 35,532: 8");
    assertDone(trained);
    assertThat(config("first").getAsJsonObject("photos").get("type").getAsString())
        .isEqualTo("ground");
    JsonObject photo = config("first").getAsJsonObject("encoder").getAsJsonObject("photo");
    assertThat(photo.get("fit").getAsString()).isEqualTo("stretch");
    assertThat(folder.resolve("first/card.json")).content().contains("cvusa in ");
    assertThat(evaluate("cvusa", root, "first").out()).contains("4 queries in a gallery of 4");
    String from = folder.resolve("first").toString();
    Result on =
        train(
            "cvusa",
            root,
            "on",
            "--from",
            from,
            "--batch",
            "4",
            "--epochs",
            "2",
            "--hard-negatives",
            "frgeo");
    assertDone(on);
    assertThat(weights("on")).isNotEqualTo(weights("first"));
    assertThat(evaluate("cvusa", root, "on").out()).contains("4 queries in a gallery of 4");
  }

  @Test
  void unrollsTilesIfAsked() throws IOException {
    Path root = cvusa();
    List<String> options = new ArrayList<>(List.of("--batch", "4", "--epochs", "1"));
    for (String setting :
        List.of(
            "photos.unrollTiles=true",
            "encoder.shared=true",
            "encoder.photo.width=64",
            "encoder.tile.width=64")) {
      options.addAll(List.of("--set", setting));
    }
    assertDone(train("cvusa", root, "model", options.toArray(String[]::new)));
    assertThat(config("model").getAsJsonObject("photos").get("unrollTiles").getAsBoolean())
        .isTrue();
    assertThat(evaluate("cvusa", root, "model").out()).contains("4 queries in a gallery of 4");
  }

  @Test
  void trainsOnTheMiddleRowsOfCvact() throws IOException {
    String[] options = {"--batch", "4", "--epochs", "2", "--hard-negatives", "sample4geo"};
    Path root = cvact("CVACT", 1000, 2000);
    assertDone(train("cvact-val", root, "model", options));
    assertThat(evaluate("cvact-val", root, "model").out()).contains("4 queries in a gallery of 4");
    assertDone(train("cvact-val", cvact("CVACT-skies", 1000, 3000), "skies", options));
    assertThat(weights("skies")).isEqualTo(weights("model"));
    assertDone(train("cvact-val", cvact("CVACT-places", 4000, 2000), "places", options));
    assertThat(weights("places")).isNotEqualTo(weights("model"));
  }

  @Test
  void beginsWithNeighborsOnTheGroundWhereThoseAreKnown() throws IOException {
    Path cvact = cvact("CVACT", 1000, 2000);
    byte[] near = weightsAfter("cvact-test", cvact, 1, "sample4geo");
    byte[] random = weightsAfter("cvact-test", cvact, 1, "none");
    assertThat(near).isNotEqualTo(random);
    assertThat(weightsAfter("cvact-test", cvact, 1, "frgeo")).isEqualTo(random);
    Path cvusa = cvusa();
    byte[] plain = weightsAfter("cvusa", cvusa, 1, "none");
    assertThat(weightsAfter("cvusa", cvusa, 1, "sample4geo")).isEqualTo(plain);
    assertThat(weightsAfter("cvusa", cvusa, 1, "frgeo")).isEqualTo(plain);
    assertThat(weightsAfter("cvusa", cvusa, 2, "frgeo"))
        .isNotEqualTo(weightsAfter("cvusa", cvusa, 2, "none"));
  }

  private byte[] weightsAfter(String protocol, Path root, int epochs, String hardNegatives)
      throws IOException {
    String model = String.join("-", protocol, String.valueOf(epochs), hardNegatives);
    assertDone(
        train(
            protocol,
            root,
            model,
            "--batch",
            "4",
            "--epochs",
            String.valueOf(epochs),
            "--hard-negatives",
            hardNegatives));
    return weights(model);
  }

  @Test
  void trainsOnBothSplitsOfVigor() throws IOException {
    Path root = folder.resolve("VIGOR");
    VigorSample.write(root, EARTH);
    Result same =
        train(
            "vigor-same",
            root,
            "same",
            "--batch",
            "16",
            "--epochs",
            "2",
            "--hard-negatives",
            "frgeo");
    assertThat(same.err().strip())
        .isEqualTo("note: photos listed to train on, where the benchmark has 52,609: 48");
    assertThat(evaluate("vigor-same", root, "same").out())
        .contains("48 queries in a gallery of 100");
    Result cross =
        train("vigor-cross", root, "cross", "--batch", "12", "--epochs", "1", "--rate", "1e-4");
    assertThat(cross.err().strip())
        .isEqualTo("note: photos listed to train on, where the benchmark has 51,520: 24");
    assertThat(evaluate("vigor-cross", root, "cross").out())
        .contains("24 queries in a gallery of 50");
  }

  @Test
  void trainsOnDronePhotosAndFindsBothWays() throws IOException {
    Path root = folder.resolve("University-Release");
    for (Map.Entry<Path, Integer> image : UniversitySample.images(root, 3, 6).entrySet()) {
      write(image(32, 32, image.getValue()), "jpg", image.getKey());
    }
    String[] options = {"--batch", "3", "--epochs", "1", "--set", "photos.augment=sample4geo"};
    Result trained = train("university-drone", root, "drone", options);
    assertThat(trained.err().strip())
        .isEqualTo("note: photos listed to train on, where the benchmark has 37,854: 9");
    JsonObject photos = config("drone").getAsJsonObject("photos");
    assertThat(photos.get("type").getAsString()).isEqualTo("drone");
    assertThat(photos.get("augment").getAsString()).isEqualTo("sample4geo");
    assertThat(evaluate("university-drone", root, "drone").out())
        .contains("6 queries in a gallery of 3", "| AP ", "Sample4Geo");
    assertThat(evaluate("university-satellite", root, "drone").out())
        .contains("2 queries in a gallery of 9", "| AP ", "91.39");
    assertThat(
            run("evaluate", "--protocol", "university-drone", "--root", root.toString())
                .out()
                .strip())
        .isEqualTo("6 drone photos and 3 aerial images, all there");
  }

  private Path justZoomIn() throws IOException {
    Path root = folder.resolve("just-zoom-in");
    List<String> rows = new ArrayList<>(List.of("image_id,latitude,longitude,sequence"));
    for (int i = 0; i < 8; i++) {
      write(image(64, 32, i), "jpg", root.resolve("images/" + i + ".jpg"));
      rows.add(i + ",38.90851" + i + ",-76.940898,\"[7, 6, 6, 5]\"");
    }
    Files.write(root.resolve("train.csv"), rows);
    return root;
  }

  /** The layout of the data set as its authors publish it, with two zooms of the map. */
  private Path publishedJustZoomIn() throws IOException {
    Path root = folder.resolve("justzoomin_data");
    List<String> rows = new ArrayList<>(List.of("image_id,latitude,longitude,sequence"));
    for (int i = 0; i < 8; i++) {
      Path photo = root.resolve("streetview/images/" + i + "_undistorted.jpg");
      write(image(64, 32, i), "jpg", photo);
      rows.add(i + ",38.90851" + i + ",-76.940898,\"[7, 6, 6, 5]\"");
    }
    for (String split : List.of("train", "val")) {
      Path table = root.resolve("metadata/large_area_" + split + "_map.csv");
      Files.createDirectories(table.resolveSibling("."));
      Files.write(table, rows);
    }
    for (String tile : List.of("0/0/0", "0/0/1", "0/1/0", "0/1/1", "-1/0/0")) {
      write(image(32, 32, tile.hashCode()), "jpg", root.resolve("satellite/" + tile + ".jpg"));
    }
    Files.writeString(
        root.resolve("satellite/layout.yaml"),
        """
        crs: epsg:26985
        tile_shape_px: [32, 32]
        tile_shape_crs: [10000.0, 10000.0]
        origin_crs: [390000.0, 126000.0]
        tile_axes: [east, north]
        path: '{zoom}/{x}/{y}.jpg'
        min_zoom: -1
        max_zoom: 0
        """);
    return root;
  }

  @Test
  void trainsZoomOnJustZoomIn() throws IOException {
    Path root = publishedJustZoomIn();
    Result trained =
        train(
            "just-zoom-in",
            root,
            "zoom",
            "--method",
            "zoom",
            "--tiles",
            root.resolve("satellite/layout.yaml").toString(),
            "--set",
            "area.type=square",
            "--set",
            "area.center={\"latitude\": 38.89359773, \"longitude\": -76.98851636}",
            "--set",
            "area.sizeMeters=10000",
            "--batch",
            "4",
            "--epochs",
            "1");
    assertDone(trained);
    Result asSaved = evaluate("just-zoom-in", root, "zoom");
    assertThat(asSaved.out()).contains("median");
    Result greedy = evaluate("just-zoom-in", root, "zoom", "--set", "search.beamWidth=1");
    assertThat(greedy.out()).contains("median").isNotEqualTo(asSaved.out());
    assertRefused(
        evaluate("just-zoom-in", root, "zoom", "--set", "beamWidth=1"),
        "--set beamWidth is not a setting of how zoom answers");
    assertRefused(
        evaluate("just-zoom-in", root, "zoom", "--set", "search.beamWidth=0"), "beamWidth");
  }

  @Test
  void minesHardNegativesAmongPhotosOnAMap() throws IOException {
    String map = EARTH.resolve("earth-blue-marble.jpg").toString();
    Path root = justZoomIn();
    String[] plain = {"--tiles", map, "--batch", "4", "--epochs", "2"};
    assertDone(train("just-zoom-in", root, "plain", plain));
    String[] hard = {"--tiles", map, "--batch", "4", "--epochs", "2", "--hard-negatives", "frgeo"};
    assertDone(train("just-zoom-in", root, "hard", hard));
    assertThat(weights("hard")).isNotEqualTo(weights("plain"));
  }

  @Test
  void saysInOneLineWhatDoesNotFit() throws IOException {
    Path root = cvusa();
    assertRefused(
        train("cvusa", root, "never", "--method", "zoom"),
        "cvusa has pairs of ground photos and aerial images, from which recombine learns and zoom"
            + " does not");
    assertThat(evaluate("cvusa", root, "never", "--set", "search.beamWidth=1").err())
        .startsWith(
            "geofix: --set, --then, --judge-url, --fallback, --tiles and --vectors are for photos,"
                + " not for the pairs of");
    assertRefused(
        train("cvusa", root, "never", "--val", "val.csv"), "geofix evaluate --protocol cvusa");
    assertRefused(
        train("just-zoom-in", justZoomIn(), "never"),
        "recombine compares photos with a map: name it by --tiles");
    assertRefused(
        train(
            "just-zoom-in", justZoomIn(), "never", "--method", "zoom", "--hard-negatives", "frgeo"),
        "--hard-negatives is for recombine");
    assertRefused(
        train("cvusa", root, "never", "--hard-negatives", "soft"),
        "batches.hardNegatives.type has no value \"soft\"; there are frgeo, none, sample4geo");
    assertRefused(train("im2gps3k", root, "never", "--method", "embed"), "no photos to train on");
    assertRefused(train("moon", root, "never"), "no protocol moon, only im2gps");
    assertRefused(
        train("cvact-val", root, "never"), "no such list", root.resolve("ACT_data.mat").toString());
    Files.delete(root.resolve("bingmap/19/0000002.jpg"));
    assertRefused(train("cvusa", root, "never"), "images missing: 1 (", "bingmap/19/0000002.jpg");
    Files.delete(root.resolve("splits/train-19zl.csv"));
    assertRefused(train("cvusa", root, "never"), "splits/train-19zl.csv");
    assertThat(folder.resolve("never")).doesNotExist();
  }
}
