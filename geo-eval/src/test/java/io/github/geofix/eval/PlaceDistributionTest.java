package io.github.geofix.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PlaceDistributionTest {

  private static final int K = PlaceDistribution.NEIGHBORS;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void isTheDefinitionReadLiterally(long seed) {
    Random random = new Random(seed);
    List<LatLng> truths = places(random, 80);
    List<LatLng> answers = places(random, 80);
    // Places that are named more than once, and right answers.
    for (int i = 0; i < 20; i++) {
      answers.set(i, answers.get(20 + i / 4));
      answers.set(40 + i, truths.get(i));
    }
    assertThat(PlaceDistribution.of(truths, answers)).isEqualTo(literal(truths, answers));
  }

  private static PlaceDistribution literal(List<LatLng> truths, List<LatLng> answers) {
    double size = truths.size();
    long precise = answers.stream().filter(y -> inAny(y, truths)).count();
    long recalled = truths.stream().filter(x -> inAny(x, answers)).count();
    long pairs = 0;
    long covered = 0;
    for (int i = 0; i < truths.size(); i++) {
      LatLng center = truths.get(i);
      double radius = radius(truths, i);
      long inside =
          answers.stream().filter(y -> GreatCircle.distanceKm(center, y) <= radius).count();
      pairs += inside;
      covered += inside > 0 ? 1 : 0;
    }
    return new PlaceDistribution(
        precise / size, recalled / size, pairs / (K * size), covered / size);
  }

  private static boolean inAny(LatLng place, List<LatLng> centers) {
    for (int i = 0; i < centers.size(); i++) {
      if (GreatCircle.distanceKm(centers.get(i), place) <= radius(centers, i)) {
        return true;
      }
    }
    return false;
  }

  private static double radius(List<LatLng> centers, int i) {
    List<Double> others = new ArrayList<>();
    for (int j = 0; j < centers.size(); j++) {
      if (j != i) {
        others.add(GreatCircle.distanceKm(centers.get(i), centers.get(j)));
      }
    }
    Collections.sort(others);
    return others.get(K - 1);
  }

  private static List<LatLng> places(Random random, int count) {
    List<LatLng> places = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double latitude = Math.toDegrees(Math.asin(2 * random.nextDouble() - 1));
      places.add(new LatLng(latitude, 360 * random.nextDouble() - 180));
    }
    return places;
  }

  @Test
  void findsAnswersThatAreTheSameFewPlaces() {
    List<LatLng> truths = places(new Random(5), 1000);
    PlaceDistribution itself = PlaceDistribution.of(truths, truths);
    assertThat(itself.precision()).isEqualTo(1);
    assertThat(itself.recall()).isEqualTo(1);
    assertThat(itself.coverage()).isEqualTo(1);
    // Each place is its own and in the neighborhoods of about K others.
    assertThat(itself.density()).isCloseTo(1.2, within(0.01));
    PlaceDistribution one = PlaceDistribution.of(truths, Collections.nCopies(1000, truths.get(0)));
    assertThat(one.precision()).isEqualTo(1);
    assertThat(one.recall()).isEqualTo(0.001);
    assertThat(one.coverage()).isLessThan(0.02);
  }

  @Test
  void drawsTheSamePhotosOfMany() {
    List<LatLng> truths = places(new Random(6), PlaceDistribution.MOST_PHOTOS + 500);
    PlaceDistribution all = PlaceDistribution.of(truths, truths);
    assertThat(all.recall()).isEqualTo(1);
    assertThat(all.density()).isCloseTo(1.2, within(0.01));
  }

  @Test
  void needsMorePlacesThanNeighbors() {
    List<LatLng> few = places(new Random(7), K);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PlaceDistribution.of(few, few))
        .withMessage("5 answers and 5 true places: as many of each are needed, and more than 5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PlaceDistribution.of(places(new Random(8), 9), few));
  }
}
