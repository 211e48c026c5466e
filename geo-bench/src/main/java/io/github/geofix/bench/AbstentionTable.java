package io.github.geofix.bench;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Location;
import io.github.geofix.core.abstention.AnswerRule;
import io.github.geofix.core.abstention.AnswerRule.ErrorBound;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.eval.Drift;
import io.github.geofix.eval.LearnThenTest;
import io.github.geofix.eval.Share;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * How often rules for answering break their bound on simulated photos, whose risk is known exactly.
 * Prints one CSV row for each shift, way of fitting and seed.
 *
 * <p>In a {@link Kind} of photos the mass m of the score near the answer has the density k m^(k-1),
 * and the answer is right with the probability c m: a model that is overconfident by the factor c.
 *
 * <p>Arguments, all as {@code name=value}: {@code seeds}; {@code fits} of each row; {@code photos}
 * of each fit, and as many of the kind that is asked about, whose places are not used; {@code
 * confidence} and {@code failure} of the bound.
 */
public final class AbstentionTable {
  private static final LatLng HERE = new LatLng(10, 20);
  private static final LatLng FAR = new LatLng(-40, 100);
  private static final Kind EASY = new Kind(3, 0.98);
  private static final Kind HARD = new Kind(2, 0.92);

  /** A kind of photos. */
  private record Kind(double k, double c) {

    /** Returns the share of right answers among those of at least a mass. */
    double right(double least) {
      return least < 1
          ? c * k / (k + 1) * (1 - Math.pow(least, k + 1)) / (1 - Math.pow(least, k))
          : c;
    }

    /** Returns the share of answers of at least a mass. */
    double answered(double least) {
      return 1 - Math.pow(least, k);
    }

    void draw(int count, Random random, List<Location> answers, List<LatLng> truths) {
      for (int i = 0; i < count; i++) {
        double mass = Math.pow(random.nextDouble(), 1 / k);
        Candidate best = new Candidate(HERE, mass, 1, S2Cell.of(HERE, 10));
        answers.add(new Location(HERE, List.of(best)));
        truths.add(random.nextDouble() < c * mass ? HERE : FAR);
      }
    }
  }

  /**
   * Photos of another kind than rules are fitted on.
   *
   * @param title its name in the table
   * @param fitted what rules are fitted on, in groups of equal size
   * @param asked what they then answer
   */
  private record Shift(String title, List<Kind> fitted, Kind asked) {}

  private static final List<Shift> SHIFTS =
      List.of(
          new Shift("same kind", List.of(EASY), EASY),
          new Shift("hardest group alone", List.of(EASY, HARD), HARD),
          new Shift("less sure", List.of(EASY), new Kind(2, 0.98)),
          new Shift("less sure and less often right", List.of(EASY), new Kind(2, 0.95)));

  private enum Way {
    POOL("pool"),
    GROUPS("groups"),
    WORST("groups and worst");

    private final String title;

    Way(String title) {
      this.title = title;
    }
  }

  private AbstentionTable() {}

  /** Runs the program. */
  public static void main(String[] args) {
    Arguments arguments =
        Arguments.of(
            AbstentionTable.class,
            args,
            Map.of(
                "seeds", "1,2,3",
                "fits", "1000",
                "photos", "2000",
                "confidence", "0.8",
                "failure", "0.1"));
    ErrorBound bound =
        new ErrorBound(200, arguments.decimal("confidence"), arguments.decimal("failure"));
    System.out.println("# " + arguments.command());
    System.out.println("shift,fittedAs,seed,broken,low,high,withheldAll,answered,alarms");
    for (Shift shift : SHIFTS) {
      for (Way way : Way.values()) {
        for (long seed : EarthRenderings.seeds(arguments.text("seeds"))) {
          System.out.println(
              "%s,%s,%d,%s"
                  .formatted(
                      shift.title(),
                      way.title,
                      seed,
                      row(
                          shift,
                          way,
                          new Random(seed),
                          bound,
                          arguments.number("fits"),
                          arguments.number("photos"))));
        }
      }
    }
  }

  private static String row(
      Shift shift, Way way, Random random, ErrorBound bound, int fits, int photos) {
    int broken = 0;
    int withheld = 0;
    int alarms = 0;
    double answered = 0;
    for (int fit = 0; fit < fits; fit++) {
      List<Location> answers = new ArrayList<>();
      List<LatLng> truths = new ArrayList<>();
      List<String> groups = new ArrayList<>();
      for (Kind kind : shift.fitted()) {
        kind.draw(photos / shift.fitted().size(), random, answers, truths);
        String group = way == Way.POOL ? "all" : kind.toString();
        groups.addAll(Collections.nCopies(answers.size() - groups.size(), group));
      }
      List<Location> asked = new ArrayList<>();
      shift.asked().draw(photos, random, asked, new ArrayList<>());
      AnswerRule rule =
          way == Way.WORST
              ? LearnThenTest.fitForShift(answers, truths, groups, bound, asked)
              : LearnThenTest.fit(answers, truths, groups, bound);
      alarms += alarm(rule, asked) ? 1 : 0;
      if (rule.leastMass().isEmpty()) {
        withheld++;
      } else {
        double least = rule.leastMass().get();
        broken += shift.asked().right(least) < bound.confidence() ? 1 : 0;
        answered += shift.asked().answered(least);
      }
    }
    Share share = Share.of(broken, fits);
    return String.format(
        Locale.ROOT,
        "%.1f,%.1f,%.1f,%.1f,%.1f,%.1f",
        100 * share.accuracy(),
        100 * share.low(),
        100 * share.high(),
        100.0 * withheld / fits,
        100 * answered / fits,
        100.0 * alarms / fits);
  }

  private static boolean alarm(AnswerRule rule, List<Location> asked) {
    return Drift.of(
            rule,
            asked.stream().map(answer -> AnswerRule.mass(answer, rule.bound().withinKm())).toList())
        .isAlarm();
  }
}
