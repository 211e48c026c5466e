package io.github.geofix.core.tile;

/** The handling of tiles that a zoom lacks. A damaged tile is always an error. */
public enum MissingTiles {
  /** The tile's part of the next coarser zoom that has one; black if none has. */
  FILL_FROM_PARENT,
  /** An error that names the tile. */
  REPORT
}
