package io.github.geofix.eval;

import io.github.geofix.core.abstention.CalibrationVectors;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The two-sample test on the energy distance of vectors, by permutations.
 *
 * <p>The sum of all distances and of each row is the same for every permutation, so one costs M^2
 * operations, M the smaller of the two numbers of vectors.
 */
final class EnergyTest {

  /** Fixed, so that a test has one answer. */
  private static final long SEED = 2004;

  /** Distances between any two vectors, those of the smaller set first. */
  private final float[][] distances;

  private final double[] rows;
  private final double total;

  /** The number of vectors of the smaller set. */
  private final int few;

  EnergyTest(CalibrationVectors calibration, List<float[]> photos) {
    if (photos.size() < 2) {
      throw new IllegalArgumentException("two photos or more are needed: " + photos.size());
    }
    int count = calibration.size() + photos.size();
    float[][] vectors = new float[count][];
    boolean fewPhotos = photos.size() <= calibration.size();
    few = fewPhotos ? photos.size() : calibration.size();
    for (int i = 0; i < count; i++) {
      int first = fewPhotos ? photos.size() : calibration.size();
      boolean ofPhotos = (i < first) == fewPhotos;
      int index = i < first ? i : i - first;
      vectors[i] = ofPhotos ? photos.get(index) : calibration.vector(index);
      if (vectors[i].length != calibration.dimension()) {
        throw new IllegalArgumentException(
            "a vector has %d numbers, those of the calibration %d: calibrate this model again"
                .formatted(vectors[i].length, calibration.dimension()));
      }
    }
    distances = new float[count][count];
    rows = new double[count];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < i; j++) {
        distances[i][j] = distance(vectors[i], vectors[j]);
        distances[j][i] = distances[i][j];
      }
    }
    double sum = 0;
    for (int i = 0; i < count; i++) {
      for (float distance : distances[i]) {
        rows[i] += distance;
      }
      sum += rows[i];
    }
    total = sum;
  }

  private static float distance(float[] a, float[] b) {
    float sum = 0;
    for (int d = 0; d < a.length; d++) {
      float difference = a[d] - b[d];
      sum += difference * difference;
    }
    return (float) Math.sqrt(sum);
  }

  /** Returns the energy distance of the two sets. */
  double distance() {
    int[] first = new int[few];
    for (int i = 0; i < few; i++) {
      first[i] = i;
    }
    return distance(first);
  }

  /** Returns the energy distance of some vectors from all others. */
  private double distance(int[] some) {
    double within = 0;
    double fromAny = 0;
    for (int i : some) {
      fromAny += rows[i];
      float[] row = distances[i];
      for (int j : some) {
        within += row[j];
      }
    }
    double across = fromAny - within;
    double others = total - 2 * across - within;
    double m = some.length;
    double n = distances.length - m;
    return 2 * across / (m * n) - within / (m * m) - others / (n * n);
  }

  /** Returns the p-value of the distance, 1 / (permutations + 1) or more. */
  double pValue(int permutations) {
    SplittableRandom random = new SplittableRandom(SEED);
    // An exchange of equal vectors must count as none in spite of rounding.
    double found = distance() * (1 - 1e-9);
    int[] order = new int[distances.length];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    int[] some = new int[few];
    int asGreat = 1;
    for (int permutation = 0; permutation < permutations; permutation++) {
      for (int i = 0; i < few; i++) {
        int other = random.nextInt(i, order.length);
        some[i] = order[other];
        order[other] = order[i];
        order[i] = some[i];
      }
      asGreat += distance(some) >= found ? 1 : 0;
    }
    return (double) asGreat / (permutations + 1);
  }
}
