package io.github.geofix.eval;

import io.github.geofix.core.internal.Count;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How often sequences of choices, such as the cells a zoom goes through, were right. The share of
 * photos within 40, 50 and 100 m of the middle of their last cell, which Just Zoom In gives beside
 * it, is {@link DistanceErrors#withinKm}.
 *
 * @param strict the share of sequences right at every step
 * @param prefixes the share right up to and including each step, first to last; the last is {@code
 *     strict}
 * @param steps the share right at each step, whatever came before
 */
public record Sequences(Share strict, List<Share> prefixes, List<Share> steps) {

  private static final Pattern LABEL = Pattern.compile("\\d{1,3}");

  /** Two labels or more: a single number may be anything. */
  private static final Pattern PATH =
      Pattern.compile("\\s*[\\[(]?\\s*\\d{1,3}(?:(?:\\s*[,;/-]\\s*|\\s+)\\d{1,3})+\\s*[\\])]?\\s*");

  /** Copies the lists. */
  public Sequences {
    prefixes = List.copyOf(prefixes);
    steps = List.copyOf(steps);
  }

  /**
   * Reads a zoom path of two or more labels of up to three digits, such as {@code [7, 6, 6, 5]},
   * {@code 7 6 6 5} or {@code 7-6-6-5}; empty if the text is anything else.
   */
  public static Optional<int[]> parse(String text) {
    return PATH.matcher(text).matches()
        ? Optional.of(
            LABEL.matcher(text).results().mapToInt(n -> Integer.parseInt(n.group())).toArray())
        : Optional.empty();
  }

  /**
   * Compares sequences paired by position in the lists.
   *
   * @param truths N true sequences of one length
   * @param guesses N guessed ones
   * @throws IllegalArgumentException if there is none, or lengths differ
   */
  public static Sequences of(List<int[]> truths, List<int[]> guesses) {
    if (truths.isEmpty() || truths.size() != guesses.size() || truths.get(0).length == 0) {
      throw new IllegalArgumentException(
          Count.of(truths.size(), "true sequences do not pair with ")
              + Count.of(guesses.size(), "guesses"));
    }
    int length = truths.get(0).length;
    int[] prefixHits = new int[length];
    int[] stepHits = new int[length];
    for (int i = 0; i < truths.size(); i++) {
      int[] truth = truths.get(i);
      int[] guess = guesses.get(i);
      if (truth.length != length || guess.length != length) {
        throw new IllegalArgumentException(
            "sequence "
                + i
                + " has "
                + guess.length
                + " steps for "
                + truth.length
                + ", the first has "
                + length);
      }
      boolean right = true;
      for (int step = 0; step < length; step++) {
        stepHits[step] += truth[step] == guess[step] ? 1 : 0;
        right &= truth[step] == guess[step];
        prefixHits[step] += right ? 1 : 0;
      }
    }
    List<Share> prefixes = new ArrayList<>();
    List<Share> steps = new ArrayList<>();
    for (int step = 0; step < length; step++) {
      prefixes.add(Share.of(prefixHits[step], truths.size()));
      steps.add(Share.of(stepHits[step], truths.size()));
    }
    return new Sequences(prefixes.get(length - 1), prefixes, steps);
  }
}
