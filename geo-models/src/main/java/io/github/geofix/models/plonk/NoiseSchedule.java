package io.github.geofix.models.plonk;

/**
 * The noise level G of a time t: 1 at time 0, where points are data, and nearly 0 at time 1, where
 * they are noise. A sigmoid between -7 and 3.
 *
 * <p>Dufour et al., CVPR 2025, section 4.2, and the released schedule.
 */
final class NoiseSchedule {
  private static final double START = 3;
  private static final double END = -7;
  private static final double LEAST = 1e-9;
  private static final double SPAN = sigmoid(START) - sigmoid(END);

  private NoiseSchedule() {}

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double at(double time) {
    return (START - END) * time + END;
  }

  /**
   * Returns the noise level.
   *
   * @param time 0 to 1
   */
  static double level(double time) {
    return Math.max(LEAST, Math.min(1, (sigmoid(START) - sigmoid(at(time))) / SPAN));
  }
}
