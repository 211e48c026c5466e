package io.github.geofix.models.zoom;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.LatLng;
import io.github.geofix.core.Location;
import io.github.geofix.core.ScoreRegion;
import io.github.geofix.core.geodesy.Frame;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.WeightedPoints;
import io.github.geofix.core.partition.CellScores;
import io.github.geofix.core.partition.S2Cells;
import io.github.geofix.core.tile.ZoomGrid;
import io.github.geofix.models.image.ImagePreprocessor;
import io.github.geofix.models.io.BatchLocalizer;
import io.github.geofix.models.zoom.ZoomSearch.Walk;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Turns the cells at which a search ended into locations: the terminal ones are candidates. Their
 * scores leave room for the cells that were not looked into, so they may add up to less than 1.
 */
public final class ZoomLocalizer extends BatchLocalizer {

  /** The density mode compares all pairs: of more cells the best. */
  private static final int MOST_POINTS = 1000;

  /** Points along a side over which the score of a cell is spread for the regions. */
  private static final int POINTS = 4;

  /** The cells of the lowest scores, together less than this, are left out of the regions. */
  private static final double NEGLIGIBLE = 1e-3;

  /** The side of a square of a sixth of the Earth's area: an S2 cell of level 0. */
  private static final double FACE_KM = GreatCircle.EARTH_RADIUS_KM * Math.sqrt(4 * Math.PI / 6);

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
    EndCells ends = EndCells.of(result, model.config().scoreTemperature());
    ZoomGrid grid = model.grid();
    List<int[]> cells =
        ends.cells().stream()
            .map(path -> path.stream().mapToInt(Integer::intValue).toArray())
            .toList();
    List<Candidate> candidates =
        IntStream.range(0, Math.min(ends.terminal(), model.config().candidates()))
            .mapToObj(
                i ->
                    new Candidate(
                        grid.center(cells.get(i)),
                        ends.shares()[i],
                        grid.radiusKm(cells.get(i)),
                        grid.name(cells.get(i))))
            .toList();
    return new Location(answer(cells, ends), candidates, regions(cells, ends));
  }

  private LatLng answer(List<int[]> cells, EndCells ends) {
    // The terminal cells may have no share at all if larger ones were far better.
    if (meanKm == 0 || ends.shares()[0] == 0) {
      return model.grid().center(cells.get(0));
    }
    int count = Math.min(ends.terminal(), MOST_POINTS);
    List<LatLng> centers =
        cells.subList(0, count).stream().map(cell -> model.grid().center(cell)).toList();
    double[] weights = Arrays.copyOf(ends.shares(), count);
    return WeightedPoints.of(centers, weights).densityMode(meanKm);
  }

  /**
   * Spreads the score of every cell evenly over points, whose S2 cells then hold it: those are
   * about half as wide as the cell they stand for, so borders are followed to a quarter of its
   * width.
   */
  private List<ScoreRegion> regions(List<int[]> cells, EndCells ends) {
    double[] shares = ends.shares();
    int[] bestFirst =
        IntStream.range(0, shares.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer cell) -> -shares[cell]))
            .mapToInt(Integer::intValue)
            .toArray();
    CellScores spread = new CellScores();
    double sum = 0;
    for (int i = 0; i < bestFirst.length && sum < 1 - NEGLIGIBLE; i++) {
      double share = shares[bestFirst[i]];
      sum += share;
      Frame frame = model.grid().frame(cells.get(bestFirst[i]));
      int level = s2Level(frame);
      for (int point = 0; point < POINTS * POINTS; point++) {
        double u = (point % POINTS + 0.5) / POINTS;
        double v = (Math.floorDiv(point, POINTS) + 0.5) / POINTS;
        spread.add(frame.at(u, v), level, share / (POINTS * POINTS));
      }
    }
    CellScores.Disjoint disjoint = spread.disjoint();
    return regions(disjoint.cells(), disjoint.scores());
  }

  /**
   * The coarsest level whose cells are on average at most half as wide as a frame is in its middle.
   */
  private static int s2Level(Frame frame) {
    double widthKm = GreatCircle.distanceKm(frame.at(0.25, 0.5), frame.at(0.75, 0.5)) * 2;
    int level = (int) Math.ceil(Math.log(FACE_KM / (widthKm / 2)) / Math.log(2));
    return Math.max(0, Math.min(S2Cells.MAX_LEVEL, level));
  }
}
