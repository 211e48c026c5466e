package io.github.geofix.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.Precision;
import io.github.geofix.models.Family;
import io.github.geofix.models.nn.Module;
import io.github.geofix.train.TrainOptions.Stopping;
import io.github.geofix.train.data.Batches;
import io.github.geofix.train.data.HardNegatives;
import io.github.geofix.train.optim.Sam;
import io.github.geofix.train.optim.Schedule;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The recipes against the numbers of the papers, put down here a second time. */
final class RecipeTest {

  @ParameterizedTest
  @CsvSource(
      useHeadersInDisplayName = true,
      nullValues = "none",
      textBlock =
          """
          method,    size,        rate, batch, epochs, patience, decay, clip, asam, mined, precision
          zoom,      paper,       3e-4, 64,    30,     0,        0.01,  1,    0,    none,  AUTO
          token,     paper,       5e-5, 2048,  50,     0,        1e-6,  0,    0,    none,  AUTO
          embed,     paper,       1e-4, 1024,  30,     4,        1e-4,  1,    0,    none,  FLOAT32
          recombine, paper,       1e-4, 32,    50,     0,        0.03,  0,    2.5,  frgeo, FLOAT32
          recombine, paper-vigor, 5e-5, 16,    50,     0,        0.03,  0,    2.5,  frgeo, FLOAT32
          recombine, sample4geo,  1e-3, 128,   40,     0,        0.01,  100,  0, sample4geo, FLOAT32
          recombine, sample4geo-university, 1e-3, 128, 1, 0,     0.01,  100,  0,    none,  FLOAT32
          """)
  void hasThePublishedNumbers(
      String method,
      String size,
      double rate,
      int batch,
      int epochs,
      int patience,
      double decay,
      double clip,
      double asam,
      String mined,
      Precision precision) {
    TrainOptions options = Recipe.of(method, size).options();
    assertThat(options.optimizer().learningRate()).isEqualTo(rate);
    Batches batches = options.batches();
    assertThat(batches.size() * batches.gradientAccumulationSteps()).isEqualTo(batch);
    assertThat(batches.precision()).isEqualTo(precision);
    assertThat(options.stopping())
        .isEqualTo(new Stopping(epochs, 0, patience, method.equals("zoom") ? 40 : 0));
    assertThat(options.optimizer().weightDecay()).isEqualTo(decay);
    assertThat(options.optimizer().maxGradientNorm()).isEqualTo(clip);
    assertThat(options.sam()).isEqualTo(Sam.Options.asam(asam));
    HardNegatives expected =
        mined == null
            ? HardNegatives.none()
            : mined.equals("frgeo") ? HardNegatives.frgeo() : HardNegatives.sample4geo();
    assertThat(batches.hardNegatives()).isEqualTo(expected);
    if (!expected.equals(HardNegatives.none())) {
      // Accumulated batches would have fewer negatives.
      assertThat(batches.gradientAccumulationSteps()).isEqualTo(1);
    }
  }

  @Test
  void hasThePublishedSchedules() {
    // 5 % of 3,000 steps, then half a cosine down to a tenth.
    Schedule zoom = Recipe.of("zoom", "paper").options().schedule();
    assertThat(zoom.factor(149, 3000, 100)).isEqualTo(1);
    assertThat(zoom.factor(74, 3000, 100)).isEqualTo(0.5);
    assertThat(zoom.factor(3000, 3000, 100)).isCloseTo(0.1, within(1e-9));
    Schedule token = Recipe.of("token", "paper").options().schedule();
    assertThat(token.factor(299, 5000, 100)).isCloseTo(0.9 * 0.9, within(1e-12));
    Schedule embed = Recipe.of("embed", "paper").options().schedule();
    assertThat(embed.factor(300, 3000, 100)).isEqualTo(0.125);
    for (String size : List.of("paper", "paper-vigor")) {
      Schedule recombine = Recipe.of("recombine", size).options().schedule();
      assertThat(recombine.factor(0, 5000, 100)).isEqualTo(1);
      assertThat(recombine.factor(2599, 5000, 100)).isCloseTo(0.5, within(1e-12));
    }
    // One epoch of 40.
    Schedule sample4geo = Recipe.of("recombine", "sample4geo").options().schedule();
    assertThat(sample4geo.factor(49, 4000, 100)).isEqualTo(0.5);
    assertThat(sample4geo.factor(100, 4000, 100)).isEqualTo(1);
    assertThat(sample4geo.factor(4000, 4000, 100)).isCloseTo(0, within(1e-12));
    // A tenth of the one epoch.
    Schedule university = Recipe.of("recombine", "sample4geo-university").options().schedule();
    assertThat(university.factor(14, 296, 296)).isCloseTo(0.5, within(0.02));
    assertThat(university.factor(30, 296, 296)).isCloseTo(1, within(1e-4));
    assertThat(university.factor(296, 296, 296)).isCloseTo(0, within(1e-12));
  }

  @Test
  void everySizeHasARecipe() {
    for (String method : List.of("embed", "token", "zoom", "recombine")) {
      for (String size : Family.named(method).sizes()) {
        boolean published =
            Recipe.published().stream()
                .anyMatch(r -> r.method().equals(method) && r.size().equals(size));
        TrainOptions options = Recipe.of(method, size).options();
        assertThat(published).as("%s %s", method, size).isEqualTo(isPublished(size));
        if (!published) {
          assertThat(options).isEqualTo(TrainOptions.defaults());
        }
      }
    }
    Recipe.published()
        .forEach(r -> assertThat(Family.named(r.method()).sizes()).contains(r.size()));
    assertThatThrownBy(() -> Recipe.of("zoom", "huge"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no size huge of zoom; there are tiny, small, paper");
  }

  /** Chunks are for networks without batch normalization. */
  @Test
  void computesInChunksWhatCanBe() {
    for (Recipe recipe : Recipe.published()) {
      if (recipe.options().batches().chunkSize() > 0) {
        Module network = Family.named(recipe.method()).network(recipe.size(), Map.of());
        assertThat(GradientCache.hasBatchNormalization(network))
            .as("%s %s", recipe.method(), recipe.size())
            .isFalse();
      }
    }
  }

  private static boolean isPublished(String size) {
    return size.startsWith("paper") || size.startsWith("sample4geo");
  }
}
