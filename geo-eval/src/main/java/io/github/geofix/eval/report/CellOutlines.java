package io.github.geofix.eval.report;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.LatLng;
import io.github.geofix.core.ScoreRegion;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.core.tile.LatLngBox;
import io.github.geofix.core.tile.Tile;
import io.github.geofix.eval.report.LocatedPhoto.OutlinedRegion;
import io.github.geofix.eval.report.LocatedPhoto.ScoredCell;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Shapes of candidates on the map. */
final class CellOutlines {

  private static final int CIRCLE_CORNERS = 24;

  private CellOutlines() {}

  /** Returns the candidate's S2 cell or tile, or the circle of its radius where it is neither. */
  static ScoredCell of(Candidate candidate) {
    return new ScoredCell(candidate.cell(), outline(candidate), candidate.score());
  }

  /** Returns the region's cells. */
  static OutlinedRegion of(ScoreRegion region) {
    CellPartition cells = CellPartition.ofTokens(region.s2Tokens());
    return new OutlinedRegion(
        region.share(), IntStream.range(0, cells.size()).mapToObj(cells::cornersOf).toList());
  }

  /**
   * Returns the tiles that hold the candidate's tile, coarse to fine and itself last; nothing for a
   * candidate that is no tile.
   */
  static List<ScoredCell> pathTo(Candidate candidate) {
    if (!candidate.cell().contains("/")) {
      return List.of();
    }
    try {
      List<ScoredCell> path = new ArrayList<>();
      Tile last = Tile.parse(candidate.cell());
      for (Tile tile = last; tile.zoom() > 0; tile = tile.parent()) {
        path.add(0, new ScoredCell(tile.toString(), outline(tile), 0));
      }
      return path;
    } catch (IllegalArgumentException e) {
      return List.of();
    }
  }

  private static List<LatLng> outline(Tile tile) {
    LatLngBox box = tile.bounds();
    return List.of(
        new LatLng(box.south(), box.west()),
        new LatLng(box.south(), box.east()),
        new LatLng(box.north(), box.east()),
        new LatLng(box.north(), box.west()));
  }

  private static List<LatLng> outline(Candidate candidate) {
    try {
      if (candidate.cell().contains("/")) {
        return outline(Tile.parse(candidate.cell()));
      }
      return CellPartition.ofTokens(List.of(candidate.cell())).cornersOf(0);
    } catch (IllegalArgumentException e) {
      return circle(candidate.latLng(), Math.max(candidate.radiusKm(), 0.001));
    }
  }

  /** Corners at the given distance from the centre: the direct problem on the sphere. */
  private static List<LatLng> circle(LatLng centre, double radiusKm) {
    double latitude = Math.toRadians(centre.latitude());
    double arc = Math.min(radiusKm / GreatCircle.EARTH_RADIUS_KM, 0.999 * Math.PI);
    List<LatLng> corners = new ArrayList<>();
    for (int i = 0; i < CIRCLE_CORNERS; i++) {
      // Counter-clockwise, as S2 orders the corners of a cell.
      double bearing = -2 * Math.PI * i / CIRCLE_CORNERS;
      double sin =
          Math.sin(latitude) * Math.cos(arc)
              + Math.cos(latitude) * Math.sin(arc) * Math.cos(bearing);
      double east =
          Math.atan2(
              Math.sin(bearing) * Math.sin(arc) * Math.cos(latitude),
              Math.cos(arc) - Math.sin(latitude) * sin);
      corners.add(
          LatLng.wrapped(
              Math.toDegrees(Math.asin(Math.max(-1, Math.min(1, sin)))),
              centre.longitude() + Math.toDegrees(east)));
    }
    return corners;
  }
}
