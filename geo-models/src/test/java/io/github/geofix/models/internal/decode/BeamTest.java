package io.github.geofix.models.internal.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.cell.CellPath;
import io.github.geofix.models.decode.BeamOptions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BeamTest {
  private static final int STEPS = 3;
  private static final int CHILDREN = 4;

  /** The log-probability of a child given its parent, which depends on the path alone. */
  private static double score(CellPath path, long seed) {
    double[] logits =
        new Random(seed * 31 + path.prefix(path.length() - 1).hashCode())
            .doubles(CHILDREN, -2, 2)
            .toArray();
    double sum = 0;
    for (double logit : logits) {
      sum += Math.exp(logit);
    }
    return logits[path.last()] - Math.log(sum);
  }

  private static double sum(CellPath path, long seed) {
    return IntStream.rangeClosed(1, path.length())
        .mapToDouble(n -> score(path.prefix(n), seed))
        .sum();
  }

  private static Hypotheses search(Beam beam, long seed) {
    while (!beam.isDone()) {
      double[] logs =
          beam.hypotheses().stream()
              .flatMapToDouble(
                  h ->
                      IntStream.range(0, CHILDREN)
                          .mapToDouble(c -> h.logProbability() + score(h.path().child(c), seed)))
              .toArray();
      beam.step(CHILDREN, logs, path -> 0);
    }
    return beam.result();
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 2", "3, 5", "4, 100"})
  void keepsTheBestOfEachStepAsTheDefinitionSays(long seed, int width) {
    List<CellPath> kept = List.of(CellPath.ROOT);
    for (int n = 1; n <= STEPS; n++) {
      kept =
          kept.stream()
              .flatMap(path -> IntStream.range(0, CHILDREN).mapToObj(path::child))
              .sorted(Comparator.comparingDouble((CellPath path) -> -sum(path, seed)))
              .limit(n == STEPS ? Long.MAX_VALUE : width)
              .toList();
    }
    Hypotheses found = search(new Beam(BeamOptions.ofWidth(width), STEPS), seed);
    assertThat(found.complete()).extracting(Hypothesis::path).containsExactlyElementsOf(kept);
    assertThat(found.dropped()).isSortedAccordingTo(Hypothesis.BEST_FIRST);
    assertThat(found.all().stream().mapToDouble(h -> Math.exp(h.logProbability())).sum())
        .isCloseTo(1, within(1e-12));
  }

  @Test
  void aPenaltyChangesTheOrderAndNoProbability() {
    Beam beam = new Beam(BeamOptions.ofWidth(1), 1);
    double[] logs = {Math.log(0.4), Math.log(0.3), Math.log(0.2), Math.log(0.1)};
    List<Extension> rows = beam.step(4, logs, path -> path.last() == 0 ? 5 : 0);
    assertThat(rows).extracting(Extension::child).containsExactly(1);
    assertThat(beam.result().complete())
        .extracting(h -> h.path().last())
        .containsExactly(1, 2, 3, 0);
    assertThat(beam.result().complete().get(3).logProbability()).isEqualTo(logs[0]);
  }

  @Test
  void aMarginDropsWhatIsFarBehind() {
    Beam beam = new Beam(BeamOptions.ofWidth(4).withMargin(1), 2);
    assertThat(beam.step(4, new double[] {-0.5, -1.4, -1.6, -3}, path -> 0)).hasSize(2);
  }

  @Test
  void startsJoinWhereHypothesesReachTheirLength() {
    List<Hypothesis> starts =
        List.of(
            new Hypothesis(CellPath.of(2), Math.log(0.6)),
            new Hypothesis(CellPath.of(1, 3), Math.log(0.4)));
    Beam beam = new Beam(BeamOptions.ofWidth(100), STEPS, starts);
    Hypotheses found = search(beam, 7);
    assertThat(found.complete()).hasSize(CHILDREN * CHILDREN + CHILDREN);
    for (Hypothesis start : starts) {
      double inside =
          found.complete().stream()
              .filter(h -> start.path().isPrefixOf(h.path()))
              .mapToDouble(h -> Math.exp(h.logProbability()))
              .sum();
      assertThat(inside).isCloseTo(Math.exp(start.logProbability()), within(1e-12));
    }
  }

  @Test
  void refusesAResultBeforeTheEnd() {
    assertThatThrownBy(() -> new Beam(BeamOptions.greedy(), 2).result())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("0 of 2 steps");
  }

  @Test
  void anOutcomeMergesWhatWasDrawnTwice() {
    Hypothesis a = new Hypothesis(CellPath.of(1, 2), -1);
    Hypothesis b = new Hypothesis(CellPath.of(0, 2), -5);
    SearchOutcome drawn = SearchOutcome.of(new Hypotheses(List.of(b, a, b, b), List.of(), true), 1);
    assertThat(drawn.cells()).containsExactly(b.path(), a.path());
    assertThat(drawn.shares()).containsExactly(0.75, 0.25);
    assertThat(drawn.complete()).isEqualTo(2);
    assertThat(drawn.best(1)).containsExactly(0);
  }

  @Test
  void anOutcomeSharesTheScoreByProbabilityAndTemperature() {
    List<Hypothesis> complete = new ArrayList<>();
    Stream.of(0, 1).forEach(c -> complete.add(new Hypothesis(CellPath.of(0, c), Math.log(0.4))));
    Hypotheses found =
        new Hypotheses(complete, List.of(new Hypothesis(CellPath.of(1), Math.log(0.2))), false);
    SearchOutcome outcome = SearchOutcome.of(found, 1);
    assertThat(outcome.shares()).containsExactly(new double[] {0.4, 0.4, 0.2}, within(1e-12));
    assertThat(outcome.complete()).isEqualTo(2);
    assertThat(outcome.indexOf(CellPath.of(1, 3))).isEqualTo(2);
    assertThat(outcome.indexOf(CellPath.of(2, 3))).isEqualTo(-1);
    double[] cold = SearchOutcome.of(found, 0.5).shares();
    assertThat(cold[2]).isCloseTo(0.04 / 0.36, within(1e-12));
  }
}
