package io.github.geofix.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.internal.JsonRecords;
import io.github.geofix.models.internal.io.Setting;
import io.github.geofix.train.TrainOptions.Stopping;
import io.github.geofix.train.data.HardNegatives;
import io.github.geofix.train.internal.OptionDescriptions;
import io.github.geofix.train.optim.AdamW;
import io.github.geofix.train.optim.Sam;
import io.github.geofix.train.optim.Schedule;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TrainOptionsTest {
  private static final TrainOptions DEFAULTS = TrainOptions.defaults();

  /** The options of before, one by one: old commands train as they did. */
  @Test
  void hasTheDefaultsItAlwaysHad() {
    assertThat(DEFAULTS.stopping()).isEqualTo(new Stopping(10, 0, 0, 0));
    assertThat(DEFAULTS.batches().size()).isEqualTo(64);
    assertThat(DEFAULTS.batches().gradientAccumulationSteps()).isEqualTo(1);
    assertThat(DEFAULTS.optimizer().learningRate()).isEqualTo(1e-3);
    assertThat(DEFAULTS.optimizer().weightDecay()).isEqualTo(0.01);
    assertThat(DEFAULTS.optimizer().maxGradientNorm()).isEqualTo(1);
    assertThat(DEFAULTS.optimizer().groups()).isEmpty();
    assertThat(DEFAULTS.schedule()).isEqualTo(new Schedule.Cosine(0, Schedule.Interval.STEP, 50));
    assertThat(DEFAULTS.sam().rho()).isZero();
    assertThat(DEFAULTS.emaDecay()).isZero();
    assertThat(DEFAULTS.checkpointSeconds()).isEqualTo(60);
    assertThat(DEFAULTS.seed()).isZero();
  }

  @Test
  void takesEachOptionByName() {
    TrainOptions changed =
        DEFAULTS.with(
            Map.of(
                "schedule.type", "step",
                "schedule.factor", "0.9",
                "optimizer.weightDecay", "0.03",
                "optimizer.groups",
                    "[{\"names\":\"head.*\",\"learningRateFactor\":2,\"weightDecayFactor\":0}]",
                "sam.rho", "2.5",
                "batches.hardNegatives.type", "frgeo",
                "batches.hardNegatives.pool", "5000",
                "stopping.patience", "3"));
    assertThat(changed)
        .isEqualTo(
            DEFAULTS
                .withSchedule(Schedule.step(1, 0.9))
                .withWeightDecay(0.03)
                .withOptimizer(o -> o.withGroups(new AdamW.Group("head.*", 2, 0)))
                .withSam(Sam.Options.asam(2.5))
                .withHardNegatives(new HardNegatives.Frgeo(5000, 100, 1))
                .withPatience(3));
  }

  @Test
  void takesItsOwnSettingsAgain() {
    for (Recipe recipe : Recipe.published()) {
      assertThat(DEFAULTS.with(recipe.options().toMap())).isEqualTo(recipe.options());
      assertThat(JsonRecords.read(JsonRecords.write(recipe.options()), TrainOptions.class))
          .isEqualTo(recipe.options());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          batches.sise      | 3      | no setting batches.sise; there are size, gradientAcc
          batch             | 3      | no setting batch; there are batches, stopping, optimizer
          batches.size      | 0      | batches: size 0: at least 1 needed
          batches.size      | many   | batches.size has no value "many"; needed is a whole number
          schedule.type     | square | schedule.type has no value "square"; there are constant, cosine
          schedule.interval | never  | there are step, epoch
          schedule.warmup   | -1     | warmup -1.0: a share of the run below 1, or a number of steps
          sam.rho           | -2     | sam: rho -2.0: at least 0 needed
          emaDecay          | 1      | emaDecay 1.0: 0 to below 1 needed
          stopping.epochs   | 0      | epochs 0 and maxSteps 0
          """)
  void saysWhatFits(String name, String value, String message) {
    assertThatThrownBy(() -> DEFAULTS.with(Map.of(name, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void describesEachOption() {
    Set<String> names =
        OptionDescriptions.of(DEFAULTS).values().stream()
            .flatMap(List::stream)
            .map(Setting::name)
            .collect(Collectors.toSet());
    assertThat(OptionDescriptions.read().stringPropertyNames()).isEqualTo(names);
  }
}
