package io.github.geofix.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Location;
import io.github.geofix.core.abstention.AnswerRule;
import io.github.geofix.core.abstention.AnswerRule.ErrorBound;
import io.github.geofix.core.abstention.AnswerRules;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.cell.S2Cells;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AbstentionTest {
  private static final ErrorBound WITHIN_200 = new ErrorBound(200, 0.9, 0.1);
  private static final LatLng HERE = new LatLng(10, 20);
  private static final LatLng NEAR = new LatLng(10.5, 20);
  private static final LatLng FAR = new LatLng(-40, 100);

  private static Location location(double here, double near, double far) {
    List<Candidate> candidates = new ArrayList<>();
    candidates.add(candidate(HERE, here));
    candidates.add(candidate(NEAR, near));
    candidates.add(candidate(FAR, far));
    return new Location(HERE, candidates);
  }

  private static Candidate candidate(LatLng place, double score) {
    return new Candidate(place, score, 1, new S2Cell(S2Cells.leafOf(place)));
  }

  @Test
  void massIsTheScoreOfTheCandidatesNearTheAnswer() {
    Location location = location(0.5, 0.3, 0.2);
    assertThat(AnswerRule.mass(location, 200)).isCloseTo(0.8, within(1e-12));
    assertThat(AnswerRule.mass(location, 20)).isEqualTo(0.5);
    AnswerRule rule = new AnswerRule(WITHIN_200, Optional.of(0.75), List.of(0.5));
    assertThat(rule.accepts(location)).isTrue();
    assertThat(rule.accepts(location(0.5, 0.2, 0.1))).isFalse();
    assertThat(rule.reason(location(0.5, 0.2, 0.1)))
        .isEqualTo(
            "0.700 of the score lies near the answer, 0.750 is needed to be within 200 km with a"
                + " confidence of 0.9");
    AnswerRule never = new AnswerRule(WITHIN_200, Optional.empty(), List.of(0.5));
    assertThat(never.accepts(location(1, 0, 0))).isFalse();
    assertThat(never.reason(location)).contains("no answer of this model is within 200 km");
  }

  @Test
  void keepsRulesInTheModelFolder(@TempDir Path folder) {
    assertThat(AnswerRules.load(folder).rules()).isEmpty();
    AnswerRule rule = new AnswerRule(WITHIN_200, Optional.of(0.75), List.of(0.5));
    AnswerRule never =
        new AnswerRule(new ErrorBound(25, 0.95, 0.1), Optional.empty(), List.of(0.5));
    new AnswerRules(List.of()).with(rule).with(never).with(rule).save(folder);
    AnswerRules rules = AnswerRules.load(folder);
    assertThat(rules.rules()).containsExactly(never, rule);
    assertThat(rules.rule(25, 0.95)).isEqualTo(never);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> rules.rule(1, 0.9))
        .withMessageContaining("it has those for 25.0 km with 0.95, 200.0 km with 0.9");
  }

  /** Draws a mass and whether the answer is right, with the probability that the mass states. */
  private static boolean[] draw(double[] masses, double bias, Random random) {
    boolean[] right = new boolean[masses.length];
    for (int i = 0; i < masses.length; i++) {
      masses[i] = random.nextDouble();
      right[i] = random.nextDouble() < masses[i] * bias;
    }
    return right;
  }

  @Test
  void keepsTheBoundAsOftenAsItShould() {
    // The risk above a threshold t is 1 - bias (1 + t) / 2, so the truth is known.
    double bias = 0.98;
    double maxRisk = 0.1;
    int runs = 200;
    int broken = 0;
    int answered = 0;
    Random random = new Random(7);
    for (int run = 0; run < runs; run++) {
      double[] masses = new double[5000];
      boolean[] right = draw(masses, bias, random);
      Optional<Double> least = LearnThenTest.leastMass(masses, right, maxRisk, 0.1);
      answered += least.isPresent() ? 1 : 0;
      broken += least.filter(t -> 1 - bias * (1 + t) / 2 > maxRisk).isPresent() ? 1 : 0;
    }
    // At most a tenth of the runs, and three standard deviations of a binomial of 200 draws.
    assertThat(broken).isLessThanOrEqualTo(20 + 13);
    assertThat(answered).isGreaterThan(runs * 6 / 10);
  }

  /** Photos whose mass has the density k m^(k-1), and whose answers are right with c m. */
  private record Kind(double k, double c) {
    void draw(int count, Random random, List<Location> answers, List<LatLng> truths) {
      for (int i = 0; i < count; i++) {
        double mass = Math.pow(random.nextDouble(), 1 / k);
        answers.add(new Location(HERE, List.of(candidate(HERE, mass))));
        truths.add(random.nextDouble() < c * mass ? HERE : FAR);
      }
    }

    /** Returns whether the answers that the rule gives are wrong more often than a fifth. */
    boolean breaks(AnswerRule rule) {
      double t = rule.leastMass().orElse(1.0);
      return t < 1 && c * k / (k + 1) * (1 - Math.pow(t, k + 1)) / (1 - Math.pow(t, k)) < 0.8;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void keepsTheBoundForPhotosOfAnotherKind(long seed) {
    Kind easy = new Kind(3, 0.98);
    Kind hard = new Kind(2, 0.92);
    ErrorBound bound = new ErrorBound(200, 0.8, 0.1);
    Random random = new Random(seed);
    int runs = 40;
    int pool = 0;
    int groups = 0;
    int forShift = 0;
    int answered = 0;
    for (int run = 0; run < runs; run++) {
      List<Location> answers = new ArrayList<>();
      List<LatLng> truths = new ArrayList<>();
      easy.draw(1000, random, answers, truths);
      List<Location> asked = new ArrayList<>();
      hard.draw(1000, random, asked, new ArrayList<>());
      List<String> one = Collections.nCopies(1000, "easy");
      forShift +=
          hard.breaks(LearnThenTest.fitForShift(answers, truths, one, bound, asked)) ? 1 : 0;
      hard.draw(1000, random, answers, truths);
      pool += hard.breaks(LearnThenTest.fit(answers, truths, bound)) ? 1 : 0;
      List<String> two = new ArrayList<>(one);
      two.addAll(Collections.nCopies(1000, "hard"));
      AnswerRule rule = LearnThenTest.fit(answers, truths, two, bound);
      groups += hard.breaks(rule) ? 1 : 0;
      answered += rule.leastMass().isPresent() ? 1 : 0;
    }
    // At most a tenth of the runs, and three standard deviations of a binomial of 40 draws.
    assertThat(groups).isLessThanOrEqualTo(4 + 6);
    assertThat(forShift).isLessThanOrEqualTo(4 + 6);
    assertThat(answered).isGreaterThan(runs / 4);
    // Without either the bound does not hold, so that the test is one.
    assertThat(pool).isGreaterThan(runs / 4);
  }

  @Test
  void ordersTheThresholdsAndStopsAtTheFirstUnsafeOne() {
    // 300 sure answers, all right; 300 unsure ones, half of them wrong.
    double[] masses = new double[600];
    boolean[] right = new boolean[600];
    for (int i = 0; i < 600; i++) {
      masses[i] = i < 300 ? 0.955 : 0.305;
      right[i] = i < 300 || i % 4 < 2;
    }
    assertThat(LearnThenTest.leastMass(masses, right, 0.1, 0.1)).contains(0.31);
    // 0.3 of all answers are wrong at most: then all can be given.
    assertThat(LearnThenTest.leastMass(masses, right, 0.4, 0.1)).contains(0.0);
    assertThat(LearnThenTest.leastMass(masses, new boolean[600], 0.1, 0.1)).isEmpty();
  }

  @Test
  void theStrictestGroupDecides() {
    List<Location> locations = new ArrayList<>();
    List<LatLng> truths = new ArrayList<>();
    List<String> groups = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      boolean hard = i % 4 > 1;
      boolean sure = i % 8 < 4;
      locations.add(sure ? location(0.9, 0.06, 0) : location(0.5, 0.1, 0.05));
      truths.add(hard && !sure ? FAR : HERE);
      groups.add(hard ? "hard" : "easy");
    }
    AnswerRule easy = LearnThenTest.fit(easy(locations), easy(truths), WITHIN_200);
    assertThat(easy.leastMass()).contains(0.0);
    AnswerRule both = LearnThenTest.fit(locations, truths, groups, WITHIN_200);
    assertThat(both.leastMass()).contains(0.61);
    assertThat(both.masses()).hasSize(400);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LearnThenTest.fit(locations, List.of(HERE), WITHIN_200));
  }

  @Test
  void aRuleForAShiftKeepsMoreConfidence() {
    List<Location> locations = new ArrayList<>();
    List<LatLng> truths = new ArrayList<>();
    List<Location> others = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      boolean sure = i % 4 < 2;
      locations.add(sure ? location(0.9, 0.06, 0) : location(0.5, 0.1, 0.05));
      // Of the unsure answers an eighth is wrong, of the sure ones none that tests: 7 % of all.
      truths.add(i % 100 == 0 || (!sure && i / 4 % 8 == 0) ? FAR : HERE);
      others.add(i % 5 == 0 ? location(0.9, 0.06, 0) : location(0.5, 0.1, 0.05));
    }
    List<String> groups = truths.stream().map(truth -> "").toList();
    assertThat(LearnThenTest.fit(locations, truths, WITHIN_200).leastMass()).contains(0.0);
    AnswerRule shifted = LearnThenTest.fitForShift(locations, truths, groups, WITHIN_200, others);
    // 0.8 log(0.8 / 0.5) + 0.2 log(0.2 / 0.5) = 0.19 nats: 0.9 takes 0.99, as the sure ones have.
    assertThat(shifted.leastMass()).contains(0.61);
    assertThat(shifted.bound()).isEqualTo(WITHIN_200);
    AnswerRule same = LearnThenTest.fitForShift(locations, truths, groups, WITHIN_200, locations);
    assertThat(same.leastMass()).contains(0.0);
  }

  @Test
  void divergenceIsThatOfTheShareOfEachClass() {
    double[] from = new double[1000];
    double[] to = new double[1000];
    for (int i = 0; i < 1000; i++) {
      from[i] = i < 500 ? 0.2 : 0.7;
      to[i] = i < 200 ? 0.2 : 0.7;
    }
    assertThat(Drift.divergence(from, to))
        .isCloseTo(0.2 * Math.log(0.4) + 0.8 * Math.log(1.6), within(0.01));
    assertThat(Drift.divergence(from, from)).isCloseTo(0, within(1e-12));
  }

  private static <T> List<T> easy(List<T> all) {
    return IntStream.range(0, all.size()).filter(i -> i % 4 < 2).mapToObj(all::get).toList();
  }

  @Test
  void riskCoverageIsTheMeanOfTheRisksOfAllPrefixes() {
    RiskCoverage curve =
        RiskCoverage.of(
            new double[] {0.1, 0.9, 0.5, 0.7}, new boolean[] {false, true, true, false});
    // By score: right, wrong, right, wrong.
    assertThat(curve.points())
        .containsExactly(
            new RiskCoverage.Point(0.25, 0),
            new RiskCoverage.Point(0.5, 0.5),
            new RiskCoverage.Point(0.75, 1 / 3.0),
            new RiskCoverage.Point(1, 0.5));
    assertThat(curve.area()).isCloseTo((0 + 0.5 + 1 / 3.0 + 0.5) / 4, within(1e-12));
    assertThat(curve.optimum()).isCloseTo((0 + 0 + 1 / 3.0 + 0.5) / 4, within(1e-12));
  }

  @Test
  void equalScoresCountInEqualParts() {
    RiskCoverage curve =
        RiskCoverage.of(new double[] {0.5, 0.5, 0.5, 0.5}, new boolean[] {true, false, true, true});
    curve.points().forEach(point -> assertThat(point.risk()).isCloseTo(0.25, within(1e-12)));
    assertThat(curve.area()).isCloseTo(0.25, within(1e-12));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RiskCoverage.of(new double[0], new boolean[0]));
  }

  @Test
  void curvesOfManyPhotosHaveAHundredPoints() {
    double[] scores = new Random(3).doubles(12_345).toArray();
    RiskCoverage curve = RiskCoverage.of(scores, new boolean[scores.length]);
    assertThat(curve.points()).hasSize(100);
    assertThat(curve.points().get(99)).isEqualTo(new RiskCoverage.Point(1, 1));
    assertThat(curve.area()).isCloseTo(1, within(1e-9));
  }

  @Test
  void driftIsFoundWhereTheScoresDiffer() {
    Random random = new Random(21);
    List<Double> fitted = random.doubles(400).boxed().toList();
    AnswerRule rule = new AnswerRule(WITHIN_200, Optional.of(0.5), fitted);
    int alarms = 0;
    for (int batch = 0; batch < 200; batch++) {
      alarms += Drift.of(rule, random.doubles(100).boxed().toList()).isAlarm() ? 1 : 0;
    }
    // One batch in a hundred, conditional on one fit, and three standard deviations.
    assertThat(alarms).isLessThanOrEqualTo(8);
    Drift drift = Drift.of(rule, random.doubles(100).map(mass -> mass * mass).boxed().toList());
    assertThat(drift.isAlarm()).isTrue();
    // The distribution functions x and sqrt(x) differ by 1/4 at the most.
    assertThat(drift.distance()).isCloseTo(0.25, within(0.12));
  }
}
