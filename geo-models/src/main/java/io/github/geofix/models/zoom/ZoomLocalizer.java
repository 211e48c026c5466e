package io.github.geofix.models.zoom;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Location;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.WeightedPoints;
import io.github.geofix.core.partition.CellScores;
import io.github.geofix.core.tile.ZoomGrid;
import io.github.geofix.models.answer.BatchLocalizer;
import io.github.geofix.models.image.ImagePreprocessor;
import io.github.geofix.models.zoom.ZoomSearch.Walk;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Turns the cells at which a search ended into locations: the terminal ones are candidates. Their
 * scores leave room for the cells that were not looked into, so they may add up to less than 1.
 */
public final class ZoomLocalizer extends BatchLocalizer {

  /** The density mode compares all pairs: of more cells the best. */
  private static final int MOST_POINTS = 1000;

  private final ZoomModel model;
  private final ZoomSearch.Options search;
  private final double meanKm;
  private final ImagePreprocessor preprocessor;

  ZoomLocalizer(ZoomModel model, ZoomSearch.Options search, double meanKm) {
    super(model.config().photo());
    this.model = model;
    this.search = search;
    this.meanKm = meanKm;
    this.preprocessor = ImagePreprocessor.of(model.config().photo());
  }

  @Override
  protected List<Location> locate(float[] photos, int count) {
    return model.search(photos, count, List.of(Walk.atRoot()), search).stream()
        .map(this::location)
        .toList();
  }

  /** As {@link ZoomModel#locateFrom}, with this localizer's way to search. */
  public Location locateFrom(BufferedImage photo, List<Walk> starts) {
    return location(model.search(preprocessor.apply(photo), 1, starts, search).get(0));
  }

  private Location location(ZoomSearch.Result result) {
    ZoomGrid grid = model.grid();
    EndCells ends = EndCells.of(result, model.calibration().temperature());
    List<Candidate> candidates =
        IntStream.range(0, Math.min(ends.terminal(), model.answerOptions().candidates()))
            .mapToObj(
                i ->
                    new Candidate(
                        grid.center(ends.path(i)),
                        ends.shares()[i],
                        grid.radiusKm(ends.path(i)),
                        grid.name(ends.path(i))))
            .toList();
    CellScores.Disjoint s2 = ends.spreadOverS2(grid);
    return new Location(
        answer(ends),
        candidates,
        regions(s2.cells(), s2.scores(), model.calibration().regionShares()));
  }

  private LatLng answer(EndCells ends) {
    ZoomGrid grid = model.grid();
    // The terminal cells may have no share at all if larger ones were far better.
    if (meanKm == 0 || ends.shares()[0] == 0) {
      return grid.center(ends.path(0));
    }
    int count = Math.min(ends.terminal(), MOST_POINTS);
    List<LatLng> centers =
        IntStream.range(0, count).mapToObj(i -> grid.center(ends.path(i))).toList();
    double[] weights = Arrays.copyOf(ends.shares(), count);
    return WeightedPoints.of(centers, weights).densityMode(meanKm);
  }
}
