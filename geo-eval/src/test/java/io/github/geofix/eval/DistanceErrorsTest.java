package io.github.geofix.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DistanceErrorsTest {
  private static final Path ORACLE = Path.of("src/test/resources/oracles/haversine.safetensors");

  @Test
  void agreesWithGeoTokensDistances() {
    try (Safetensors oracle = Safetensors.open(ORACLE)) {
      double[] expected = oracle.doubles("km_f64");
      DistanceErrors errors =
          DistanceErrors.ofDegrees(oracle.doubles("true"), oracle.doubles("pred"));
      for (int i = 0; i < expected.length; i++) {
        // The oracle's sphere has a radius of 6371 km.
        double ours = errors.km(i) * 6371 / GreatCircle.EARTH_RADIUS_KM;
        assertThat(ours).isCloseTo(expected[i], within(1e-6 * expected[i] + 1e-9));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void countsWhatALiteralScanCounts(long seed) {
    Random random = new Random(seed);
    double[] km = new double[1 + random.nextInt(300)];
    // Few distinct values: many photos lie exactly at a limit.
    Arrays.setAll(km, i -> random.nextInt(8));
    DistanceErrors errors = DistanceErrors.ofKm(km);
    for (double limit : new double[] {-1, 0, 0.5, 3, 7, 8, 1e9, Double.POSITIVE_INFINITY}) {
      long expected = Arrays.stream(km).filter(error -> error <= limit).count();
      assertThat(errors.countWithinKm(limit)).isEqualTo((int) expected);
    }
    assertThat(errors.toArray()).containsExactly(km);
  }

  /** Golden values of NumPy 1.24: {@code numpy.quantile([3, 1, 4, 1, 5, 9, 2, 6], q)}. */
  @Test
  void interpolatesQuantilesAsNumPyDoes() {
    DistanceErrors errors = DistanceErrors.ofKm(3, 1, 4, 1, 5, 9, 2, 6);
    assertThat(errors.quantileKm(0)).isEqualTo(1);
    assertThat(errors.quantileKm(0.1)).isEqualTo(1);
    assertThat(errors.quantileKm(0.25)).isEqualTo(1.75);
    assertThat(errors.medianKm()).isEqualTo(3.5);
    assertThat(errors.quantileKm(0.9)).isCloseTo(6.9, within(1e-12));
    assertThat(errors.quantileKm(1)).isEqualTo(9);
    assertThat(errors.meanKm()).isEqualTo(3.875);
  }

  @Test
  void pairsListsAndArraysAlike() {
    Random random = new Random(11);
    List<LatLng> truths = new ArrayList<>();
    List<LatLng> guesses = new ArrayList<>();
    double[] truthDegrees = new double[200];
    double[] guessDegrees = new double[200];
    for (int i = 0; i < 100; i++) {
      truths.add(new LatLng(random.nextDouble(-90, 90), random.nextDouble(-180, 180)));
      guesses.add(new LatLng(random.nextDouble(-90, 90), random.nextDouble(-180, 180)));
      truthDegrees[2 * i] = truths.get(i).latitude();
      truthDegrees[2 * i + 1] = truths.get(i).longitude();
      guessDegrees[2 * i] = guesses.get(i).latitude();
      guessDegrees[2 * i + 1] = guesses.get(i).longitude();
    }
    assertThat(DistanceErrors.of(truths, guesses).toArray())
        .containsExactly(DistanceErrors.ofDegrees(truthDegrees, guessDegrees).toArray());
  }

  @Test
  void scoresAsTheGameDoes() {
    assertThat(DistanceErrors.ofKm(0).meanScore()).isEqualTo(5000);
    assertThat(DistanceErrors.ofKm(0, 1492.7).meanScore())
        .isCloseTo(2500 * (1 + Math.exp(-1)), within(1e-9));
  }

  @Test
  void acceptsThePointOppositeAndASinglePhoto() {
    DistanceErrors opposite =
        DistanceErrors.of(List.of(new LatLng(0, 0)), List.of(new LatLng(0, 180)));
    assertThat(opposite.medianKm()).isEqualTo(DistanceErrors.WORST_KM);
    assertThat(opposite.quantileKm(0.9)).isEqualTo(DistanceErrors.WORST_KM);
  }

  @Test
  void refusesWhatIsNoDistance() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DistanceErrors.of(List.of(), List.of()))
        .withMessage("there is no photo to evaluate");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DistanceErrors.of(List.of(new LatLng(0, 0)), List.of()))
        .withMessage("1 truth does not pair with 0 guesses");
    assertThatIllegalArgumentException().isThrownBy(() -> DistanceErrors.ofKm(1, Double.NaN, 2));
    assertThatIllegalArgumentException().isThrownBy(() -> DistanceErrors.ofKm(1, -2));
    assertThatIllegalArgumentException().isThrownBy(() -> DistanceErrors.ofKm(30_000));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DistanceErrors.ofDegrees(new double[] {Double.NaN, 1}, new double[2]));
  }

  @Test
  void rewardsAnswersByTheirDistance() {
    LatLng paris = new LatLng(48.8566, 2.3522);
    LatLng lyon = new LatLng(45.764, 4.8357);
    assertThat(DistanceErrors.reward(paris, paris, 25)).isOne();
    double km = DistanceErrors.of(List.of(paris), List.of(lyon)).km(0);
    assertThat(DistanceErrors.reward(paris, lyon, km)).isCloseTo(1 / Math.E, within(1e-12));
    assertThat(DistanceErrors.reward(paris, lyon, 1492.7))
        .isCloseTo(
            DistanceErrors.of(List.of(paris), List.of(lyon)).meanScore() / 5000, within(1e-12));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DistanceErrors.reward(paris, lyon, Double.NaN))
        .withMessage("scaleKm must be positive: NaN");
  }
}
