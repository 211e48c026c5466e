package io.github.geofix.core.tile;

/** What a view shows where its zoom has no tile. A damaged tile is always an error. */
public enum MissingTiles {
  /** The tile's part of the next coarser zoom that has one; black if none has. */
  FILL_FROM_PARENT,
  /** Nothing: the view fails with an error that names the tile. */
  REPORT
}
