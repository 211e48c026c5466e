package io.github.geofix.models.zoom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Explanation;
import io.github.geofix.core.Explanation.Step;
import io.github.geofix.core.Explanation.Zoom;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Photo;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.core.cell.ZoomGrid.GridCell;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.Region;
import io.github.geofix.models.GeoModel.AnswerOptions;
import io.github.geofix.models.decode.BeamOptions;
import io.github.geofix.models.zoom.ZoomSamples.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ZoomEvidenceTest {
  private static final Photo PHOTO = Photo.of(ZoomSamples.photos(1).get(0));

  @TempDir private Path folder;

  private ZoomModel model(Kind head) throws IOException {
    return ZoomModel.create(
        ZoomSamples.config(head, ZoomSamples.drawMap(folder))
            .withAnswer(new AnswerOptions(0, 1000)),
        2);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void theLastStepHasTheScoresOfTheCells(Kind head) throws IOException {
    try (ZoomModel model = model(head)) {
      Explanation all =
          model
              .localizer(BeamOptions.ofWidth(100_000))
              .explain(PHOTO, Explanation.Options.defaults());
      Map<CellPath, Double> scores =
          all.location().candidates().stream()
              .collect(Collectors.toMap(ZoomEvidenceTest::path, Candidate::score));
      CellPath best = path(all.location().candidates().get(0));
      List<Step> steps = ((Zoom) all.evidence()).steps();
      assertThat(steps).extracting(Step::compared).containsExactly(1, 4, 36);
      assertThat(steps).extracting(Step::side).containsExactly(2, 3, 2);
      for (int n = 0; n < 3; n++) {
        assertThat(steps.get(n).view()).isEqualTo(model.grid().cell(best.prefix(n)));
        assertThat(steps.get(n).chosen()).isEqualTo(best.at(n));
        assertThat(steps.get(n).picture()).isEmpty();
      }
      for (int child = 0; child < 4; child++) {
        assertThat(steps.get(2).scores().get(child))
            .isCloseTo(scores.get(best.prefix(2).child(child)), within(1e-9));
      }
    }
  }

  private static CellPath path(Candidate candidate) {
    return ((GridCell) candidate.cell()).path();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aGreedySearchChoosesTheBestChildOfEachView(Kind head) throws IOException {
    try (ZoomModel model = model(head)) {
      Explanation greedy =
          model
              .localizer(BeamOptions.ofWidth(1))
              .explain(PHOTO, Explanation.Options.defaults().withPixels(64));
      for (Step step : ((Zoom) greedy.evidence()).steps()) {
        assertThat(step.compared()).isEqualTo(1);
        assertThat(step.scores()).hasSize(step.side() * step.side());
        assertThat(step.scores().stream().mapToDouble(x -> x).sum()).isCloseTo(1, within(1e-9));
        assertThat(step.scores().get(step.chosen())).isEqualTo(Collections.max(step.scores()));
        assertThat(step.picture().orElseThrow().getWidth()).isEqualTo(64);
      }
    }
  }

  @Test
  void aGreedySearchGoesIntoTheRegion() throws IOException {
    try (ZoomModel model = model(Kind.DECODER)) {
      Localizer greedy = model.localizer(BeamOptions.ofWidth(1));
      for (LatLng place : ZoomSamples.places(20)) {
        CellPath path = model.grid().pathOf(place);
        Explanation explained =
            greedy.explain(
                PHOTO.withRegion(Region.around(place, 1)), Explanation.Options.defaults());
        assertThat(explained.location().candidates())
            .extracting(Function.<Candidate>identity().andThen(ZoomEvidenceTest::path)::apply)
            .contains(path);
        assertThat(((Zoom) explained.evidence()).steps().get(2).view())
            .isIn(
                explained.location().candidates().stream()
                    .map(candidate -> model.grid().cell(path(candidate).prefix(2)))
                    .toList());
      }
    }
  }
}
