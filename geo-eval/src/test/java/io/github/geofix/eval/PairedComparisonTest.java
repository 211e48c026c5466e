package io.github.geofix.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PairedComparisonTest {

  private static DistanceReport report(List<String> photos, double... km) {
    return new DistanceReport(DistanceErrors.ofKm(km), List.of(25.0, 750.0), photos);
  }

  @Test
  void splitsPhotosByWhoLocatedThem() {
    DistanceReport first = report(List.of(), 1, 1, 30, 900, 25);
    DistanceReport second = report(List.of(), 2, 30, 2, 800, 3);
    PairedComparison.Limit within = PairedComparison.of(first, second).limits().get(0);
    assertThat(within.both()).isEqualTo(2);
    assertThat(within.onlyFirst()).isEqualTo(1);
    assertThat(within.onlySecond()).isEqualTo(1);
    assertThat(within.neither()).isEqualTo(1);
    assertThat(within.difference().value()).isZero();
    assertThat(within.pValue()).isEqualTo(1);
  }

  @Test
  void pairsPhotosByName() {
    DistanceReport first = report(List.of("a", "b", "c"), 1, 2, 900);
    DistanceReport second = report(List.of("c", "a", "b"), 900, 1, 2);
    PairedComparison comparison = PairedComparison.of(first, second);
    assertThat(comparison.medianKm()).isEqualTo(new Bootstrap.Interval(0, 0, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PairedComparison.of(first, report(List.of("c", "a", "x"), 1, 2, 3)))
        .withMessage("the reports are not of the same photos: b is only in the first");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PairedComparison.of(first, report(List.of(), 1, 2)))
        .withMessage(
            "the reports are not of the same photos: the first has 3 of them, the second 2");
  }

  @Test
  void pairsPhotosOfAnotherMachineByUniqueFileNames() {
    DistanceReport here = report(List.of("/here/a", "/here/b", "/here/c"), 1, 2, 900);
    DistanceReport there = report(List.of("/there/c", "/there/a", "/there/b"), 900, 1, 2);
    assertThat(PairedComparison.of(here, there).medianKm())
        .isEqualTo(new Bootstrap.Interval(0, 0, 0));
    DistanceReport twoFolders = report(List.of("/there/1/a", "/there/2/a", "/there/b"), 1, 2, 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PairedComparison.of(here, twoFolders))
        .withMessageContaining("/here/a is only in the first");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> PairedComparison.of(here, report(List.of("/here/a", "b", "/here/a"), 1, 2, 3)))
        .withMessageContaining("/here/a is there twice");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void testsAsTheExactBinomialDoes(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 60; i++) {
      int b = random.nextInt(80);
      int c = random.nextInt(80);
      BigInteger tail = BigInteger.ZERO;
      BigInteger choose = BigInteger.ONE;
      for (int k = 0; k <= Math.min(b, c); k++) {
        tail = tail.add(choose);
        choose = choose.multiply(BigInteger.valueOf(b + c - k)).divide(BigInteger.valueOf(k + 1));
      }
      double expected =
          new BigDecimal(tail.shiftLeft(1))
              .divide(new BigDecimal(BigInteger.ONE.shiftLeft(b + c)), MathContext.DECIMAL64)
              .min(BigDecimal.ONE)
              .doubleValue();
      assertThat(PairedComparison.mcNemar(b, c))
          .isCloseTo(expected, within(1e-11 * expected + 1e-300));
    }
    assertThat(PairedComparison.mcNemar(1000, 900_000)).isBetween(0.0, 1e-300);
  }

  @Test
  void rejectsEqualSystemsAboutAsOftenAsItSays() {
    Random random = new Random(5);
    int rejected = 0;
    int covered = 0;
    Bootstrap bootstrap = new Bootstrap(400, 3);
    for (int s = 0; s < 400; s++) {
      double[] a = new double[150];
      double[] b = new double[150];
      for (int i = 0; i < a.length; i++) {
        double hard = random.nextDouble();
        a[i] = random.nextDouble() < hard ? 1 : 900;
        b[i] = random.nextDouble() < hard ? 1 : 900;
      }
      PairedComparison.Limit limit =
          PairedComparison.of(
                  new DistanceReport(DistanceErrors.ofKm(a), List.of(25.0), List.of()),
                  new DistanceReport(DistanceErrors.ofKm(b), List.of(25.0), List.of()),
                  IntStream.range(0, a.length).toArray(),
                  bootstrap)
              .limits()
              .get(0);
      rejected += limit.pValue() <= 0.05 ? 1 : 0;
      covered += limit.difference().low() <= 0 && limit.difference().high() >= 0 ? 1 : 0;
    }
    // The exact test errs on the side of caution.
    assertThat(rejected / 400.0).isBetween(0.005, 0.06);
    assertThat(covered / 400.0).isBetween(0.92, 0.98);
  }

  @Test
  void refusesAPhotoThatTheFirstHasTwice() {
    DistanceReport twice = report(List.of("a", "a"), 1, 2);
    DistanceReport once = report(List.of("a", "b"), 1, 2);
    assertThatIllegalArgumentException().isThrownBy(() -> PairedComparison.of(twice, once));
    assertThatIllegalArgumentException().isThrownBy(() -> PairedComparison.of(once, twice));
  }

  @Test
  void writesATable() {
    double[] far = IntStream.range(0, 40).mapToDouble(i -> 900).toArray();
    double[] near = IntStream.range(0, 40).mapToDouble(i -> i < 30 ? 1 : 900).toArray();
    Table table = PairedComparison.of(report(List.of(), far), report(List.of(), near)).table();
    assertThat(table.rows().get(0))
        .startsWith("25 km", "+75.0 points")
        .endsWith("0", "30", "< 0.0001");
    assertThat(table.rows().get(table.rows().size() - 2)).startsWith("median error", "-899 km");
    assertThat(table.rows().get(table.rows().size() - 1)).startsWith("game score", "+1695");
  }
}
