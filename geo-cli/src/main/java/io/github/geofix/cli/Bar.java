package io.github.geofix.cli;

import java.io.Console;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * A progress bar with rate and time left on stderr; where that is not a terminal, such as in a log,
 * a line now and then.
 */
final class Bar implements AutoCloseable {
  /** Short work leaves no line in a log, a night's some hundreds. */
  private static final long NANOS_A_LINE = 60_000_000_000L;

  private final String task;
  private final boolean onTerminal;
  private final LongSupplier clock;
  private final PrintStream log;
  private final long began;
  private @Nullable ProgressBar bar;
  private long steps;
  private long told;

  /** Done by an earlier run, which counts neither for the rate nor for the time left. */
  private long before;

  private Bar(String task, long steps, boolean onTerminal, LongSupplier clock, PrintStream log) {
    this.task = task;
    this.steps = steps;
    this.onTerminal = onTerminal;
    this.clock = clock;
    this.log = log;
    this.began = clock.getAsLong();
    this.told = began;
  }

  static Bar of(String task, long steps) {
    return of(task, steps, 0);
  }

  /**
   * Returns a bar for work that an earlier run began.
   *
   * @param before the steps done by then
   */
  static Bar of(String task, long steps, long before) {
    Bar bar = new Bar(task, steps, isTerminal(), System::nanoTime, System.err);
    bar.before = before;
    bar.show(before, steps, "", "");
    return bar;
  }

  /**
   * Returns one for a command that prints its results as they are known: on a terminal these are
   * the progress.
   */
  static Bar besideOutput(String task, long steps) {
    PrintStream log = isTerminal() ? new PrintStream(OutputStream.nullOutputStream()) : System.err;
    return log(task, steps, System::nanoTime, log);
  }

  /**
   * Returns one that writes lines.
   *
   * @param clock the time in nanoseconds
   */
  static Bar log(String task, long steps, LongSupplier clock, PrintStream log) {
    return log(task, steps, 0, clock, log);
  }

  /** As {@link #log(String, long, LongSupplier, PrintStream)}, for work that was begun before. */
  static Bar log(String task, long steps, long before, LongSupplier clock, PrintStream log) {
    Bar bar = new Bar(task, steps, false, clock, log);
    bar.before = before;
    return bar;
  }

  private ProgressBar open(long startedFrom) {
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setInitialMax(steps)
        .startsFrom(startedFrom, Duration.ZERO)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(250)
        .setSpeedUnit(ChronoUnit.SECONDS)
        .showSpeed()
        .setConsumer(new ConsoleProgressBarConsumer(log))
        .build();
  }

  /** Shows how much is done. */
  void stepTo(long done) {
    show(done, steps, "", "");
  }

  /** Shows how much is done. */
  void show(long step, long steps, double loss) {
    show(
        step,
        steps,
        String.format(Locale.ROOT, " loss %.3f", loss),
        String.format(Locale.ROOT, ", loss %.3f", loss));
  }

  private void show(long done, long steps, String onBar, String onLine) {
    this.steps = steps;
    if (!onTerminal) {
      tell(done, onLine);
      return;
    }
    if (bar == null) {
      bar = open(before);
    }
    bar.maxHint(steps);
    bar.setExtraMessage(onBar);
    bar.stepTo(done);
  }

  private void tell(long done, String more) {
    long now = clock.getAsLong();
    if (now - told < NANOS_A_LINE || done <= before) {
      return;
    }
    told = now;
    double left = (now - began) * 1e-9 / 60 / (done - before) * (steps - done);
    log.printf(Locale.ROOT, "%s: %,d of %,d%s, %.0f min left%n", task, done, steps, more, left);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }

  @SuppressWarnings("SystemConsoleNull") // Null before Java 22, isTerminal() from then on.
  private static boolean isTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      // From Java 22 on there is a console without a terminal; isTerminal tells them apart.
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }
}
