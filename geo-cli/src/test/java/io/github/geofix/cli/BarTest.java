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
  void tellsALogEachEpochAndTheTimeLeftOfAResumedRun() {
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    AtomicLong clock = new AtomicLong();
    try (Bar bar =
        Bar.log("train", 1, clock::get, new PrintStream(log, true, StandardCharsets.UTF_8))) {
      // 9,000 steps were taken before, in no time at all.
      for (int step = 9_001; step <= 9_401; step++) {
        clock.addAndGet(SECOND);
        bar.show(step, 12_001, 2.5);
        if (step == 9_101) {
          bar.endEpoch(step, "epoch 9 of 12, loss 2.4");
        }
      }
      bar.endEpoch(12_001, "epoch 12 of 12, loss 2.3");
    }
    assertThat(log.toString(StandardCharsets.UTF_8).lines())
        .contains(
            "train: 9,060 of 12,001, loss 2.500, 49 min left",
            "train: epoch 9 of 12, loss 2.4, 48 min left",
            "train: epoch 12 of 12, loss 2.3")
        .hasSize(8);
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
}
