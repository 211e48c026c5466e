package io.github.geofix.core.tile;

/** The projection and numbering of tiles. */
public enum TileScheme {
  /** Web Mercator, one tile at zoom 0, rows from the north: what nearly every web map uses. */
  XYZ(true, false),
  /** Web Mercator, one tile at zoom 0, rows from the south. */
  TMS(true, true),
  /** Degrees (EPSG:4326), two tiles side by side at zoom 0, rows from the north. */
  GEODETIC_XYZ(false, false),
  /** Degrees (EPSG:4326), two tiles side by side at zoom 0, rows from the south, as in Cesium. */
  GEODETIC_TMS(false, true);

  private final boolean mercator;
  private final boolean southFirst;

  TileScheme(boolean mercator, boolean southFirst) {
    this.mercator = mercator;
    this.southFirst = southFirst;
  }

  Projection projection() {
    return mercator ? Projection.WEB_MERCATOR : Projection.EQUIRECTANGULAR;
  }

  /** Returns the same tiles with rows from the south. */
  TileScheme rowsFromSouth() {
    return mercator ? TMS : GEODETIC_TMS;
  }

  /** Returns the grid of one zoom with square tiles of {@code tileSize} pixels. */
  PyramidLevel level(int zoom, int tileSize) {
    long rows = (long) tileSize << zoom;
    long columns = mercator ? rows : 2 * rows;
    return new PyramidLevel(zoom, 0, 0, columns, columns, columns, rows, tileSize, tileSize);
  }

  /** Returns the store's number of the row that is {@code row} from the north. */
  int storedRow(int zoom, int row) {
    return southFirst ? (1 << zoom) - 1 - row : row;
  }
}
