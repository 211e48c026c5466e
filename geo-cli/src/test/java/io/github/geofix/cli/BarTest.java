package io.github.geofix.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class BarTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void tellsALogOnceAMinuteHowFarItIs() {
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    AtomicLong clock = new AtomicLong(-5 * SECOND);
    try (Bar bar =
        Bar.log("train", 1, clock::get, new PrintStream(log, true, StandardCharsets.UTF_8))) {
      for (int step = 1; step <= 1500; step++) {
        clock.addAndGet(SECOND / 10);
        bar.show(step, 12_000, 2.5);
      }
    }
    assertThat(log.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "train: 600 of 12,000, loss 2.500, 19 min left",
            "train: 1,200 of 12,000, loss 2.500, 18 min left");
  }

  @Test
  void saysNothingOfShortWork() {
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    try (Bar bar =
        Bar.log(
            "evaluate", 10, System::nanoTime, new PrintStream(log, true, StandardCharsets.UTF_8))) {
      bar.stepTo(10);
    }
    assertThat(log.size()).isZero();
  }

  /** 380 steps of an earlier run took no time of this one. */
  @Test
  void countsOnlyTheStepsOfThisRunForTheTimeLeft() {
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    AtomicLong clock = new AtomicLong();
    try (Bar bar =
        Bar.log(
            "train", 1240, 380, clock::get, new PrintStream(log, true, StandardCharsets.UTF_8))) {
      for (int step = 381; step <= 440; step++) {
        clock.addAndGet(SECOND);
        bar.show(step, 1240, 2.5);
      }
    }
    assertThat(log.toString(StandardCharsets.UTF_8))
        .isEqualTo("train: 440 of 1,240, loss 2.500, 13 min left\n");
  }
}
