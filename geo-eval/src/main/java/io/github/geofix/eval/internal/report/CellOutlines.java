package io.github.geofix.eval.internal.report;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Location.ScoreRegion;
import io.github.geofix.core.cell.Cell;
import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.cell.ZoomGrid.GridCell;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.Region;
import io.github.geofix.eval.internal.report.LocatedPhoto.OutlinedRegion;
import io.github.geofix.eval.internal.report.LocatedPhoto.ScoredCell;
import java.util.ArrayList;
import java.util.List;

/** Shapes of candidates on the map. */
final class CellOutlines {

  /** An edge may border on cells three levels smaller; finer ones are smaller than a pixel. */
  private static final int EDGE_PIECES = 8;

  private CellOutlines() {}

  static ScoredCell of(Candidate candidate) {
    Cell cell = candidate.cell();
    return new ScoredCell(cell.toString(), cell.outline(), candidate.score());
  }

  /** Returns the lines around the region, without those between its cells. */
  static OutlinedRegion of(ScoreRegion region) {
    Region whole = region.region();
    List<List<LatLng>> lines = new ArrayList<>();
    for (List<LatLng> cell : whole.rings()) {
      LatLng center = between(cell.get(0), cell.get(2), 0.5);
      for (int i = 0; i < cell.size(); i++) {
        addBorder(whole, center, cell.get(i), cell.get((i + 1) % cell.size()), lines);
      }
    }
    return new OutlinedRegion(region.share(), lines);
  }

  /** Adds the parts of a cell's edge beyond which the region ends. */
  private static void addBorder(
      Region region, LatLng center, LatLng from, LatLng to, List<List<LatLng>> lines) {
    int start = 0;
    for (int piece = 0; piece <= EDGE_PIECES; piece++) {
      if (piece == EDGE_PIECES || region.contains(beyond(center, from, to, piece))) {
        if (piece > start) {
          lines.add(
              List.of(
                  between(from, to, (double) start / EDGE_PIECES),
                  between(from, to, (double) piece / EDGE_PIECES)));
        }
        start = piece + 1;
      }
    }
  }

  /** Returns a place a little outside the middle of a piece of an edge. */
  private static LatLng beyond(LatLng center, LatLng from, LatLng to, int piece) {
    return between(center, between(from, to, (piece + 0.5) / EDGE_PIECES), 1.01);
  }

  /** Returns a place on the great circle through two near places, a share of the chord along. */
  private static LatLng between(LatLng a, LatLng b, double share) {
    double[] from = vector(a);
    double[] to = vector(b);
    double x = from[0] + share * (to[0] - from[0]);
    double y = from[1] + share * (to[1] - from[1]);
    double z = from[2] + share * (to[2] - from[2]);
    return new LatLng(
        Math.toDegrees(Math.atan2(z, Math.hypot(x, y))), Math.toDegrees(Math.atan2(y, x)));
  }

  private static double[] vector(LatLng place) {
    double latitude = Math.toRadians(place.latitude());
    double longitude = Math.toRadians(place.longitude());
    return new double[] {
      Math.cos(latitude) * Math.cos(longitude),
      Math.cos(latitude) * Math.sin(longitude),
      Math.sin(latitude)
    };
  }

  /** Returns the cells from the coarsest to this one; none for an S2 cell. */
  static List<ScoredCell> pathTo(Cell cell) {
    List<ScoredCell> path = new ArrayList<>();
    if (cell instanceof Tile last) {
      for (Tile tile = last; tile.zoom() > 0; tile = tile.parent()) {
        path.add(0, unscored(tile));
      }
    } else if (cell instanceof GridCell last) {
      for (int step = 1; step <= last.path().length(); step++) {
        path.add(unscored(last.grid().cell(last.path().prefix(step))));
      }
    }
    return path;
  }

  private static ScoredCell unscored(Cell cell) {
    return new ScoredCell(cell.toString(), cell.outline(), 0);
  }
}
