package io.github.geofix.models.zoom;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Refiner;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.core.cell.ZoomGrid;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.LocalFrame;
import io.github.geofix.models.zoom.ZoomSearch.Walk;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Continues zooming from cells a few times as wide as the proposed places, so that the search also
 * ranks the places among each other. Returns terminal cells.
 */
final class ZoomRefiner implements Refiner {

  /** A start is at least this many times as wide as the place it was chosen for. */
  private static final double WIDER = 4;

  /** Directions in which a place may reach into the next cell. */
  private static final double[] BEARINGS = {0, 90, 180, 270};

  private final ZoomModel model;

  ZoomRefiner(ZoomModel model) {
    this.model = model;
  }

  @Override
  public String name() {
    return ZoomModel.METHOD;
  }

  /** {@inheritDoc} Ignores places outside the grid; searches all of it if none is inside. */
  @Override
  public List<Candidate> refine(BufferedImage photo, List<Candidate> proposed) {
    List<Walk> starts = starts(proposed);
    ZoomSearch.Options search = model.config().search();
    ZoomSearch.Options wide = search.withBeamWidth(Math.max(search.beamWidth(), 2 * starts.size()));
    ZoomSearch.Result result = model.inference().search(photo, starts, wide);
    EndCells ends = EndCells.of(result, model.calibration().temperature());
    ZoomGrid grid = model.grid();
    List<Candidate> refined = new ArrayList<>();
    for (int i = 0; i < ends.terminal(); i++) {
      refined.add(Candidate.of(grid.cell(ends.path(i)), ends.shares()[i]));
    }
    return refined;
  }

  private List<Walk> starts(List<Candidate> proposed) {
    Set<List<Integer>> paths = new LinkedHashSet<>();
    for (Candidate candidate : proposed) {
      if (model.grid().contains(candidate.latLng())) {
        int depth = depth(candidate);
        paths.add(prefix(candidate.latLng(), depth));
        for (double bearing : BEARINGS) {
          LatLng edge = LocalFrame.move(candidate.latLng(), bearing, 1000 * candidate.radiusKm());
          if (model.grid().contains(edge)) {
            paths.add(prefix(edge, depth));
          }
        }
      }
    }
    List<Walk> starts =
        paths.stream()
            .filter(path -> paths.stream().noneMatch(other -> isInside(path, other)))
            .map(path -> new Walk(path, 0))
            .toList();
    return starts.isEmpty() ? List.of(Walk.atRoot()) : starts;
  }

  private static boolean isInside(List<Integer> path, List<Integer> other) {
    return other.size() < path.size() && path.subList(0, other.size()).equals(other);
  }

  /** Returns the deepest step, but not the last, at which the cell is wide enough. */
  private int depth(Candidate candidate) {
    CellPath path = model.grid().pathOf(candidate.latLng());
    int depth = 0;
    while (depth + 1 < path.length()
        && model.grid().radiusKm(path.prefix(depth + 1)) >= WIDER * candidate.radiusKm()) {
      depth++;
    }
    return depth;
  }

  private List<Integer> prefix(LatLng place, int depth) {
    return Arrays.stream(model.grid().pathOf(place).toArray()).limit(depth).boxed().toList();
  }

  /** Closes nothing: the arrays belong to the model. */
  @Override
  public void close() {}
}
