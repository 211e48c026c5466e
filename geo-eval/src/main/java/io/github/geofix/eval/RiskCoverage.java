package io.github.geofix.eval;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The risk-coverage curve of a model that may decline to answer: how many of the answers are wrong
 * if only those of the highest scores are given.
 *
 * @param points from few answers to all of them
 * @param area the area under the curve (AURC), 0 to 1, lower is better: the mean over all photos of
 *     the risk among those scored as high or higher. Geifman, Uziel and El-Yaniv, "Bias-reduced
 *     uncertainty estimation for deep neural classifiers", ICLR 2019, section 3. Photos of one
 *     score count as wrong in equal parts
 * @param optimum the area if all right answers were scored above all wrong ones
 */
public record RiskCoverage(List<Point> points, double area, double optimum) {

  /** The points of a curve at the most. */
  private static final int POINTS = 100;

  /**
   * A point of the curve.
   *
   * @param coverage the share of photos that are answered, above 0 to 1
   * @param risk the share of wrong answers among them, 0 to 1
   */
  public record Point(double coverage, double risk) {}

  /** Copies the list. */
  public RiskCoverage {
    points = List.copyOf(points);
  }

  /**
   * Computes the curve. O(n log n).
   *
   * @param scores the score of each photo's answer, any numbers
   * @param right whether each answer was right, in the same order
   * @throws IllegalArgumentException if there is no photo, the arrays differ in length, or a score
   *     is not a number
   */
  public static RiskCoverage of(double[] scores, boolean[] right) {
    int n = scores.length;
    if (n == 0 || n != right.length) {
      throw new IllegalArgumentException(n + " scores and " + right.length + " answers");
    }
    for (double score : scores) {
      if (Double.isNaN(score)) {
        throw new IllegalArgumentException("a score is not a number");
      }
    }
    double[] risks = risks(scores, right);
    List<Point> points = new ArrayList<>();
    double area = 0;
    for (int i = 0; i < n; i++) {
      area += risks[i] / n;
      if ((long) (i + 1) * POINTS / n > (long) i * POINTS / n) {
        points.add(new Point((i + 1.0) / n, risks[i]));
      }
    }
    return new RiskCoverage(points, area, optimum(right));
  }

  /** Returns the share of wrong answers among the 1, 2, ... n photos of the highest scores. */
  private static double[] risks(double[] scores, boolean[] right) {
    int n = scores.length;
    List<Integer> order =
        IntStream.range(0, n).boxed().sorted(Comparator.comparingDouble(i -> -scores[i])).toList();
    double[] risks = new double[n];
    double wrong = 0;
    int from = 0;
    while (from < n) {
      int to = from;
      int wrongHere = 0;
      while (to < n && scores[order.get(to)] == scores[order.get(from)]) {
        wrongHere += right[order.get(to)] ? 0 : 1;
        to++;
      }
      for (int i = from; i < to; i++) {
        risks[i] = (wrong + (double) wrongHere * (i + 1 - from) / (to - from)) / (i + 1);
      }
      wrong += wrongHere;
      from = to;
    }
    return risks;
  }

  private static double optimum(boolean[] right) {
    double area = 0;
    int hits = (int) IntStream.range(0, right.length).filter(i -> right[i]).count();
    for (int i = hits; i < right.length; i++) {
      area += (i + 1.0 - hits) / (i + 1) / right.length;
    }
    return area;
  }
}
