package io.github.geofix.train.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ScheduleTest {

  @Test
  void warmsUpThenFallsAlongACosine() {
    Schedule schedule = Schedule.cosine(0.1).withWarmup(10);
    assertThat(schedule.factor(0, 110, 7)).isCloseTo(0.1, within(1e-12));
    assertThat(schedule.factor(9, 110, 7)).isEqualTo(1);
    assertThat(schedule.factor(10, 110, 7)).isEqualTo(1);
    assertThat(schedule.factor(60, 110, 7)).isCloseTo(0.55, within(1e-12));
    assertThat(schedule.factor(110, 110, 7)).isCloseTo(0.1, within(1e-12));
  }

  @Test
  void warmsUpForAShareOfTheRun() {
    Schedule schedule = Schedule.constant().withWarmup(0.05);
    assertThat(schedule.factor(0, 190, 7)).isEqualTo(0.1);
    assertThat(schedule.factor(8, 190, 7)).isEqualTo(0.9);
    assertThat(schedule.factor(9, 190, 7)).isEqualTo(1);
    // One step is a number of steps.
    assertThat(Schedule.constant().withWarmup(1).factor(0, 190, 7)).isEqualTo(1);
  }

  /** FRGeo: {@code lr * 0.5 * (1 + cos(pi * epoch / epochs))}. */
  @Test
  void changesACosineOnceAnEpoch() {
    Schedule schedule = new Schedule.Cosine(0, Schedule.Interval.EPOCH, 0);
    for (int step = 0; step < 70; step++) {
      int epoch = step / 7;
      assertThat(schedule.factor(step, 70, 7))
          .isCloseTo(0.5 * (1 + Math.cos(Math.PI * epoch / 10)), within(1e-12));
    }
  }

  @Test
  void stepsDownAtEpochs() {
    Schedule schedule = Schedule.step(2, 0.5);
    assertThat(schedule.factor(19, 100, 10)).isEqualTo(1);
    assertThat(schedule.factor(20, 100, 10)).isEqualTo(0.5);
    assertThat(schedule.factor(40, 100, 10)).isEqualTo(0.25);
    assertThat(Schedule.exponential(0.9).factor(39, 100, 10)).isCloseTo(0.729, within(1e-12));
  }

  @Test
  void refusesWhatIsOutOfRange() {
    assertThatThrownBy(() -> Schedule.cosine(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NaN");
    assertThatThrownBy(() -> Schedule.exponential(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Schedule.constant().withWarmup(-1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
