package io.github.geofix.cli;

import static io.github.geofix.cli.Result.run;
import static java.nio.file.StandardOpenOption.APPEND;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.geoclip.GeoClipConfig;
import io.github.geofix.models.image.ClassMap;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.internal.backbone.ClipVit;
import io.github.geofix.models.internal.weights.Weights;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.semantics.ClassMaps;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The commands of every {@link Journey} on a small data set in the published layout: as they stand,
 * but for sizes, which are made small by the settings of each step.
 */
final class JourneysTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().resolveSibling(".").normalize();
  private static final int TRAINING_PHOTOS = 24;
  private static final int TEST_PHOTOS = 4;
  private static final String SMALL_BACKBONE = "encoder.backbone=residual-small";

  /** Without batch normalization, which depends on the whole batch. */
  private static final String CHUNKED_BACKBONE = "encoder.backbone=convnext-atto";

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(Journey.class)
  void aPageHasTheCommandsInTheirOrder(Journey journey) throws IOException {
    String expected =
        journey.commands().stream()
            .map(command -> "    geofix " + command + "\n")
            .collect(Collectors.joining());
    assertThat(ROOT.resolve(journey.page())).content().contains(expected);
    assertThat(run("reproduce", journey.toString()).out().lines().skip(1).toList())
        .isEqualTo(journey.commands().stream().map(command -> "geofix " + command).toList());
    assertThat(run("reproduce", "--list").out()).contains(journey.paper()).contains(journey.page());
  }

  @Test
  void writesClassMapsBesidePhotosAndGoesOn() throws IOException {
    benchmark("im2gps3k", "im2gps3k.csv", 3, false);
    Path csv = folder.resolve("photos.csv");
    Files.writeString(
        csv, "image\ndata/im2gps3k/im/0.jpg\ndata/im2gps3k/im/1.jpg\ndata/im2gps3k/im/2.jpg\n");
    Path second = folder.resolve("data/im2gps3k/im/1.jpg");
    String[] command = {"classmaps", "--source", "water", "--data", csv.toString()};
    assertThat(run(command).out()).contains("3 maps written");
    BufferedImage photo = Photos.read(second);
    try (ClassMaps water = ClassMaps.named("water");
        ClassMaps beside = ClassMaps.named("sidecar:.classes.png")) {
      ClassMap expected = water.of(photo);
      ClassMap read = beside.of(photo, second);
      for (int x = 0; x < 40; x++) {
        assertThat(read.at(x, 7)).isEqualTo(expected.at(x, 7));
      }
    }
    Files.delete(folder.resolve("data/im2gps3k/im/1.classes.png"));
    assertThat(run(command).out()).contains("1 map written");
    Files.writeString(csv, "data/im2gps3k/im/none.jpg\ndata/im2gps3k/im/0.jpg\n", APPEND);
    assertThat(run(command).code()).isEqualTo(1);
    Files.delete(folder.resolve("data/im2gps3k/im/2.classes.png"));
    List<String> skipping = new ArrayList<>(List.of(command));
    skipping.addAll(List.of("--skip-unreadable", "--batch", "2"));
    Result skipped = run(skipping.toArray(String[]::new));
    assertThat(skipped.out()).contains("1 map written, 1 photo skipped");
    assertThat(skipped.err()).contains("none.jpg");
    assertThat(run("classmaps", "--source", "onnx:none.onnx", "--data", csv.toString()).err())
        .contains("no such file: none.onnx");
    assertThat(run("classmaps", "--source", "sidecar:.png", "--data", csv.toString()).err())
        .contains("reads maps that are there already");
  }

  @Test
  void refusesAPaperThatIsNotThere() {
    assertThat(run("reproduce", "resnet").err())
        .contains("no paper resnet; there are geotoken, just-zoom-in");
  }

  @Test
  void geoToken() throws IOException {
    benchmark("mp16", "MP16_Pro_places365.csv", TRAINING_PHOTOS, false);
    benchmark("im2gps3k", "im2gps3k_places365.csv", TEST_PHOTOS, false);
    benchmark("yfcc4k", "yfcc4k_places365.csv", TEST_PHOTOS, false);
    ClipVit clip = new ClipVit(GeoClipConfig.tiny().backbone());
    weights(clip, "clip-vit-large-patch14/model.safetensors");
    Files.writeString(
        folder.resolve("weights/clip-vit-large-patch14/config.json"),
        "{\"model_type\": \"clip\", \"vision_config\": {\"hidden_act\": \"quick_gelu\"}}");
    SplittableRandom random = new SplittableRandom(1);
    try (Embeddings.Writer texts =
        Embeddings.Writer.create(folder.resolve("data/mp16-texts.npy"))) {
      for (int i = 0; i < TRAINING_PHOTOS; i++) {
        float[] text = new float[6];
        // Every third photo has no text.
        for (int d = 0; d < text.length && i % 3 > 0; d++) {
          text[d] = (float) random.nextDouble(-1, 1);
        }
        texts.write(text);
      }
      texts.commit();
    }
    String table =
        follow(
            Journey.GEOTOKEN,
            List.of(
                List.of(),
                settings(
                    "backbone.image.height=32",
                    "backbone.image.width=32",
                    "backbone.patch=8",
                    "backbone.width=32",
                    "backbone.depth=2",
                    "backbone.heads=2",
                    "backbone.projection=32",
                    "backbone.mlp.width=128",
                    "hidden=16",
                    "location.sigmas=[1,16]",
                    "location.frequencies=8",
                    "location.hidden=16",
                    "location.dimension=32",
                    "textDimension=6"),
                List.of("--epochs", "2", "--batch", "8", "--opt", "batches.chunkSize=4"),
                List.of(),
                List.of(),
                with(
                    settings(
                        "input.dimension=32",
                        "cells.level=6",
                        "transformer.dimension=16",
                        "transformer.heads=2",
                        "transformer.feedForwardSize=16",
                        "transformer.encoderLayers=1",
                        "transformer.decoderLayers=1"),
                    "--epochs",
                    "1",
                    "--batch",
                    "8",
                    "--opt",
                    "batches.gradientAccumulationSteps=2"),
                List.of(),
                List.of()));
    assertThat(table).contains("GeoToken");
    assertThat(folder.resolve("models/geotoken/encoder/config.json"))
        .content()
        .contains("\"textDimension\": 6");
    String token = folder.resolve("models/geotoken").toString();
    String photo = folder.resolve("data/im2gps3k/im/1.jpg").toString();
    assertThat(run("locate", "--model", token, photo).code()).isZero();
  }

  @Test
  void justZoomIn() throws IOException {
    Path root = folder.resolve("data/justzoomin_data");
    List<String> rows = new ArrayList<>(List.of("image_id,latitude,longitude,sequence"));
    for (int i = 0; i < 8; i++) {
      write(image(64, 32, i), root.resolve("streetview/images/" + i + "_undistorted.jpg"));
      rows.add(i + ",38.90851" + i + ",-76.940898,\"[7, 6, 6, 5]\"");
    }
    for (String split : List.of("train", "val")) {
      Path table = root.resolve("metadata/large_area_" + split + "_map.csv");
      Files.createDirectories(table.resolveSibling("."));
      Files.write(table, rows);
    }
    for (String tile : List.of("0/0/0", "0/0/1", "0/1/0", "0/1/1", "-1/0/0")) {
      write(image(32, 32, tile.hashCode()), root.resolve("satellite/" + tile + ".jpg"));
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
    smallWeights("dinov2-base.safetensors");
    String table =
        follow(
            Journey.JUST_ZOOM_IN,
            List.of(
                List.of(),
                settings(
                    SMALL_BACKBONE,
                    "encoder.trainableBlocks=-1",
                    "encoder.photo.height=32",
                    "encoder.photo.width=64",
                    "encoder.viewPixels=32",
                    "head.dimension=64",
                    "head.heads=2",
                    "head.layers=1"),
                List.of(
                    "--epochs",
                    "1",
                    "--batch",
                    "4",
                    "--opt",
                    "batches.gradientAccumulationSteps=2"),
                List.of()));
    assertThat(table).contains("Just Zoom In").contains("55.7");
  }

  @Test
  void geoSurge() throws IOException {
    benchmark("mp16", "mp16_places365.csv", TRAINING_PHOTOS, true);
    benchmark("im2gps3k", "im2gps3k_places365.csv", TEST_PHOTOS, true);
    convNeXtWeights("clip-vit-large-patch14-336/model.safetensors");
    String table =
        follow(
            Journey.GEOSURGE,
            List.of(
                List.of(),
                settings(
                    CHUNKED_BACKBONE,
                    "encoder.image.height=64",
                    "encoder.image.width=64",
                    "encoder.dimension=16",
                    "cells.minPoints=1",
                    "cells.maxPoints=[12,6]",
                    "fusion.classMaps.classes=5",
                    "fusion.queryDimension=16",
                    "fusion.latent=8",
                    "fusion.heads=2",
                    "inference.tenCrops=70"),
                List.of("--epochs", "1", "--batch", "8", "--opt", "batches.chunkSize=4"),
                List.of()));
    assertThat(table).contains("GeoSURGE").contains("17.2");
    assertThat(folder.resolve("models/geosurge/calibration.json")).exists();
  }

  @Test
  void sample4GeoOnPhotosOfDrones() throws IOException {
    university();
    convNeXtWeights("convnext_base_384.safetensors");
    List<String> training =
        List.of("--epochs", "2", "--batch", "4", "--opt", "batches.chunkSize=2");
    String table =
        follow(
            Journey.SAMPLE4GEO_UNIVERSITY,
            List.of(List.of(), smallPairs(), training, List.of(), List.of()));
    assertThat(table).contains("4 queries in a gallery of 15", "| AP |", "91.39");
    assertThat(folder.resolve("models/drone/config.json")).content().contains("\"drone\"");
  }

  @Test
  void frgeo() throws IOException {
    cvusa();
    convNeXtWeights("convnext_tiny.safetensors");
    String table =
        follow(
            Journey.FRGEO,
            List.of(List.of(), smallPairs(), List.of("--epochs", "2", "--batch", "4"), List.of()));
    assertThat(table).contains("FRGeo").contains("97.06");
    assertThat(folder.resolve("models/frgeo/card.json")).content().contains("2.5");
  }

  @Test
  void sample4Geo() throws IOException {
    cvusa();
    convNeXtWeights("convnext_base_384.safetensors");
    String table =
        follow(
            Journey.SAMPLE4GEO,
            List.of(
                List.of(),
                smallPairs(),
                List.of("--epochs", "1", "--batch", "4", "--opt", "batches.chunkSize=2"),
                List.of()));
    assertThat(table).contains("Sample4Geo").contains("98.68");
    // A share of the pairs, and the same share again.
    for (String out : List.of("few", "again")) {
      String[] few = {
        "train",
        "--from",
        path("models/sample4geo"),
        "--protocol",
        "cvusa",
        "--root",
        path("data/CVUSA"),
        "--fraction",
        "0.5",
        "--seed",
        "3",
        "--epochs",
        "1",
        "--batch",
        "2",
        "--out",
        path(out)
      };
      assertThat(run(few).code()).isZero();
    }
    assertThat(folder.resolve("few/card.json")).content().contains("\"photos\": 4,");
    assertThat(folder.resolve("few/weights.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("again/weights.safetensors"));
  }

  @Test
  void sample4GeoOnVigor() throws IOException {
    VigorSample.write(folder.resolve("data/VIGOR"), ROOT.resolve("examples/data/earth"));
    convNeXtWeights("convnext_base_384.safetensors");
    List<String> small =
        Arrays.stream(Journey.SAMPLE4GEO.commands().get(1).split(" ", -1))
            .map(this::below)
            .map(argument -> argument.equals("sample4geo") ? "sample4geo-vigor" : argument)
            .collect(Collectors.toCollection(ArrayList::new));
    small.addAll(smallPairs());
    Result imported = run(small.toArray(String[]::new));
    assertThat(imported.code()).as(imported.err()).isZero();
    String[] train = {
      "train",
      "--from",
      path("models/sample4geo-untrained"),
      "--recipe",
      "sample4geo-vigor",
      "--protocol",
      "vigor-same",
      "--root",
      path("data/VIGOR"),
      "--fraction",
      "0.25",
      "--epochs",
      "2",
      "--batch",
      "4",
      "--opt",
      "batches.chunkSize=2",
      "--out",
      path("vigor")
    };
    Result trained = run(train);
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(folder.resolve("vigor/config.json")).content().contains("\"sample4geo\"");
    Result evaluated =
        run(
            "evaluate",
            "--protocol",
            "vigor-same",
            "--root",
            path("data/VIGOR"),
            "--model",
            path("vigor"));
    assertThat(evaluated.out()).contains("48 queries in a gallery of 100");
  }

  private String path(String below) {
    return folder.resolve(below).toString();
  }

  private static List<String> smallPairs() {
    return settings(
        CHUNKED_BACKBONE,
        "encoder.photo.height=32",
        "encoder.photo.width=128",
        "encoder.tile.height=64",
        "encoder.tile.width=64");
  }

  private static List<String> settings(String... settings) {
    return Arrays.stream(settings).flatMap(s -> List.of("--set", s).stream()).toList();
  }

  private static List<String> with(List<String> options, String... more) {
    List<String> all = new ArrayList<>(options);
    all.addAll(List.of(more));
    return all;
  }

  /** Runs a journey with further options for each command; returns what the last one prints. */
  private String follow(Journey journey, List<List<String>> more) {
    assertThat(more).hasSameSizeAs(journey.commands());
    String printed = "";
    for (int i = 0; i < more.size(); i++) {
      List<String> command =
          new ArrayList<>(
              Arrays.stream(journey.commands().get(i).split(" ", -1)).map(this::below).toList());
      command.addAll(more.get(i));
      Result result = run(command.toArray(String[]::new));
      assertThat(result.code()).as("%s%n%s", command, result.err()).isZero();
      printed = result.out();
    }
    return printed;
  }

  private String below(String argument) {
    String absolute = folder + "/$1/";
    return argument.replaceFirst("(?<=^|=)(data|work|models|weights)/", absolute);
  }

  /** Writes a table of photos and the photos, as Flickr's are given out. */
  private void benchmark(String name, String table, int photos, boolean classes)
      throws IOException {
    Path root = folder.resolve("data").resolve(name);
    List<String> rows = new ArrayList<>(List.of("IMG_ID,LAT,LON"));
    for (int i = 0; i < photos; i++) {
      write(image(40, 32, i), root.resolve("im/" + i + ".jpg"));
      if (classes) {
        BufferedImage map = new BufferedImage(40, 32, BufferedImage.TYPE_BYTE_GRAY);
        for (int x = 0; x < 40; x++) {
          for (int y = 0; y < 32; y++) {
            map.getRaster().setSample(x, y, 0, (x / 8 + i) % 5);
          }
        }
        ImageIO.write(map, "png", root.resolve("im/" + i + ".classes.png").toFile());
      }
      rows.add("im/%d.jpg,%d,%d".formatted(i, i % 6 * 20 - 50, i * 13 % 300 - 140));
    }
    Files.write(root.resolve(table), rows);
  }

  private void university() throws IOException {
    Path root = folder.resolve("data/University-Release");
    for (Map.Entry<Path, Integer> image : UniversitySample.images(root, 4, 9).entrySet()) {
      write(image(32, 32, image.getValue()), image.getKey());
    }
  }

  private void cvusa() throws IOException {
    Path root = folder.resolve("data/CVUSA");
    List<String> rows = new ArrayList<>();
    for (int i = 1; i <= 12; i++) {
      String name = String.format(Locale.ROOT, "%07d", i);
      write(image(64, 16, i), root.resolve("streetview/panos/" + name + ".jpg"));
      write(image(32, 32, -i), root.resolve("bingmap/19/" + name + ".jpg"));
      rows.add(
          "bingmap/19/%1$s.jpg,streetview/panos/%1$s.jpg,streetview/annotations/%1$s.png"
              .formatted(name));
    }
    Files.createDirectories(root.resolve("splits"));
    Files.write(root.resolve("splits/train-19zl.csv"), rows.subList(0, 8));
    Files.write(root.resolve("splits/val-19zl.csv"), rows.subList(8, 12));
  }

  private void convNeXtWeights(String name) throws IOException {
    weights(Backbone.named("convnext-atto", ImageSpec.symmetric(64)), name);
  }

  private void smallWeights(String name) throws IOException {
    weights(Backbone.named("residual-small", ImageSpec.symmetric(32)), name);
  }

  private void weights(Backbone backbone, String name) throws IOException {
    Path file = folder.resolve("weights").resolve(name);
    Files.createDirectories(file.resolveSibling("."));
    try (NDManager manager = TorchEngine.newManager()) {
      backbone.initialize(manager, 1);
      Weights.save(backbone, file, Map.of());
    }
  }

  /** Returns colored columns, as a place might look. */
  private static BufferedImage image(int width, int height, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    IntStream.iterate(0, x -> x < width, x -> x + 8)
        .forEach(
            x -> {
              graphics.setColor(new Color(random.nextInt(1 << 24)));
              graphics.fillRect(x, 0, 8, height);
            });
    graphics.dispose();
    return image;
  }

  private static void write(BufferedImage image, Path file) throws IOException {
    Files.createDirectories(file.resolveSibling("."));
    ImageIO.write(image, "jpg", file.toFile());
  }
}
