package io.github.geofix.models.calibration;

import static io.github.geofix.models.calibration.Calibration.Shift.WORST_CASE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.JsonRecords;
import io.github.geofix.core.internal.WorstCase;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.calibration.Calibration.ScoredPhoto;
import io.github.geofix.models.calibration.Calibration.Shift;
import io.github.geofix.models.internal.calibration.RegionShares;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Calibration by groups of photos, and for photos of a kind whose places are not known. */
class ShiftTest {
  private static final LatLng BEST = new LatLng(48, 11);
  private static final double[] SURE = {0.9, 0.05, 0.05};
  private static final double[] UNSURE = {0.4, 0.3, 0.3};

  @Test
  void weightsAreTheRatioOfTheFrequencies() {
    double[] weights = DensityRatio.weights(mixture(500, 500), mixture(200, 800));
    // 0.2 / 0.5 and 0.8 / 0.5, a little nearer to one by the ridge.
    assertThat(weights[0]).isCloseTo(0.4, within(0.05));
    assertThat(weights[999]).isCloseTo(1.6, within(0.05));
    assertThat(Arrays.stream(weights).average().orElseThrow()).isCloseTo(1, within(1e-9));
    for (double weight : DensityRatio.weights(mixture(50, 50), mixture(500, 500))) {
      assertThat(weight).isCloseTo(1, within(1e-6));
    }
  }

  private static List<double[]> mixture(int sure, int unsure) {
    List<double[]> scores = new ArrayList<>(Collections.nCopies(sure, SURE));
    scores.addAll(Collections.nCopies(unsure, UNSURE));
    return scores;
  }

  @Test
  void equalWeightsChangeNothing() {
    double[] needed = new Random(5).doubles(123).toArray();
    double[] ones = new double[needed.length];
    Arrays.fill(ones, 1);
    List<Double> wanted = List.of(0.5, 0.9, 0.99);
    assertThat(RegionShares.fit(wanted, needed, ones)).isEqualTo(RegionShares.fit(wanted, needed));
  }

  /** Unsure photos need more of the score, so a pool of mostly sure ones is not enough for them. */
  private static ScoredPhoto draw(Random random, double unsureShare) {
    boolean unsure = random.nextDouble() < unsureShare;
    double needed = unsure ? 0.5 + 0.5 * random.nextDouble() : 0.4 * random.nextDouble();
    return new ScoredPhoto(
        unsure ? UNSURE : SURE, 0, temperature -> new RegionShares.Needed(needed, BEST));
  }

  private static double held(Calibration calibration, Random random, double unsureShare) {
    double share = calibration.regionShares().get(1);
    long held =
        IntStream.range(0, 20_000)
            .filter(i -> draw(random, unsureShare).needed().apply(1).share() < share)
            .count();
    return held / 20_000.0;
  }

  @Test
  void regionsHoldAfterAShiftOfTheScores() {
    Random random = new Random(11);
    List<ScoredPhoto> photos = IntStream.range(0, 2000).mapToObj(i -> draw(random, 0.2)).toList();
    List<ScoredPhoto> others = IntStream.range(0, 2000).mapToObj(i -> draw(random, 0.8)).toList();
    Calibration pooled = Calibration.fit(photos.size(), photos::get);
    assertThat(held(pooled, random, 0.8)).isLessThan(0.7);
    Calibration shifted =
        Calibration.fitForShift(
            photos::get, Collections.nCopies(2000, ""), others.size(), others::get, Shift.WEIGHTED);
    assertThat(held(shifted, random, 0.8)).isCloseTo(0.9, within(0.02));
    assertThat(shifted.temperature()).isEqualTo(pooled.temperature());
  }

  @Test
  void theWorstCaseIsThatOfTheDivergenceOfTheScores() {
    Random random = new Random(13);
    int count = 20_000;
    List<ScoredPhoto> photos =
        IntStream.range(0, count).mapToObj(i -> draw(random, i % 5 == 0 ? 1 : 0)).toList();
    List<ScoredPhoto> others =
        IntStream.range(0, count).mapToObj(i -> draw(random, i % 5 < 2 ? 1 : 0)).toList();
    List<String> all = Collections.nCopies(count, "");
    // Of the scores alone: 0.4 log(0.4 / 0.2) + 0.6 log(0.6 / 0.8), a little less by the ridge.
    double divergence = 0.4 * Math.log(2) + 0.6 * Math.log(0.75);
    double level = WorstCase.level(0.9, divergence);
    // The unsure fifth needs shares that are uniform from 0.5 to 1.
    double share = 0.5 + 0.5 * (level - 0.8) / 0.2;
    Calibration worst = Calibration.fitForShift(photos::get, all, count, others::get, WORST_CASE);
    assertThat(worst.regionShares().get(1)).isCloseTo(share, within(0.015));
    assertThat(held(worst, random, 0.4)).isGreaterThan(0.95);
    Calibration same = Calibration.fitForShift(photos::get, all, count, photos::get, WORST_CASE);
    assertThat(same.regionShares().get(1))
        .isCloseTo(Calibration.fit(count, photos::get).regionShares().get(1), within(1e-3));
  }

  @Test
  void eachContinentHasItsOwnShares() {
    Random random = new Random(14);
    // Photos placed in Africa are sure, those in Asia not; on the others there are too few.
    List<ScoredPhoto> photos =
        IntStream.range(0, 4000)
            .mapToObj(
                i -> {
                  ScoredPhoto drawn = draw(random, i % 2);
                  LatLng best =
                      i < 8
                          ? new LatLng(-25, 135)
                          : i % 2 == 0 ? new LatLng(10, 20) : new LatLng(30, 100);
                  return new ScoredPhoto(
                      drawn.scores(),
                      drawn.truth(),
                      t -> new RegionShares.Needed(drawn.needed().apply(t).share(), best));
                })
            .toList();
    Calibration calibration =
        Calibration.fitByContinent(photos::get, Collections.nCopies(4000, ""));
    Map<String, List<Double>> shares = calibration.continents().orElseThrow();
    assertThat(shares).containsOnlyKeys("Africa", "Asia");
    // 90 % of shares uniform from 0 to 0.4, and from 0.5 to 1.
    assertThat(Objects.requireNonNull(shares.get("Africa")).get(1)).isCloseTo(0.36, within(0.01));
    assertThat(Objects.requireNonNull(shares.get("Asia")).get(1)).isCloseTo(0.95, within(0.01));
    CellPartition cells =
        CellPartition.fixedLevel(List.of(new LatLng(10, 20), new LatLng(-25, 135)), 6);
    double[] african = new double[2];
    african[cells.labelOf(10, 20)] = 1;
    assertThat(calibration.sharesFor(cells, african)).isEqualTo(shares.get("Africa"));
    double[] australian = new double[2];
    australian[cells.labelOf(-25, 135)] = 1;
    assertThat(calibration.sharesFor(cells, australian)).isEqualTo(calibration.regionShares());
    assertThat(JsonRecords.read(JsonRecords.write(calibration), Calibration.class))
        .isEqualTo(calibration);
  }

  @Test
  void theWorstGroupDecides() {
    Random random = new Random(12);
    List<ScoredPhoto> photos = IntStream.range(0, 2000).mapToObj(i -> draw(random, i % 2)).toList();
    List<String> groups =
        IntStream.range(0, 2000).mapToObj(i -> i % 2 == 0 ? "sure" : "unsure").toList();
    Calibration grouped = Calibration.fit(photos::get, groups);
    assertThat(held(grouped, random, 1)).isCloseTo(0.9, within(0.03));
    assertThat(held(Calibration.fit(2000, photos::get), random, 1)).isLessThan(0.85);
    List<String> small = new ArrayList<>(groups);
    small.set(0, "alone");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Calibration.fit(photos::get, small))
        .withMessageContaining("the group \"alone\" has 1 photo")
        .withMessageContaining("9 or more");
  }
}
