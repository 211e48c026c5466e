package io.github.geofix.models.io;

import static io.github.geofix.models.Samples.CARD;
import static io.github.geofix.models.Samples.noise;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.calibration.Calibration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What calibration promises of the models of every family. */
final class CalibrationContractTest {
  private static final int PHOTOS = 39;

  /** Of so many photos, and one more that counts as not held, 20 and 36 are 50 % and 90 %. */
  private static final List<Integer> HELD = List.of(20, 36);

  @TempDir private static Path shared;
  @TempDir private Path folder;

  private static final PhotoSource SOURCE =
      new PhotoSource() {
        private final List<LatLng> places = places(PHOTOS);

        @Override
        public int size() {
          return PHOTOS;
        }

        @Override
        public LabeledPhoto photo(int epoch, int index) {
          return new LabeledPhoto(noise(36, 36, index), places.get(index));
        }
      };

  private static List<LatLng> places(int count) {
    Random random = new Random(2);
    return IntStream.range(0, count)
        .mapToObj(i -> new LatLng(120 * random.nextDouble() - 60, 360 * random.nextDouble() - 180))
        .toList();
  }

  @BeforeAll
  static void drawMap() throws IOException {
    ImageIO.write(noise(128, 64, 1), "png", shared.resolve("map.png").toFile());
  }

  private static GeoModel untrained(String method) {
    Map<String, String> settings =
        switch (method) {
          case "zoom", "recombine" -> Map.of("map", shared.resolve("map.png").toString());
          default -> Map.of();
        };
    return Family.named(method).create("tiny", settings, places(100), 1);
  }

  /** One by one: in a batch the last bits may differ, and one photo lies on the very border. */
  private static List<Location> locations(Localizer localizer) {
    return IntStream.range(0, PHOTOS)
        .mapToObj(i -> localizer.locate(SOURCE.photo(0, i).image()))
        .toList();
  }

  private static List<Integer> held(List<Location> locations) {
    return IntStream.range(0, Calibration.COVERAGE.size())
        .map(
            share ->
                (int)
                    IntStream.range(0, PHOTOS)
                        .filter(
                            i ->
                                locations
                                    .get(i)
                                    .regions()
                                    .get(share)
                                    .region()
                                    .contains(SOURCE.photo(0, i).latLng()))
                        .count())
        .boxed()
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"embed", "recombine", "token", "zoom"})
  void regionsHoldAsManyOfTheCalibrationsPhotosAsTheySay(String method) {
    try (GeoModel model = untrained(method)) {
      assertThat(held(locations(model.localizer()))).isNotEqualTo(HELD);
      Calibration calibration = model.calibrate(SOURCE);
      assertThat(calibration.temperature()).isNotEqualTo(1);
      assertThat(calibration.regionShares()).doesNotContainAnyElementsOf(Calibration.COVERAGE);
      List<Location> locations = locations(model.localizer());
      assertThat(held(locations)).isEqualTo(HELD);
      assertThat(locations.get(0).regions()).extracting("share").isEqualTo(Calibration.COVERAGE);
      assertThat(model.calibrate(SOURCE)).as("calibrated again").isEqualTo(calibration);
      model.clearCalibration();
      assertThat(held(locations(model.localizer()))).isNotEqualTo(HELD);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"embed", "recombine", "token", "zoom"})
  void isSavedAndLoaded(String method) throws IOException {
    Path saved = folder.resolve("model");
    Path json = saved.resolve("calibration.json");
    Calibration calibration;
    try (GeoModel model = untrained(method)) {
      calibration = model.calibrate(SOURCE);
      model.save(saved, CARD);
      try (Localizer loaded = Localizer.load(saved)) {
        assertThat(locations(loaded)).isEqualTo(locations(model.localizer()));
      }
    }
    JsonObject written = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
    assertThat(written.get("temperature").getAsDouble()).isEqualTo(calibration.temperature());
    assertThat(written.getAsJsonArray("regionShares"))
        .extracting(share -> share.getAsDouble())
        .isEqualTo(calibration.regionShares());

    written.addProperty("temperature", 0);
    Files.writeString(json, written.toString());
    assertThatThrownBy(() -> Localizer.load(saved))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(json.toString())
        .hasMessageContaining("temperature must be positive: 0.0");
  }
}
