package io.github.geofix.models.zoom;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Explanation;
import io.github.geofix.core.Location;
import io.github.geofix.core.Photo;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.core.cell.ZoomGrid;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.geodesy.WeightedPoints;
import io.github.geofix.core.internal.partition.CellScores;
import io.github.geofix.core.partition.Region;
import io.github.geofix.models.decode.BeamOptions;
import io.github.geofix.models.internal.Answer;
import io.github.geofix.models.internal.BatchLocalizer;
import io.github.geofix.models.internal.Within;
import io.github.geofix.models.internal.decode.Hypotheses;
import io.github.geofix.models.internal.decode.Hypothesis;
import io.github.geofix.models.internal.decode.SearchOutcome;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Locates photos by a beam search over map views. The candidates are terminal cells; their scores
 * add up to less than 1 if the search dropped other cells. Thread-safe.
 */
final class ZoomLocalizer extends BatchLocalizer {

  /** The density mode compares all pairs: of more cells the best. */
  private static final int MOST_POINTS = 1000;

  private final ZoomModel model;
  private final BeamOptions search;

  ZoomLocalizer(ZoomModel model, BeamOptions search) {
    super(model.config().encoder().photo(), model.photoLimits());
    this.model = model;
    this.search = search;
  }

  @Override
  protected List<Location> locate(float[] photos, int count) {
    return model.inference().search(photos, count, List.of(Hypothesis.ROOT), search).stream()
        .map(this::location)
        .toList();
  }

  /** See {@link ZoomModel#locateFrom}. */
  Location locateFrom(BufferedImage photo, List<Hypothesis> starts) {
    return location(model.inference().search(photo, starts, search));
  }

  private Location location(Hypotheses found) {
    ZoomGrid grid = model.grid();
    SearchOutcome outcome = SearchOutcome.of(found, model.calibration().temperature());
    List<Candidate> candidates =
        IntStream.range(0, Math.min(outcome.complete(), model.answerOptions().candidates()))
            .mapToObj(i -> Candidate.of(grid.cell(outcome.cells().get(i)), outcome.shares()[i]))
            .toList();
    CellScores.Disjoint s2 = SpreadOverS2.of(outcome, grid);
    return new Location(
        answer(outcome), candidates, regions(s2.cells(), s2.scores(), model.calibration()));
  }

  @Override
  protected Answer answer(float[] pixels, Photo photo, Explanation.Options options) {
    List<ZoomSearch.Step> steps = new ArrayList<>();
    Hypotheses found = found(pixels, photo.region(), steps::add);
    Location location = Within.location(photo.region(), location(found));
    return new Answer(
        location,
        () ->
            ZoomEvidence.of(
                model.grid(), steps, found.complete().get(0).path(), model.inference(), options));
  }

  private Hypotheses found(
      float[] pixels, Optional<Region> region, Consumer<ZoomSearch.Step> observer) {
    if (region.isEmpty()) {
      return model.inference().search(pixels, search, path -> 0, observer);
    }
    ToDoubleFunction<CellPath> shares = Within.shares(region.get(), model.grid()::cell);
    Hypotheses inside =
        model
            .inference()
            .search(pixels, search, Within.penalty(shares), observer)
            .within(shares, model.calibration().temperature());
    return new Hypotheses(
        inside.complete().stream().sorted(Hypothesis.BEST_FIRST).toList(), inside.dropped(), false);
  }

  private LatLng answer(SearchOutcome outcome) {
    ZoomGrid grid = model.grid();
    double meanKm = model.answerOptions().meanKm();
    // The terminal cells may have no share at all if larger ones were far better.
    if (meanKm == 0 || outcome.shares()[0] == 0) {
      return grid.center(outcome.cells().get(0));
    }
    int count = Math.min(outcome.complete(), MOST_POINTS);
    List<LatLng> centers =
        IntStream.range(0, count).mapToObj(i -> grid.center(outcome.cells().get(i))).toList();
    double[] weights = Arrays.copyOf(outcome.shares(), count);
    return WeightedPoints.of(centers, weights).densityMode(meanKm);
  }
}
