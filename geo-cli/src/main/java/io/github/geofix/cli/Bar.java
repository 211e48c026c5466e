package io.github.geofix.cli;

import java.io.Console;
import java.io.PrintStream;
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
  private final @Nullable ProgressBar bar;
  private final LongSupplier clock;
  private final PrintStream log;
  private final long began;
  private long steps;
  private long told;

  private Bar(
      String task, long steps, @Nullable ProgressBar bar, LongSupplier clock, PrintStream log) {
    this.task = task;
    this.steps = steps;
    this.bar = bar;
    this.clock = clock;
    this.log = log;
    this.began = clock.getAsLong();
    this.told = began;
  }

  static Bar of(String task, long steps) {
    return isTerminal()
        ? new Bar(task, steps, shown(task, steps), System::nanoTime, System.err)
        : log(task, steps, System::nanoTime, System.err);
  }

  /**
   * Returns one that writes lines.
   *
   * @param clock tells nanoseconds
   */
  static Bar log(String task, long steps, LongSupplier clock, PrintStream log) {
    return new Bar(task, steps, null, clock, log);
  }

  private static ProgressBar shown(String task, long steps) {
    PrintStream err = System.err;
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setInitialMax(steps)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(250)
        .setSpeedUnit(ChronoUnit.SECONDS)
        .showSpeed()
        .setConsumer(new ConsoleProgressBarConsumer(err))
        .build();
  }

  void stepTo(long done) {
    if (bar != null) {
      bar.stepTo(done);
    } else {
      tell(done, "");
    }
  }

  void show(long step, long steps, double loss) {
    this.steps = steps;
    if (bar != null) {
      bar.maxHint(steps);
      bar.setExtraMessage(String.format(Locale.ROOT, " loss %.3f", loss));
      bar.stepTo(step);
    } else {
      tell(step, String.format(Locale.ROOT, ", loss %.3f", loss));
    }
  }

  private void tell(long done, String more) {
    long now = clock.getAsLong();
    if (now - told < NANOS_A_LINE || done < 1) {
      return;
    }
    told = now;
    double left = (now - began) * 1e-9 / 60 / done * (steps - done);
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
