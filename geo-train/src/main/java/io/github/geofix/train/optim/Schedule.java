package io.github.geofix.train.optim;

/**
 * Learning-rate schedule: the rate of each step, as a factor on the peak rate. Immutable.
 *
 * <pre>{@code
 * Schedule schedule = Schedule.cosine(0.1).withWarmup(0.05);
 * double rate = peak * schedule.factor(step, steps, stepsPerEpoch);
 * }</pre>
 *
 * <p>Each schedule begins with a linear warm-up: its rate is {@code 1 / w} of the peak at the first
 * of {@code w} steps, and the peak at the last. The rest of the schedule runs over the steps that
 * remain.
 */
public sealed interface Schedule {

  /**
   * Returns the length of the warm-up: below 1 a share of the run, such as 0.05, rounded up to
   * whole steps; from 1 on a number of steps; 0 for none.
   */
  double warmup();

  /** Returns a copy with a warm-up, in steps or as a share of the run; see {@link #warmup()}. */
  Schedule withWarmup(double warmup);

  /**
   * Returns the factor of a step after the warm-up.
   *
   * @param step 0 for the first step after the warm-up
   * @param steps number of steps after the warm-up
   * @param stepsPerEpoch number of steps in one pass over the photos
   */
  double afterWarmup(long step, long steps, long stepsPerEpoch);

  /**
   * Returns the factor of a step.
   *
   * @param step 0 for the first step
   * @param steps number of steps of the whole run
   * @param stepsPerEpoch number of steps in one pass over the photos
   * @return 0 to 1
   */
  default double factor(long step, long steps, long stepsPerEpoch) {
    long warmupSteps = (long) Math.ceil(warmup() < 1 ? warmup() * steps : warmup());
    return step < warmupSteps
        ? (step + 1.0) / warmupSteps
        : afterWarmup(step - warmupSteps, steps - warmupSteps, stepsPerEpoch);
  }

  /** Returns the peak rate throughout. */
  static Schedule constant() {
    return new Constant(0);
  }

  /**
   * Returns half a cosine wave from the peak rate down to a fraction of it, a new rate each step.
   */
  static Schedule cosine(double finalFraction) {
    return new Cosine(finalFraction, Interval.STEP, 0);
  }

  /** Returns a schedule that multiplies the rate by {@code factor} every {@code epochs} epochs. */
  static Schedule step(int epochs, double factor) {
    return new Step(epochs, factor, 0);
  }

  /** Returns a schedule that multiplies the rate by {@code factor} after each epoch. */
  static Schedule exponential(double factor) {
    return new Step(1, factor, 0);
  }

  private static void requireWarmup(double warmup) {
    if (!(warmup >= 0 && warmup < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "warmup " + warmup + ": a share of the run below 1, or a number of steps, needed");
    }
  }

  /** How often a schedule changes the rate. */
  enum Interval {
    /** After each step. */
    STEP,
    /** After each epoch. */
    EPOCH
  }

  /**
   * The peak rate throughout.
   *
   * @param warmup see {@link Schedule#warmup()}
   */
  record Constant(double warmup) implements Schedule {
    /** Checks the range. */
    public Constant {
      requireWarmup(warmup);
    }

    /** No warm-up. */
    public static Constant defaults() {
      return new Constant(0);
    }

    @Override
    public Constant withWarmup(double warmup) {
      return new Constant(warmup);
    }

    @Override
    public double afterWarmup(long step, long steps, long stepsPerEpoch) {
      return 1;
    }
  }

  /**
   * Cosine annealing without restarts (Loshchilov and Hutter, "SGDR", 2017, eq. 5).
   *
   * @param finalFraction fraction of the peak rate at the end, 0 to 1
   * @param interval how often the rate changes
   * @param warmup see {@link Schedule#warmup()}
   */
  record Cosine(double finalFraction, Interval interval, double warmup) implements Schedule {
    /** Checks the ranges. */
    public Cosine {
      if (!(finalFraction >= 0 && finalFraction <= 1)) {
        throw new IllegalArgumentException("finalFraction " + finalFraction + ": 0 to 1 needed");
      }
      requireWarmup(warmup);
    }

    /** A new rate each step, down to zero; no warm-up. */
    public static Cosine defaults() {
      return new Cosine(0, Interval.STEP, 0);
    }

    @Override
    public Cosine withWarmup(double warmup) {
      return new Cosine(finalFraction, interval, warmup);
    }

    @Override
    public double afterWarmup(long step, long steps, long stepsPerEpoch) {
      long reached = interval == Interval.EPOCH ? step - step % Math.max(1, stepsPerEpoch) : step;
      double done = Math.min(1, (double) reached / Math.max(1, steps));
      return finalFraction + (1 - finalFraction) * (1 + Math.cos(Math.PI * done)) / 2;
    }
  }

  /**
   * Step decay.
   *
   * @param epochs epochs between two decays, at least 1
   * @param factor what a decay multiplies the rate by, above 0 and at most 1
   * @param warmup see {@link Schedule#warmup()}
   */
  record Step(int epochs, double factor, double warmup) implements Schedule {
    /** Checks the ranges. */
    public Step {
      if (epochs < 1) {
        throw new IllegalArgumentException("epochs " + epochs + ": at least 1 needed");
      }
      if (!(factor > 0 && factor <= 1)) {
        throw new IllegalArgumentException("factor " + factor + ": above 0, at most 1 needed");
      }
      requireWarmup(warmup);
    }

    /** Half the rate after each epoch; no warm-up. */
    public static Step defaults() {
      return new Step(1, 0.5, 0);
    }

    @Override
    public Step withWarmup(double warmup) {
      return new Step(epochs, factor, warmup);
    }

    @Override
    public double afterWarmup(long step, long steps, long stepsPerEpoch) {
      long decays = step / Math.max(1, stepsPerEpoch) / epochs;
      return Math.pow(factor, (double) decays);
    }
  }
}
