package io.github.geofix.models.token;

/** Log-probabilities of token values. Stateless. */
final class LogProbabilities {
  private LogProbabilities() {}

  /**
   * Returns {@code log softmax(logits / temperature)} of one word of a step.
   *
   * @param logits [B * R * V]
   * @param row of the word, 0 to B R - 1
   * @param count V
   */
  static double[] of(float[] logits, int row, int count, double temperature) {
    double[] scaled = new double[count];
    double max = Double.NEGATIVE_INFINITY;
    for (int v = 0; v < count; v++) {
      scaled[v] = logits[row * count + v] / temperature;
      max = Math.max(max, scaled[v]);
    }
    double sum = 0;
    for (double s : scaled) {
      sum += Math.exp(s - max);
    }
    double normalizer = max + Math.log(sum);
    for (int v = 0; v < count; v++) {
      scaled[v] -= normalizer;
    }
    return scaled;
  }
}
