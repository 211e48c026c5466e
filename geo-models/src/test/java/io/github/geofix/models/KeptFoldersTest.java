package io.github.geofix.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.Photo;
import io.github.geofix.core.abstention.CalibrationVectors;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.io.ModelFolder;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Model folders as they were written once, with what the models answered then: later versions have
 * to read them and answer alike. {@link #main} writes them anew where the format has changed.
 */
final class KeptFoldersTest {
  private static final Path FOLDERS = Path.of("src/test/resources/folders");
  private static final Path MAP = FOLDERS.resolve("map.png");
  private static final int PHOTOS = 3;

  /** In percent; the order of a sum of float32 depends on the processor. */
  private static final double ROUNDING = 1e-3;

  @TempDir private Path temp;

  @ParameterizedTest
  @ValueSource(strings = {"embed", "recombine", "token", "zoom"})
  void areReadAndAnswerAsTheyDid(String method) throws IOException {
    try (GeoModel model = load(method)) {
      List<double[]> answers = answers(model);
      List<double[]> kept = kept(method);
      assertThat(answers).hasSameSizeAs(kept);
      for (int i = 0; i < kept.size(); i++) {
        double[] expected = kept.get(i);
        assertThat(answers.get(i)).as("photo " + i).hasSameSizeAs(expected);
        for (int n = 0; n < expected.length; n++) {
          assertThat(answers.get(i)[n])
              .as("photo " + i + ", number " + n)
              .isCloseTo(expected[n], withinPercentage(ROUNDING));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"embed", "recombine", "token", "zoom"})
  void areWrittenAsTheyWere(String method) throws IOException {
    Path saved = temp.resolve("model");
    ModelFolder folder = ModelFolder.open(FOLDERS.resolve(method));
    try (GeoModel model = load(method)) {
      model.save(saved, folder.card());
    }
    try (Stream<Path> files = Files.list(FOLDERS.resolve(method))) {
      for (Path file : files.toList()) {
        assertThat(saved.resolve(file.getFileName())).hasSameBinaryContentAs(file);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"embed", "recombine", "token", "zoom"})
  void giveVectorsOfTheirCalibration(String method) {
    List<BufferedImage> images = Samples.photos(PHOTOS);
    List<LatLng> places = Collections.nCopies(PHOTOS, new LatLng(10, 20));
    try (GeoModel model = load(method)) {
      CalibrationVectors vectors =
          model.calibrationVectors(Samples.source(images, places)).orElseThrow();
      assertThat(vectors.size()).isEqualTo(PHOTOS);
      float[] first = model.vector(images.get(0), Optional.empty()).orElseThrow();
      assertThat(vectors.vector(0)).containsExactly(first).isNotEqualTo(vectors.vector(1));
      // That is what locators by the model are asked for.
      assertThat(new EncodingLocalizer(model).vector(Photo.of(images.get(0))).orElseThrow())
          .containsExactly(first);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"embed", "recombine", "token", "zoom"})
  void aClosedModelAnswersNothing(String method) {
    GeoModel model = load(method);
    Localizer localizer = model.localizer();
    model.close();
    Photo photo = Photo.of(Samples.photos(1).get(0));
    assertThatIllegalStateException()
        .isThrownBy(() -> localizer.locate(photo))
        .withMessage("the model is closed");
    model.close();
  }

  /** The first folders of the format had no digests. */
  @Test
  void aFolderWithoutDigestsIsRead() throws IOException {
    Path copy = temp.resolve("copy");
    Files.createDirectory(copy);
    try (Stream<Path> files = Files.list(FOLDERS.resolve("recombine"))) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    Path config = copy.resolve("config.json");
    String text = Files.readString(config);
    String without = text.replaceFirst(",\\s*\"sha256\": \\{[^}]*\\}", "");
    assertThat(without).isNotEqualTo(text);
    Files.writeString(config, without);
    ModelFolder folder = ModelFolder.open(copy, LoadOptions.defaults().withAllowCode(true));
    try (GeoModel model = Family.of(folder).load(folder)) {
      assertThat(answers(model)).hasSize(PHOTOS);
    }
  }

  private static GeoModel load(String method) {
    ModelFolder folder =
        ModelFolder.open(FOLDERS.resolve(method), LoadOptions.defaults().withAllowCode(true));
    return Family.of(folder).load(folder);
  }

  /** The position of each photo, then the position and the score of each candidate. */
  private static List<double[]> answers(GeoModel model) {
    return Samples.photos(PHOTOS).stream().map(photo -> numbers(model, photo)).toList();
  }

  private static double[] numbers(GeoModel model, BufferedImage photo) {
    Location location = model.localizer().locate(photo);
    return Stream.concat(
            Stream.of(location.latLng().latitude(), location.latLng().longitude()),
            location.candidates().stream()
                .flatMap(
                    place ->
                        Stream.of(
                            place.latLng().latitude(), place.latLng().longitude(), place.score())))
        .mapToDouble(Double::doubleValue)
        .toArray();
  }

  private static List<double[]> kept(String method) throws IOException {
    return Files.readAllLines(FOLDERS.resolve(method + ".csv")).stream()
        .map(line -> Arrays.stream(line.split(",")).mapToDouble(Double::parseDouble).toArray())
        .toList();
  }

  /** The settings that make the smallest size of a family a model of few kilobytes. */
  private static Map<String, String> settings(String method) {
    String backbone = PatchBackbone.class.getName();
    Map<String, String> settings = new TreeMap<>(Map.of("answer.candidates", "4"));
    switch (method) {
      case "embed" -> {
        settings.put("encoder.backbone", backbone);
        settings.putAll(sides("encoder.image"));
        settings.put("encoder.dimension", "8");
        settings.put("cells.s2Levels", "[1,2]");
      }
      case "recombine" -> {
        settings.put("encoder.backbone", backbone);
        settings.putAll(sides("encoder.photo"));
        settings.putAll(sides("encoder.tile"));
        settings.put("tiles.galleryS2Level", "2");
      }
      case "token" -> {
        settings.putAll(sides("input.image"));
        settings.put("input.encoder.stages", "[4,4]");
        settings.put("cells.level", "4");
        settings.put("transformer.dimension", "8");
        settings.put("transformer.heads", "2");
        settings.put("transformer.feedForwardSize", "8");
        settings.put("transformer.decoderLayers", "1");
      }
      case "zoom" -> {
        settings.put("encoder.backbone", backbone);
        settings.putAll(sides("encoder.photo"));
        settings.put("encoder.viewPixels", "16");
        settings.put("childrenPerSide", "[2,2]");
        settings.put("head.dimension", "8");
      }
      default -> throw new IllegalArgumentException(method);
    }
    Family.named(method).mapSetting().ifPresent(map -> settings.put(map, MAP.toString()));
    return settings;
  }

  private static Map<String, String> sides(String image) {
    return Map.of(image + ".height", "16", image + ".width", "16");
  }

  /** Writes the folders and the answers. */
  public static void main(String[] args) throws IOException {
    SplittableRandom random = new SplittableRandom(3);
    List<LatLng> places =
        Stream.generate(
                () -> new LatLng(140 * random.nextDouble() - 70, 360 * random.nextDouble() - 180))
            .limit(20)
            .toList();
    for (String method : List.of("embed", "recombine", "token", "zoom")) {
      Family family = Family.named(method);
      try (GeoModel model = family.create("tiny", settings(method), places, 1)) {
        model.calibrate(Samples.source(Samples.photos(places.size()), places));
        model.save(FOLDERS.resolve(method), Samples.CARD);
      }
      try (GeoModel model = load(method)) {
        List<String> lines =
            answers(model).stream()
                .map(
                    photo ->
                        Arrays.stream(photo)
                            .mapToObj(Double::toString)
                            .collect(Collectors.joining(",")))
                .toList();
        Files.write(FOLDERS.resolve(method + ".csv"), lines);
      }
    }
  }
}
