package io.github.geofix.core.cell;

import io.github.geofix.core.cell.ZoomGrid.GridCell;
import io.github.geofix.core.geodesy.LatLng;
import java.util.List;

/**
 * An area of the Earth with four corners: an S2 cell, a map tile, or a cell of a {@link ZoomGrid}.
 * Immutable, thread-safe, and equal to another cell of the same kind, place and size.
 */
public sealed interface Cell permits S2Cell, Tile, GridCell {

  /** Returns the center. */
  LatLng center();

  /** Returns the corners, counter-clockwise, without repeating the first. */
  List<LatLng> outline();

  /** Returns the distance in km from the center to the farthest corner. */
  double radiusKm();

  /**
   * Returns the usual notation: an S2 token such as {@code 47a1cbd}, a tile address {@code z/x/y},
   * or the path of a grid cell such as {@code 3-14-2-9}.
   */
  @Override
  String toString();
}
