package io.github.geofix.models.internal.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.core.partition.Region;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegionSharesTest {
  private static final List<Double> WANTED = List.of(0.5, 0.9);

  /** A photo whose scores are on cells of its own. */
  private record Photo(LatLng place, CellPartition cells, double[] scores) {

    /** The place follows one distribution, while the model states a sharper one. */
    static Photo random(Random random) {
      int level = random.nextInt(3);
      CellPartition cells =
          CellPartition.fixedLevel(Stream.generate(() -> point(random)).limit(30).toList(), level);
      double[] likely = new double[cells.size()];
      double[] stated = new double[cells.size()];
      double total = 0;
      for (int cell = 0; cell < likely.length; cell++) {
        double logit = 1.5 * random.nextGaussian();
        likely[cell] = Math.exp(logit);
        stated[cell] = Math.exp(2.5 * logit + 0.5 * random.nextGaussian());
        total += likely[cell];
      }
      double drawn = random.nextDouble() * total;
      int truth = 0;
      while (drawn > likely[truth]) {
        drawn -= likely[truth++];
      }
      // Some places lie in no cell, unless the cells cover the Earth.
      LatLng place = random.nextInt(50) == 0 ? point(random) : cells.centerOf(truth);
      return new Photo(place, cells, stated);
    }

    private static LatLng point(Random random) {
      return new LatLng(180 * random.nextDouble() - 90, 360 * random.nextDouble() - 180);
    }

    double needed() {
      return RegionShares.needed(place, cells, scores).share();
    }

    boolean isHeldBy(double share) {
      return Region.holding(share, cells, scores).contains(place);
    }
  }

  private static List<Photo> photos(int count, Random random) {
    return Stream.generate(() -> Photo.random(random)).limit(count).toList();
  }

  private static List<Double> fit(List<Double> wanted, List<Photo> photos) {
    return RegionShares.fit(wanted, photos.stream().mapToDouble(Photo::needed).toArray());
  }

  private static long held(List<Photo> photos, double share) {
    return photos.stream().filter(photo -> photo.isHeldBy(share)).count();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void aRegionHoldsAPlaceIfItsShareIsMoreThanThePlaceNeeds(long seed) {
    for (Photo photo : photos(300, new Random(seed))) {
      double needed = photo.needed();
      assertThat(photo.isHeldBy(Math.min(1, needed + 1e-9))).isEqualTo(needed <= 1);
      assertThat(needed > 1e-9 && photo.isHeldBy(Math.min(1, needed - 1e-9))).isFalse();
    }
  }

  /** Enough: the photo to come counts as one more that is not held. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void isTheLeastShareWhoseRegionsHoldEnoughOfThePhotos(long seed) {
    Random random = new Random(seed);
    List<Photo> photos = photos(20 + random.nextInt(40), random);
    List<Double> wanted = List.of(0.6, 0.5, 0.7, 0.8, 0.9);
    List<Double> shares = fit(wanted, photos);
    for (int i = 0; i < shares.size(); i++) {
      double enough = wanted.get(i) * (photos.size() + 1);
      assertThat((double) held(photos, shares.get(i))).isGreaterThanOrEqualTo(enough);
      if (shares.get(i) > 2e-9) {
        assertThat((double) held(photos, shares.get(i) - 2e-9)).isLessThan(enough);
      }
    }
  }

  /** On the mean over all draws of the photos: Romano, Sesia and Candes 2020. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void regionsHoldTheTruthOfOtherPhotosAsOftenAsTheySay(long seed) {
    Random random = new Random(seed);
    int draws = 400;
    int calibration = 39;
    int tested = 20;
    double[] held = new double[WANTED.size()];
    double sharpest = 0;
    for (int draw = 0; draw < draws; draw++) {
      List<Double> shares = fit(WANTED, photos(calibration, random));
      List<Photo> others = photos(tested, random);
      for (int i = 0; i < held.length; i++) {
        held[i] += held(others, shares.get(i));
      }
      sharpest += held(others, WANTED.get(1));
    }
    for (int i = 0; i < held.length; i++) {
      // At least what was wanted and at most 1 / 40 more; four standard errors are below 0.03.
      assertThat(held[i] / (draws * tested))
          .isBetween(WANTED.get(i) - 0.03, WANTED.get(i) + 1.0 / (calibration + 1) + 0.03);
    }
    assertThat(sharpest / (draws * tested)).isLessThan(0.86);
  }

  @Test
  void isTheRankOfWhatEachPhotoNeeds() {
    assertThat(RegionShares.fit(List.of(0.25, 0.5, 0.75), new double[] {0.8, 0, 0}))
        .containsExactly(1e-9, 1e-9, 0.8 + 1e-9);
    double[] oneInNoCell = {0, Double.POSITIVE_INFINITY, 0};
    assertThat(RegionShares.fit(List.of(0.75, 0.9), oneInNoCell)).containsExactly(1.0, 1.0);
    assertThatThrownBy(() -> RegionShares.fit(WANTED, new double[0]))
        .hasMessageContaining("no photo");
  }

  @Test
  void aPlaceNeedsTheShareOfTheDenserCells() {
    CellPartition cells =
        CellPartition.fixedLevel(
            IntStream.range(0, 4).mapToObj(i -> new LatLng(0, 90.0 * i - 180)).toList(), 0);
    double[] scores = {1, 4, 2, 1};
    assertThat(cells.size()).isEqualTo(4);
    assertThat(RegionShares.needed(cells.centerOf(1), cells, scores).share()).isZero();
    assertThat(RegionShares.needed(cells.centerOf(2), cells, scores).share()).isEqualTo(0.5);
    assertThat(RegionShares.needed(cells.centerOf(0), cells, scores).share())
        .isCloseTo(0.75, within(1e-12));
    assertThat(RegionShares.needed(new LatLng(90, 0), cells, scores).share()).isInfinite();
  }
}
