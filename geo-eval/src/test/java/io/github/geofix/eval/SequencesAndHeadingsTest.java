package io.github.geofix.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.eval.PhotoReport.Headings;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SequencesAndHeadingsTest {

  private static JsonObject oracle() throws Exception {
    try (Reader in =
        new InputStreamReader(
            Objects.requireNonNull(
                SequencesAndHeadingsTest.class.getResourceAsStream("/oracles/jzi_geo.json")),
            StandardCharsets.UTF_8)) {
      return JsonParser.parseReader(in).getAsJsonObject();
    }
  }

  private static int[] ints(JsonElement array) {
    JsonArray values = array.getAsJsonArray();
    int[] ints = new int[values.size()];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = values.get(i).getAsInt();
    }
    return ints;
  }

  /** Just Zoom In measures in meters from the photo to the center of the last cell. */
  @Test
  void measuresTheRowsThatJustZoomInPublished() throws Exception {
    JsonObject oracle = oracle();
    double radiusRatio =
        oracle.get("earth_radius_m").getAsDouble() / 1000 / GreatCircle.EARTH_RADIUS_KM;
    List<int[]> published = new ArrayList<>();
    List<int[]> recomputed = new ArrayList<>();
    for (JsonElement element : oracle.getAsJsonArray("published_rows")) {
      JsonObject row = element.getAsJsonObject();
      published.add(ints(row.get("published")));
      recomputed.add(ints(row.get("recomputed")));
      JsonArray center = row.getAsJsonArray("terminal_center");
      DistanceErrors errors =
          DistanceErrors.ofDegrees(
              new double[] {row.get("lat").getAsDouble(), row.get("lon").getAsDouble()},
              new double[] {center.get(0).getAsDouble(), center.get(1).getAsDouble()});
      assertThat(errors.km(0) * 1000 * radiusRatio)
          .isCloseTo(row.get("dist_to_terminal_center_m").getAsDouble(), within(1e-5));
      // A photo is at most half a diagonal from the center of its 39.06 m cell.
      assertThat(errors.withinKm(0.04).accuracy()).isEqualTo(1);
    }
    Sequences sequences = Sequences.of(published, recomputed);
    assertThat(sequences.strict().accuracy()).isEqualTo(1);
    assertThat(sequences.steps()).hasSize(4);
    recomputed.get(0)[2]++;
    Sequences oneOff = Sequences.of(published, recomputed);
    assertThat(oneOff.strict()).isEqualTo(Share.of(published.size() - 1, published.size()));
    assertThat(oneOff.prefixes().get(1).accuracy()).isEqualTo(1);
    assertThat(oneOff.prefixes().get(3).accuracy()).isLessThan(1);
    assertThat(oneOff.steps().get(3).accuracy()).isEqualTo(1);
  }

  @Test
  void measuresDistancesAsTiledWebMapsDoes() throws Exception {
    JsonObject oracle = oracle();
    double radiusRatio =
        oracle.get("earth_radius_m").getAsDouble() / 1000 / GreatCircle.EARTH_RADIUS_KM;
    for (JsonElement element : oracle.getAsJsonArray("move_from_latlon")) {
      JsonArray row = element.getAsJsonArray();
      DistanceErrors errors =
          DistanceErrors.ofDegrees(
              new double[] {row.get(0).getAsDouble(), row.get(1).getAsDouble()},
              new double[] {row.get(4).getAsDouble(), row.get(5).getAsDouble()});
      double meters = row.get(6).getAsDouble();
      assertThat(errors.km(0) * 1000 * radiusRatio).isCloseTo(meters, within(1e-6 * meters));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void takesTheSmallerAngleWhateverTheTurns(long seed) {
    Random random = new Random(seed);
    double truth = random.nextDouble(-1000, 1000);
    double guess = random.nextDouble(-1000, 1000);
    double smallest = 360;
    for (int turn = -10; turn <= 10; turn++) {
      smallest = Math.min(smallest, Math.abs(guess - truth + 360 * turn));
    }
    Headings headings = Headings.of(new double[] {truth}, new double[] {guess});
    assertThat(headings.medianDegrees()).isCloseTo(smallest, within(1e-9));
  }

  @Test
  void reportsHeadings() {
    Headings headings = Headings.of(new double[] {0, 0, 350, 90}, new double[] {0, 10, 10, 270});
    assertThat(headings.count()).isEqualTo(4);
    assertThat(headings.meanDegrees()).isEqualTo(52.5);
    assertThat(headings.medianDegrees()).isEqualTo(15);
    assertThat(headings.within(10)).isEqualTo(Share.of(2, 4));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Headings.of(new double[] {Double.NaN}, new double[1]));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Headings.of(new double[1], new double[2]));
  }

  @Test
  void refusesSequencesOfOtherLengths() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sequences.of(List.of(new int[2]), List.of(new int[3])))
        .withMessage("sequence 0 has 3 steps for 2, the first has 2");
    assertThatIllegalArgumentException().isThrownBy(() -> Sequences.of(List.of(), List.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [7, 6, 6, 5] | 7 6 6 5
          7 6 6 5      | 7 6 6 5
          (7,6)        | 7 6
          7-16-16-5    | 7 16 16 5
          """)
  void readsZoomPaths(String text, String labels) {
    assertThat(Sequences.parse(text).orElseThrow())
        .containsExactly(Arrays.stream(labels.split(" ")).mapToInt(Integer::parseInt).toArray());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jCe8ul2PRh2bbmPZkkNRIA",
        "",
        " ",
        "7",
        "1234567890",
        "4449826985073821",
        "7 6 6 x",
        "2024-05-01",
        "1,5e3",
        "7..6",
        "a1b2-c3d4"
      })
  void takesNothingElseForAZoomPath(String text) {
    assertThat(Sequences.parse(text)).isEmpty();
  }
}
