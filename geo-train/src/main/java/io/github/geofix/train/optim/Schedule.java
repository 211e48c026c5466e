package io.github.geofix.train.optim;

/**
 * How the learning rate moves during a run, as a factor on the peak rate. Immutable.
 *
 * <pre>{@code
 * Schedule schedule = Schedule.cosine(0.1).afterWarmup(500);
 * double rate = peak * schedule.factor(step, steps, stepsPerEpoch);
 * }</pre>
 */
public sealed interface Schedule {

  /**
   * Returns the factor for a step.
   *
   * @param step 0 for the first step
   * @param steps number of steps of the whole run
   * @param stepsPerEpoch number of steps in one pass over the photos
   * @return 0 to 1
   */
  double factor(long step, long steps, long stepsPerEpoch);

  /** Always the peak rate. */
  static Schedule constant() {
    return new Constant();
  }

  /** Half a cosine wave from the peak rate down to {@code finalFraction} of it. */
  static Schedule cosine(double finalFraction) {
    return new Cosine(finalFraction);
  }

  /** Multiplies the rate by {@code factor} after every {@code epochs} epochs. */
  static Schedule step(int epochs, double factor) {
    return new Step(epochs, factor);
  }

  /** Multiplies the rate by {@code factor} after every epoch. */
  static Schedule exponential(double factor) {
    return new Step(1, factor);
  }

  /** Returns this schedule preceded by a linear rise from zero, which counts as part of the run. */
  default Schedule afterWarmup(long steps) {
    return new Warmup(steps, this);
  }

  /** See {@link Schedule#constant()}. */
  record Constant() implements Schedule {
    @Override
    public double factor(long step, long steps, long stepsPerEpoch) {
      return 1;
    }
  }

  /**
   * Cosine annealing without restarts (Loshchilov and Hutter, "SGDR", 2017, eq. 5).
   *
   * @param finalFraction fraction of the peak rate that the last step approaches, 0 to 1
   */
  record Cosine(double finalFraction) implements Schedule {
    /** Checks the range. */
    public Cosine {
      if (!(finalFraction >= 0 && finalFraction <= 1)) {
        throw new IllegalArgumentException("final fraction " + finalFraction + ": 0 to 1 needed");
      }
    }

    @Override
    public double factor(long step, long steps, long stepsPerEpoch) {
      double done = Math.min(1, (double) step / Math.max(1, steps));
      return finalFraction + (1 - finalFraction) * (1 + Math.cos(Math.PI * done)) / 2;
    }
  }

  /**
   * A staircase.
   *
   * @param epochs length of a stair, at least 1
   * @param factor height of a stair relative to the one before, above 0 and at most 1
   */
  record Step(int epochs, double factor) implements Schedule {
    /** Checks the ranges. */
    public Step {
      if (epochs < 1) {
        throw new IllegalArgumentException(epochs + " epochs: at least 1 needed");
      }
      if (!(factor > 0 && factor <= 1)) {
        throw new IllegalArgumentException("factor " + factor + ": above 0, at most 1 needed");
      }
    }

    @Override
    public double factor(long step, long steps, long stepsPerEpoch) {
      long stair = step / Math.max(1, stepsPerEpoch) / epochs;
      return Math.pow(factor, (double) stair);
    }
  }

  /**
   * A linear rise, {@code 1 / steps} of the peak rate at the first step, then another schedule over
   * the steps that remain.
   *
   * @param warmupSteps steps of the rise, 0 for none
   * @param then what follows
   */
  record Warmup(long warmupSteps, Schedule then) implements Schedule {
    /** Checks the range. */
    public Warmup {
      if (warmupSteps < 0) {
        throw new IllegalArgumentException(warmupSteps + " warm-up steps: at least 0 needed");
      }
    }

    @Override
    public double factor(long step, long steps, long stepsPerEpoch) {
      if (step < warmupSteps) {
        return (step + 1.0) / warmupSteps;
      }
      return then.factor(step - warmupSteps, steps - warmupSteps, stepsPerEpoch);
    }
  }
}
