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
 * a line a minute at most. Rate and time are of this process, also where an earlier one did a part
 * of the work.
 */
final class Bar implements AutoCloseable {
  /** Short work leaves no line in a log, a night's some hundreds. */
  private static final long NANOS_A_LINE = 60_000_000_000L;

  private final String task;
  private final boolean terminal;
  private final LongSupplier clock;
  private final PrintStream log;
  private @Nullable ProgressBar bar;
  private long steps;
  private long firstStep = -1;
  private long began;
  private long told;

  private Bar(String task, long steps, boolean terminal, LongSupplier clock, PrintStream log) {
    this.task = task;
    this.steps = steps;
    this.terminal = terminal;
    this.clock = clock;
    this.log = log;
    this.began = clock.getAsLong();
    this.told = began;
  }

  /** Returns a bar of work that begins now. */
  static Bar of(String task, long steps) {
    Bar bar = new Bar(task, steps, isTerminal(), System::nanoTime, System.err);
    bar.begin(0);
    return bar;
  }

  /**
   * Returns a bar for a command that prints results as they are known: on a terminal these are the
   * progress.
   */
  static Bar besideOutput(String task, long steps) {
    PrintStream log = isTerminal() ? new PrintStream(OutputStream.nullOutputStream()) : System.err;
    return log(task, steps, System::nanoTime, log);
  }

  /** Returns a bar of a training, which may begin with any step. */
  static Bar ofTraining(String task) {
    return new Bar(task, 1, isTerminal(), System::nanoTime, System.err);
  }

  /**
   * Returns one that writes lines.
   *
   * @param clock returns nanoseconds
   */
  static Bar log(String task, long steps, LongSupplier clock, PrintStream log) {
    return new Bar(task, steps, false, clock, log);
  }

  private void begin(long step) {
    firstStep = step;
    began = clock.getAsLong();
    if (terminal) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(task)
              .setInitialMax(steps)
              .startsFrom(step, Duration.ZERO)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(250)
              .setSpeedUnit(ChronoUnit.SECONDS)
              .showSpeed()
              .setConsumer(new ConsoleProgressBarConsumer(log))
              .build();
    }
  }

  void stepTo(long done) {
    if (bar != null) {
      bar.stepTo(done);
    } else {
      tell(done, "");
    }
  }

  /** Shows a step of a training. */
  void show(long step, long steps, double loss) {
    this.steps = steps;
    if (firstStep < 0) {
      begin(step);
    }
    if (bar != null) {
      bar.maxHint(steps);
      bar.setExtraMessage(String.format(Locale.ROOT, " loss %.3f", loss));
      bar.stepTo(step);
    } else {
      tell(step, String.format(Locale.ROOT, ", loss %.3f", loss));
    }
  }

  /** Writes what an epoch ended with, unless this is a terminal. */
  void endEpoch(long step, String summary) {
    if (!terminal) {
      told = clock.getAsLong();
      log.println(task + ": " + summary + timeLeft(step));
    }
  }

  private void tell(long done, String more) {
    long now = clock.getAsLong();
    if (now - told < NANOS_A_LINE || done <= firstStep) {
      return;
    }
    told = now;
    log.printf(Locale.ROOT, "%s: %,d of %,d%s%s%n", task, done, steps, more, timeLeft(done));
  }

  private String timeLeft(long done) {
    if (done <= firstStep || done >= steps) {
      return "";
    }
    double minutes = (clock.getAsLong() - began) * 1e-9 / 60;
    return String.format(
        Locale.ROOT, ", %.0f min left", minutes / (done - firstStep) * (steps - done));
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
      // From Java 22 on there is a console without a terminal; isTerminal distinguishes them.
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }
}
