package io.github.geofix.models.calibration;

import java.util.Arrays;
import java.util.List;

/**
 * How much more frequent each photo of one sample is in another sample, by a logistic regression
 * that separates the two by what the model's scores look like: the logarithm of the best score,
 * their entropy, and the squares of both. The odds of the regression are the ratio of the densities
 * (Bickel, Brueckner and Scheffer, "Discriminative learning under covariate shift", JMLR 2009).
 */
final class DensityRatio {
  private static final int NEWTON_STEPS = 50;

  /** Keeps the regression finite where the samples do not overlap. */
  private static final double RIDGE = 1e-2;

  private DensityRatio() {}

  /**
   * Returns a positive weight for each photo of the first sample, with a mean of 1.
   *
   * @param from scores of the photos of the first sample, each adding up to 1
   * @param to scores of the photos of the second sample
   */
  static double[] weights(List<double[]> from, List<double[]> to) {
    double[][] x = new double[from.size() + to.size()][];
    for (int i = 0; i < x.length; i++) {
      x[i] = features(i < from.size() ? from.get(i) : to.get(i - from.size()));
    }
    standardize(x);
    double[] beta = regress(x, from.size());
    double[] weights = new double[from.size()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = Math.exp(dot(beta, x[i]));
    }
    double mean = Arrays.stream(weights).average().orElseThrow();
    for (int i = 0; i < weights.length; i++) {
      weights[i] /= mean;
    }
    return weights;
  }

  /**
   * Returns an estimate of the Kullback-Leibler divergence of the second sample from the first, in
   * nats, 0 or more: the mean of w log w over the first sample. No more than the scores show.
   *
   * @param weights of {@link #weights}
   */
  static double divergence(double[] weights) {
    double sum = 0;
    for (double weight : weights) {
      sum += weight > 0 ? weight * Math.log(weight) : 0;
    }
    return Math.max(0, sum / weights.length);
  }

  private static double[] features(double[] scores) {
    double best = 0;
    double entropy = 0;
    for (double score : scores) {
      best = Math.max(best, score);
      entropy -= score > 0 ? score * Math.log(score) : 0;
    }
    double surprise = -Math.log(best);
    return new double[] {1, surprise, entropy, surprise * surprise, entropy * entropy};
  }

  /** Brings all columns but the first to mean 0 and standard deviation 1. */
  private static void standardize(double[][] x) {
    for (int column = 1; column < x[0].length; column++) {
      int at = column;
      double mean = Arrays.stream(x).mapToDouble(row -> row[at]).average().orElseThrow();
      double variance =
          Arrays.stream(x).mapToDouble(row -> (row[at] - mean) * (row[at] - mean)).sum() / x.length;
      double deviation = variance > 0 ? Math.sqrt(variance) : 1;
      for (double[] row : x) {
        row[column] = (row[column] - mean) / deviation;
      }
    }
  }

  /** Fits by Newton's method; rows before {@code first} are of class 0, the others of class 1. */
  private static double[] regress(double[][] x, int first) {
    int n = x[0].length;
    double[] beta = new double[n];
    for (int step = 0; step < NEWTON_STEPS; step++) {
      double[] gradient = new double[n];
      double[][] hessian = new double[n][n];
      for (int i = 0; i < x.length; i++) {
        double p = 1 / (1 + Math.exp(-dot(beta, x[i])));
        double error = (i < first ? 0 : 1) - p;
        for (int a = 0; a < n; a++) {
          gradient[a] += error * x[i][a];
          for (int b = 0; b < n; b++) {
            hessian[a][b] += p * (1 - p) * x[i][a] * x[i][b];
          }
        }
      }
      for (int a = 0; a < n; a++) {
        double ridge = a == 0 ? 0 : RIDGE * x.length;
        gradient[a] -= ridge * beta[a];
        hessian[a][a] += ridge;
      }
      double[] change = solve(hessian, gradient);
      double largest = 0;
      for (int a = 0; a < n; a++) {
        beta[a] += change[a];
        largest = Math.max(largest, Math.abs(change[a]));
      }
      if (largest < 1e-9) {
        break;
      }
    }
    return beta;
  }

  /** Solves a positive definite system by elimination; changes its arguments. */
  private static double[] solve(double[][] a, double[] b) {
    int n = b.length;
    for (int pivot = 0; pivot < n; pivot++) {
      for (int row = pivot + 1; row < n; row++) {
        double factor = a[row][pivot] / a[pivot][pivot];
        for (int column = pivot; column < n; column++) {
          a[row][column] -= factor * a[pivot][column];
        }
        b[row] -= factor * b[pivot];
      }
    }
    double[] x = new double[n];
    for (int row = n - 1; row >= 0; row--) {
      double sum = b[row];
      for (int column = row + 1; column < n; column++) {
        sum -= a[row][column] * x[column];
      }
      x[row] = sum / a[row][row];
    }
    return x;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
