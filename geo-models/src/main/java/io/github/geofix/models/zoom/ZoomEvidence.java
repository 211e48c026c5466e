package io.github.geofix.models.zoom;

import io.github.geofix.core.Explanation;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.core.cell.ZoomGrid;
import io.github.geofix.models.internal.Pictures;
import io.github.geofix.models.internal.decode.Hypothesis;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The views on the way to a cell, and the scores of their children. */
final class ZoomEvidence {
  private ZoomEvidence() {}

  /**
   * Returns the views on the way to a cell.
   *
   * @param steps those of the search
   * @param best the path to the cell
   */
  static Explanation.Zoom of(
      ZoomGrid grid,
      List<ZoomSearch.Step> steps,
      CellPath best,
      ZoomInference inference,
      Explanation.Options options) {
    List<Explanation.Step> views = new ArrayList<>();
    for (int n = 0; n < best.length(); n++) {
      CellPath path = best.prefix(n);
      views.add(
          new Explanation.Step(
              grid.cell(path),
              Pictures.of(options, () -> inference.view(path)),
              grid.side(n),
              scores(steps.get(n), path),
              best.at(n),
              steps.get(n).compared().size()));
    }
    return new Explanation.Zoom(views);
  }

  /** Returns the shares of the children of a view among those of all that were compared. */
  private static List<Double> scores(ZoomSearch.Step step, CellPath view) {
    double[] logs = step.logProbabilities();
    double max = Arrays.stream(logs).max().orElseThrow();
    double sum = Arrays.stream(logs).map(log -> Math.exp(log - max)).sum();
    int children = logs.length / step.compared().size();
    int row = step.compared().stream().map(Hypothesis::path).toList().indexOf(view);
    return Arrays.stream(logs, row * children, (row + 1) * children)
        .map(log -> Math.exp(log - max) / sum)
        .boxed()
        .toList();
  }
}
