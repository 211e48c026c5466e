package io.github.geofix.models.zoom;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Refiner;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.core.cell.ZoomGrid;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.LocalFrame;
import io.github.geofix.models.decode.BeamOptions;
import io.github.geofix.models.internal.decode.Hypotheses;
import io.github.geofix.models.internal.decode.Hypothesis;
import io.github.geofix.models.internal.decode.SearchOutcome;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Continues zooming from cells a few times as wide as the proposed places, so that the search also
 * ranks the places among each other. Returns terminal cells.
 */
record ZoomRefiner(ZoomModel model) implements Refiner {

  /** A start is at least this many times as wide as the place it was chosen for. */
  private static final double WIDER = 4;

  /** Directions in which a place may reach into the next cell. */
  private static final double[] BEARINGS = {0, 90, 180, 270};

  @Override
  public String name() {
    return ZoomModel.METHOD;
  }

  /** {@inheritDoc} Ignores places outside the grid; searches all of it if none is inside. */
  @Override
  public List<Candidate> refine(BufferedImage photo, List<Candidate> proposed) {
    List<Hypothesis> starts = starts(proposed);
    BeamOptions search = model.config().search();
    BeamOptions wide = search.withBeamWidth(Math.max(search.beamWidth(), 2 * starts.size()));
    Hypotheses found = model.inference().search(photo, starts, wide);
    SearchOutcome outcome = SearchOutcome.of(found, model.calibration().temperature());
    ZoomGrid grid = model.grid();
    List<Candidate> refined = new ArrayList<>();
    for (int i = 0; i < outcome.complete(); i++) {
      refined.add(Candidate.of(grid.cell(outcome.cells().get(i)), outcome.shares()[i]));
    }
    return refined;
  }

  private List<Hypothesis> starts(List<Candidate> proposed) {
    Set<CellPath> paths = new LinkedHashSet<>();
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
    List<Hypothesis> starts =
        paths.stream()
            .filter(
                path ->
                    paths.stream()
                        .noneMatch(other -> !other.equals(path) && other.isPrefixOf(path)))
            .map(path -> new Hypothesis(path, 0))
            .toList();
    return starts.isEmpty() ? List.of(Hypothesis.ROOT) : starts;
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

  private CellPath prefix(LatLng place, int depth) {
    return model.grid().pathOf(place).prefix(depth);
  }

  /** Closes nothing: the arrays belong to the model. */
  @Override
  public void close() {}
}
