package io.github.geofix.models.geoclip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.geofix.core.Candidate;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.Photo;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.Region;
import io.github.geofix.models.Family;
import io.github.geofix.models.Oracle;
import io.github.geofix.models.Release;
import io.github.geofix.models.Samples;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.internal.image.ImagePreprocessor;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.weights.ImportReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the authors' code, on releases whose networks are narrow. */
final class GeoClipReleaseTest {
  private static final Oracle ORACLE = Oracle.of("geoclip_release_small_expected");
  private static final Path FILES = Path.of("src/test/resources/releases/geoclip");
  private static final Path BACKBONE = FILES.resolve("backbone");

  @TempDir private Path temporary;

  private static GeoClipModel read(Path folder) {
    Release.Source source = Release.Source.of(folder).withBackbone(BACKBONE);
    return (GeoClipModel) Release.named("geoclip").read(source).model();
  }

  private static Path photo(int number) {
    return FILES.resolve("photos").resolve(number + ".png");
  }

  @ParameterizedTest
  @ValueSource(strings = {"release", "release_2sigma"})
  void embedsAsTheAuthors(String release) {
    try (GeoClipModel model = read(FILES.resolve(release));
        NDManager manager = TorchEngine.newManager()) {
      GeoClipHead head = model.network().head();
      NDArray features = ORACLE.array(manager, release + "/image_features");
      ORACLE.assertClose(
          head.embedFeatures(Forward.INFERENCE, features), release + "/image_unit", 1e-5);
      // The last digit of sines differs between versions of PyTorch, and sigma 256 magnifies it.
      ORACLE.assertClose(
          head.embedPositions(Forward.INFERENCE, manager, model.gallery()),
          release + "/location_unit",
          1e-4);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"release", "release_2sigma"})
  void locatesAsTheAuthors(String release) {
    try (GeoClipModel model = read(FILES.resolve(release));
        Localizer localizer = model.localizer()) {
      List<Location> locations = localizer.locateAll(List.of(photo(0), photo(1), photo(2)));
      for (int i = 0; i < 3; i++) {
        String prefix = release + "/photo" + i + "/";
        float[] positions = ORACLE.floats(prefix + "top5_gps");
        float[] scores = ORACLE.floats(prefix + "top5_prob");
        List<Candidate> candidates = locations.get(i).candidates();
        for (int k = 0; k < 5; k++) {
          LatLng at = candidates.get(k).latLng();
          assertThat(at.latitude()).isCloseTo(positions[2 * k], within(1e-5));
          assertThat(at.longitude()).isCloseTo(positions[2 * k + 1], within(1e-5));
          assertThat(candidates.get(k).score()).isCloseTo(scores[k], within(1e-5));
        }
        assertThat(locations.get(i).regions()).hasSize(2);
        assertThat(locations.get(i).regions().get(1).region().areaKm2())
            .isGreaterThan(locations.get(i).regions().get(0).region().areaKm2());
      }
    }
  }

  @Test
  void preparesPhotosAsTheAuthors() {
    try (GeoClipModel model = read(FILES.resolve("release"))) {
      ImagePreprocessor preprocessor = ImagePreprocessor.of(model.config().backbone().image());
      for (int i = 0; i < 3; i++) {
        float[] expected = ORACLE.floats("photo" + i + "/pixels_pil");
        float[] pixels = preprocessor.apply(Photos.read(photo(i)));
        for (int k = 0; k < expected.length; k++) {
          assertThat(pixels[k]).isCloseTo(expected[k], within(1e-6f));
        }
      }
    }
  }

  @Test
  void aSavedModelAnswersAlikeAndKeepsTheAttribution() {
    Path folder = temporary.resolve("model");
    Location before;
    try (GeoClipModel model = read(FILES.resolve("release"));
        Localizer localizer = model.localizer()) {
      before = localizer.locate(photo(0));
      model.save(folder, Samples.CARD);
    }
    try (Localizer localizer = Localizer.load(folder)) {
      assertThat(localizer.locate(photo(0))).isEqualTo(before);
    }
    ModelFolder saved = ModelFolder.open(folder);
    assertThat(saved.attribution()).contains(Release.named("geoclip").attribution());
    // Trained further, it is still theirs.
    try (GeoClipModel model = (GeoClipModel) Family.of(saved).load(saved)) {
      model.save(temporary.resolve("again"), Samples.CARD);
    }
    assertThat(ModelFolder.open(temporary.resolve("again")).attribution()).isPresent();
  }

  @Test
  void aRegionLeavesThePositionsInIt() {
    try (GeoClipModel model = read(FILES.resolve("release"));
        Localizer localizer = model.localizer()) {
      Location free = localizer.locate(photo(0));
      assertThat(localizer.locate(Photo.of(photo(0)))).isEqualTo(free);
      Candidate second = free.candidates().get(1);
      Region region = Region.around(second.latLng(), 1);
      Location inside = localizer.locate(Photo.of(photo(0)).withRegion(region));
      assertThat(inside.latLng()).isEqualTo(second.latLng());
      assertThat(inside.candidates()).hasSize(1);
      assertThat(inside.candidates().get(0)).isEqualTo(second.withScore(1));
    }
  }

  @Test
  void nothingIsMissingAndNothingLeftOver() {
    Release.Imported imported =
        Release.named("geoclip")
            .read(Release.Source.of(FILES.resolve("release")).withBackbone(BACKBONE));
    try (var model = imported.model()) {
      assertThat(imported.reports().values().stream().mapToInt(r -> r.loaded().size()).sum())
          .isEqualTo(model.network().parameters().size());
      assertThat(imported.reports().values())
          .allSatisfy(report -> assertThat(report.unexpected()).isEmpty())
          .allSatisfy(report -> assertThat(report.missing()).isEmpty());
    }
  }

  @Test
  void otherPositionsReplaceTheGallery() {
    List<LatLng> city = List.of(new LatLng(60.17, 24.94), new LatLng(60.18, 24.95));
    Release.Source source =
        Release.Source.of(FILES.resolve("release")).withBackbone(BACKBONE).withPositions(city);
    try (GeoClipModel model = (GeoClipModel) Release.named("geoclip").read(source).model();
        Localizer localizer = model.localizer()) {
      Location location = localizer.locate(photo(0));
      assertThat(location.candidates()).extracting(Candidate::latLng).hasSameElementsAs(city);
      assertThat(location.candidates().get(0).score() + location.candidates().get(1).score())
          .isCloseTo(1, within(1e-9));
    }
  }

  @Test
  void theEncoderOfPositionsIsUsableAlone() {
    try (NDManager manager = TorchEngine.newManager()) {
      float[] points = ORACLE.floats("location_release/points");
      List<LatLng> positions = new ArrayList<>();
      for (int i = 0; i < points.length; i += 2) {
        positions.add(new LatLng(points[i], points[i + 1]));
      }
      GeoClipLocationEncoder encoder =
          GeoClipLocationEncoder.load(FILES.resolve("location_release"), manager);
      ORACLE.assertClose(
          encoder.forward(Forward.INFERENCE, manager, positions),
          "location_release/features",
          1e-4);
      assertThatThrownBy(() -> GeoClipLocationEncoder.load(FILES.resolve("release"), manager))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("geoclip-location-encoder");
    }
  }

  @Test
  void theFilesOfThePythonPackageAreTheSameModel() throws IOException {
    Path folder = temporary.resolve("package");
    Files.createDirectories(folder.resolve("weights"));
    Files.createDirectories(folder.resolve("gps_gallery"));
    Files.copy(
        FILES.resolve("release/gallery.csv"), folder.resolve("gps_gallery/coordinates_100K.csv"));
    try (Safetensors all = Safetensors.open(FILES.resolve("release/model.safetensors"))) {
      split(all, "location_encoder.", folder.resolve("weights/location_encoder_weights.pth"));
      split(all, "image_encoder.mlp.", folder.resolve("weights/image_encoder_mlp_weights.pth"));
      split(all, "logit_", folder.resolve("weights/logit_scale_weights.pth"));
    }
    try (GeoClipModel model = read(folder);
        GeoClipModel release = read(FILES.resolve("release"));
        Localizer localizer = model.localizer();
        Localizer other = release.localizer()) {
      assertThat(localizer.locate(photo(1))).isEqualTo(other.locate(photo(1)));
    }
  }

  private static void split(Safetensors all, String prefix, Path file) {
    Safetensors.Writer writer = Safetensors.writer();
    for (String name : all.names()) {
      if (name.startsWith(prefix)) {
        writer.floats(name.substring(prefix.length()), all.floats(name), all.shape(name));
      }
    }
    writer.write(file);
  }

  /**
   * A release with a flaw.
   *
   * @param from a text of the configuration
   * @param to what spoils it
   * @param arrays spoils the arrays
   */
  private record Broken(
      String name,
      String from,
      String to,
      BiConsumer<Safetensors, Safetensors.Writer> arrays,
      String message) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Broken config(String name, String from, String to, String message) {
    return new Broken(name, from, to, (all, out) -> copy(all, out, "", 0), message);
  }

  private static Broken arrays(
      String name, BiConsumer<Safetensors, Safetensors.Writer> arrays, String message) {
    return new Broken(name, "", "", arrays, message);
  }

  private static void copy(Safetensors all, Safetensors.Writer out, String without, int more) {
    for (String name : all.names()) {
      if (!name.equals(without)) {
        out.floats(name, all.floats(name), all.shape(name));
      }
    }
    for (int i = 0; i < more; i++) {
      out.floats("x", new float[1], 1);
    }
  }

  static Stream<Broken> broken() {
    String other = "format_version must be the number 1";
    return Stream.of(
        config("format 2", "\"format_version\": 1", "\"format_version\": 2", other),
        config("format text", "\"format_version\": 1", "\"format_version\": \"1\"", other),
        config("format true", "\"format_version\": 1", "\"format_version\": true", other),
        config("other model", "geoclip-geolocation", "other", other),
        config("gallery elsewhere", "\"gallery.csv\"", "\"../gallery.csv\"", "gallery_file"),
        config("gallery absent", "\"gallery.csv\"", "\"no.csv\"", "does not exist"),
        config("gallery null", "\"gallery.csv\"", "null", "gallery_file"),
        config("sigma one fewer", "  16,\n", "", "3 networks"),
        config("sigma missing", "\"sigma\"", "\"sigmas\"", "names no sigma"),
        arrays(
            "tensor missing",
            (all, out) -> copy(all, out, "logit_scale", 0),
            "missing: logit_scale"),
        arrays("tensor unexpected", (all, out) -> copy(all, out, "", 1), "unknown: x"),
        arrays(
            "scale with an axis",
            (all, out) -> {
              copy(all, out, "logit_scale", 0);
              out.floats("logit_scale", all.floats("logit_scale"), 1);
            },
            "must be a scalar"),
        arrays(
            "shape",
            (all, out) -> {
              copy(all, out, "image_encoder.mlp.0.weight", 0);
              out.floats("image_encoder.mlp.0.weight", new float[1], 1, 1);
            },
            "image_encoder.mlp.0.weight"));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void whatTheAuthorsRefuseIsRefused(Broken broken) throws IOException {
    assertThatThrownBy(() -> read(changed(broken)).close())
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(broken.message());
  }

  @Test
  void theValuesOfSigmaDoNotMatterSinceTheFrequenciesAreStored() throws IOException {
    try (GeoClipModel model = read(changed(config("sigma", "  16,\n", "  5,\n", "")));
        GeoClipModel release = read(FILES.resolve("release"));
        Localizer localizer = model.localizer();
        Localizer other = release.localizer()) {
      assertThat(localizer.locate(photo(0))).isEqualTo(other.locate(photo(0)));
    }
  }

  private Path changed(Broken broken) throws IOException {
    Path folder = Files.createDirectories(temporary.resolve("changed"));
    Path release = FILES.resolve("release");
    Files.copy(release.resolve("gallery.csv"), folder.resolve("gallery.csv"));
    String config = Files.readString(release.resolve("config.json"));
    assertThat(config).contains(broken.from());
    Files.writeString(folder.resolve("config.json"), config.replace(broken.from(), broken.to()));
    try (Safetensors all = Safetensors.open(release.resolve("model.safetensors"))) {
      Safetensors.Writer writer = Safetensors.writer();
      broken.arrays().accept(all, writer);
      writer.write(folder.resolve("model.safetensors"));
    }
    return folder;
  }

  @Test
  void withoutABackboneItIsAskedFor() {
    assertThatThrownBy(
            () -> Release.named("geoclip").read(Release.Source.of(FILES.resolve("release"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--backbone");
  }

  @Test
  void halfPrecisionIsRead() throws IOException {
    ImportReport report;
    Path folder =
        changed(
            arrays(
                "half",
                (all, out) -> {
                  for (String name : all.names()) {
                    float[] values = all.floats(name);
                    out.tensor(
                        name,
                        io.github.geofix.core.format.TensorFile.DType.F16,
                        all.shape(name),
                        channel -> {
                          var bytes =
                              java.nio.ByteBuffer.allocate(2 * values.length)
                                  .order(java.nio.ByteOrder.LITTLE_ENDIAN);
                          for (float value : values) {
                            bytes.putShort(half(value));
                          }
                          channel.write(bytes.flip());
                        });
                  }
                },
                ""));
    Release.Source source = Release.Source.of(folder).withBackbone(BACKBONE);
    Release.Imported imported = Release.named("geoclip").read(source);
    try (var model = imported.model()) {
      report = imported.reports().get("head");
      assertThat(report).isNotNull();
      assertThat(model.network().parameterCount()).isPositive();
    }
  }

  /** Returns a normal number rounded toward zero, as the bits of a float16; small ones are 0. */
  private static short half(float value) {
    int bits = Float.floatToIntBits(value);
    int exponent = ((bits >>> 23) & 0xff) - 127 + 15;
    int sign = (bits >>> 16) & 0x8000;
    return (short) (exponent <= 0 ? sign : sign | (exponent << 10) | ((bits >>> 13) & 0x3ff));
  }
}
