package io.github.geofix.eval.report;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.ScoreRegion;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.LocalFrame;
import io.github.geofix.core.geodesy.WebMercator;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.core.partition.Region;
import io.github.geofix.core.tile.LatLngBox;
import io.github.geofix.core.tile.Tile;
import io.github.geofix.eval.report.LocatedPhoto.OutlinedRegion;
import io.github.geofix.eval.report.LocatedPhoto.ScoredCell;
import java.util.ArrayList;
import java.util.List;

/** Shapes of candidates on the map. */
final class CellOutlines {

  private static final int CIRCLE_CORNERS = 24;

  /** An edge may border on cells three levels smaller; finer ones are smaller than a pixel. */
  private static final int EDGE_PIECES = 8;

  private CellOutlines() {}

  /** Returns the candidate's S2 cell or tile, or the circle of its radius where it is neither. */
  static ScoredCell of(Candidate candidate) {
    return new ScoredCell(candidate.cell(), outline(candidate), candidate.score());
  }

  /** Returns the lines around the region, not those between its cells. */
  static OutlinedRegion of(ScoreRegion region) {
    Region whole = Region.ofTokens(region.s2Tokens());
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

  private static List<LatLng> circle(LatLng center, double radiusKm) {
    double arc = Math.min(radiusKm / GreatCircle.EARTH_RADIUS_KM, 0.999 * Math.PI);
    List<LatLng> corners = new ArrayList<>();
    for (int i = 0; i < CIRCLE_CORNERS; i++) {
      // Counter-clockwise, as S2 orders the corners of a cell.
      double bearing = -360.0 * i / CIRCLE_CORNERS;
      corners.add(LocalFrame.move(center, bearing, arc * WebMercator.RADIUS_METERS));
    }
    return corners;
  }
}
