package io.github.geofix.models.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Explanation;
import io.github.geofix.core.Explanation.Level;
import io.github.geofix.core.Explanation.LevelCell;
import io.github.geofix.core.Explanation.Levels;
import io.github.geofix.core.Explanation.Neighbor;
import io.github.geofix.core.Photo;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.internal.geodesy.SphericalMean;
import io.github.geofix.core.partition.Region;
import io.github.geofix.models.GeoModel.AnswerOptions;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class EmbedEvidenceTest {
  private static final Photo PHOTO = Photo.of(EmbedSamples.photo(70));
  private static final Explanation.Options ALL = Explanation.Options.defaults().withMost(1000);

  @Test
  void scoresOfEveryLevelAddUpToThoseOfTheFinestCells() {
    EmbedConfig config = EmbedSamples.tiny().withAnswer(new AnswerOptions(0, 1000));
    try (EmbedModel model = EmbedSamples.model(config)) {
      Explanation explained = model.localizer().explain(PHOTO, ALL);
      List<Candidate> finest = explained.location().candidates();
      Levels evidence = (Levels) explained.evidence();
      assertThat(evidence.levels()).hasSize(3);
      assertThat(evidence.neighbors()).isEmpty();
      for (Level level : evidence.levels()) {
        assertThat(level.best()).hasSize(level.cells());
        for (LevelCell cell : level.best()) {
          double inside =
              finest.stream()
                  .filter(candidate -> contains(cell, candidate))
                  .mapToDouble(Candidate::score)
                  .sum();
          assertThat(cell.score()).isCloseTo(inside, within(1e-9));
        }
      }
      assertThat(evidence.levels().get(2).best().get(0).cell()).isEqualTo(finest.get(0).cell());
      assertThat(explained(model, 2).levels().get(1).best())
          .isEqualTo(evidence.levels().get(1).best().subList(0, 2));
      // By the definition: scores are in proportion to the product over the levels.
      double first = productOf(evidence, finest.get(0));
      for (Candidate candidate : finest.subList(1, 10)) {
        assertThat(productOf(evidence, candidate) / first)
            .isCloseTo(candidate.score() / finest.get(0).score(), within(1e-5));
      }
    }
  }

  private static Levels explained(EmbedModel model, int most) {
    return (Levels)
        model.localizer().explain(PHOTO, Explanation.Options.defaults().withMost(most)).evidence();
  }

  private static boolean contains(LevelCell cell, Candidate candidate) {
    return Region.of(cell.cell()).containsCell(((S2Cell) candidate.cell()).id());
  }

  private static double productOf(Levels evidence, Candidate candidate) {
    return evidence.levels().stream()
        .map(
            level ->
                level.best().stream()
                    .filter(cell -> contains(cell, candidate))
                    .findFirst()
                    .orElseThrow())
        .mapToDouble(LevelCell::own)
        .reduce(1, (a, b) -> a * b);
  }

  @Test
  void theAnswerIsTheMeanOfTheNeighborsListed() {
    try (EmbedModel model = EmbedSamples.model(EmbedSamples.inference(0, 3))) {
      model.indexPhotos(EmbedSamples.PHOTOS);
      Explanation explained =
          IntStream.range(0, 60)
              .mapToObj(i -> Photo.of(EmbedSamples.photo(i)))
              .map(photo -> model.localizer().explain(photo, ALL))
              .filter(e -> !((Levels) e.evidence()).neighbors().isEmpty())
              .findFirst()
              .orElseThrow();
      List<Neighbor> neighbors = ((Levels) explained.evidence()).neighbors();
      assertThat(neighbors).hasSizeBetween(1, 3);
      SphericalMean mean = new SphericalMean();
      neighbors.forEach(neighbor -> mean.add(neighbor.latLng(), 1));
      assertThat(explained.location().latLng()).isEqualTo(mean.latLng());
      assertThat(neighbors.stream().mapToDouble(Neighbor::vote).sum()).isCloseTo(1, within(1e-9));
    }
  }
}
