package io.github.geofix.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.Location;
import io.github.geofix.core.abstention.AnswerRule;
import io.github.geofix.core.abstention.AnswerRule.ErrorBound;
import io.github.geofix.core.geodesy.LatLng;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Queue;
import org.junit.jupiter.api.Test;

final class DriftWindowTest {
  private static final Location ANSWER = FakeLocalizer.at(new LatLng(30, 20));

  private final List<Integer> masses = new ArrayList<>();
  private final List<Integer> vectors = new ArrayList<>();
  private final Queue<Runnable> background = new ArrayDeque<>();

  private LocateServer.Drift drift(boolean withVectors) {
    return new LocateServer.Drift(
        new AnswerRule(new ErrorBound(1, 0.9, 0.1), Optional.of(0.5), List.of(0.1, 0.2)),
        withVectors,
        (testedMasses, testedVectors) -> {
          masses.add(testedMasses.size());
          vectors.add(testedVectors.size());
          return new LocateServer.Drift.Result(
              0.5, 1.0 / testedMasses.size(), OptionalDouble.empty(), false);
        });
  }

  private static void add(DriftWindow window, int answers) {
    for (int i = 0; i < answers; i++) {
      window.add(ANSWER, () -> Optional.of(new float[] {1, 2}));
    }
  }

  @Test
  void testsTheLastAnswersAfterEveryTen() {
    DriftWindow window = new DriftWindow(drift(false), Runnable::run);
    add(window, 19);
    assertThat(window.result()).isEmpty();
    add(window, 191);
    assertThat(masses).hasSize(20).startsWith(20, 30, 40).endsWith(190, 200, 200);
    assertThat(vectors).containsOnly(0);
    assertThat(window.photos()).isEqualTo(200);
  }

  @Test
  void comparesTheVectorsOfEveryFourthPhoto() {
    DriftWindow window = new DriftWindow(drift(true), Runnable::run);
    add(window, 79);
    assertThat(masses).containsExactly(40);
    assertThat(vectors).as("ten vectors are too few").containsExactly(0);
    add(window, 400);
    assertThat(vectors).startsWith(0, 20, 30).endsWith(90, 100, 100);
  }

  @Test
  void oneTestWaitsAtMostAndTestsTheAnswersOfWhenItRuns() {
    DriftWindow window = new DriftWindow(drift(false), background::add);
    add(window, 55);
    assertThat(background).hasSize(1);
    background.remove().run();
    assertThat(masses).containsExactly(55);
    add(window, 5);
    assertThat(background).hasSize(1);
    background.remove().run();
    assertThat(window.result().orElseThrow().pValue()).isEqualTo(1.0 / 60);
  }

  @Test
  void aTestThatFailsLeavesWhatWasFoundBefore() {
    List<Integer> failed = new ArrayList<>();
    LocateServer.Drift drift = drift(false);
    LocateServer.Drift.Test failing =
        (testedMasses, testedVectors) -> {
          if (testedMasses.size() == 30) {
            failed.add(30);
            throw new IllegalStateException("a test that fails on purpose");
          }
          return drift.test().apply(testedMasses, testedVectors);
        };
    DriftWindow window =
        new DriftWindow(new LocateServer.Drift(drift.rule(), false, failing), Runnable::run);
    add(window, 39);
    assertThat(failed).hasSize(1);
    assertThat(window.result().orElseThrow().pValue()).isEqualTo(1.0 / 20);
    add(window, 1);
    assertThat(window.result().orElseThrow().pValue()).isEqualTo(1.0 / 40);
  }
}
