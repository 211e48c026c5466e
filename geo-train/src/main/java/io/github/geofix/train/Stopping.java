package io.github.geofix.train;

/**
 * When a run ends: after a number of epochs, a number of steps, or early, and which epoch is best.
 * At least one of {@code epochs} and {@code maxSteps} is above 0.
 *
 * @param epochs passes over the photos; 0 for as many as {@code maxSteps} takes
 * @param maxSteps most optimizer steps; 0 for no limit
 * @param patience early stopping: the run ends after that many epochs without a better one; 0 for
 *     never
 * @param withinMeters epochs are compared by the share of validation photos that the model locates
 *     within this distance, and by the validation loss where it is equal; 0 for the validation loss
 *     alone
 */
public record Stopping(int epochs, long maxSteps, int patience, double withinMeters) {

  /** Checks the ranges. */
  public Stopping {
    if (epochs < 0 || maxSteps < 0 || (epochs == 0 && maxSteps == 0)) {
      throw new IllegalArgumentException(
          "epochs %d and maxSteps %d: neither may be below 0, and one must be at least 1"
              .formatted(epochs, maxSteps));
    }
    if (patience < 0) {
      throw new IllegalArgumentException("patience " + patience + ": at least 0 needed");
    }
    if (!(withinMeters >= 0 && withinMeters < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "withinMeters " + withinMeters + ": a distance of at least 0 needed");
    }
  }

  /** Ends after that many epochs, at least 1. */
  public static Stopping afterEpochs(int epochs) {
    return new Stopping(epochs, 0, 0, 0);
  }

  /** Ends after exactly that many steps, at least 1. */
  public static Stopping afterSteps(long maxSteps) {
    return new Stopping(0, maxSteps, 0, 0);
  }

  /** Returns a copy with early stopping. */
  public Stopping withPatience(int patience) {
    return new Stopping(epochs, maxSteps, patience, withinMeters);
  }

  /** Returns a copy that compares epochs by the share located within a distance; 0 by the loss. */
  public Stopping withWithinMeters(double withinMeters) {
    return new Stopping(epochs, maxSteps, patience, withinMeters);
  }

  /** Returns the number of steps of the whole run. */
  long steps(long stepsPerEpoch) {
    long most = maxSteps == 0 ? Long.MAX_VALUE : maxSteps;
    return epochs == 0 ? most : Math.min(most, epochs * stepsPerEpoch);
  }
}
