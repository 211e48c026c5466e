package io.github.geofix.core.tile;

import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.internal.InputFiles;
import io.github.geofix.core.tile.TileSource.TileScheme;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An SQLite database of tiles, after the MBTiles 1.3 specification of Mapbox. */
final class MbTiles implements TileReader {

  private static final String TILE =
      """
      select length(tile_data), case when length(tile_data) <= ? then tile_data end
      from tiles where zoom_level = ? and tile_column = ? and tile_row = ?\
      """;

  private static final Duration LIMIT = Duration.ofSeconds(10);

  /** The code of a query that {@link SqliteLimits} ended. */
  private static final int SQLITE_INTERRUPT = 9;

  private final Path file;
  private final SqliteLimits limits;
  private final Connection connection;
  private final PreparedStatement tile;

  private MbTiles(Path file, SqliteLimits limits) throws SQLException {
    this.file = file;
    this.limits = limits;
    this.connection = limits.connection();
    this.tile = connection.prepareStatement(TILE);
  }

  static TileSource open(Path file, TileSource.Options options) {
    return open(file, options, LIMIT);
  }

  static TileSource open(Path file, TileSource.Options options, Duration limit) {
    try {
      Class.forName("org.sqlite.JDBC");
    } catch (ClassNotFoundException e) {
      throw new MissingLibraryException(
          "MBTiles files are SQLite databases", "org.xerial:sqlite-jdbc", e);
    }
    SqliteLimits limits = null;
    try {
      limits = SqliteLimits.open(InputFiles.find(file), limit);
      MbTiles tiles = new MbTiles(file, limits);
      if (tiles.metadata("format").equals("pbf")) {
        throw new IOException("its tiles are vectors (pbf), needed are images");
      }
      int size = tiles.tileSize();
      List<PyramidLevel> levels = new ArrayList<>();
      for (int zoom : tiles.zooms()) {
        levels.add(TileScheme.XYZ.level(zoom, size));
      }
      return new Pyramid(
          Projection.WEB_MERCATOR, levels, tiles, options, tiles.metadata("attribution"));
    } catch (NoSuchFileException e) {
      throw new UncheckedIOException("no such file: " + file, e);
    } catch (SQLException | IOException e) {
      closeQuietly(limits == null ? null : limits.connection(), e);
      throw new UncheckedIOException(
          "cannot open " + file + " as MBTiles: " + reason(e, limit), asIo(e));
    }
  }

  private static String reason(Exception e, Duration limit) {
    return e instanceof SQLException sql && sql.getErrorCode() == SQLITE_INTERRUPT
        ? "reading took more than "
            + limit.toSeconds()
            + " seconds, or its thread was interrupted; its tiles are a view without end, or"
            + " have no index by zoom, column and row"
        : InputFiles.reason(e);
  }

  private String metadata(String name) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement("select substr(value, 1, 1000) from metadata where name = ?")) {
      query.setString(1, name);
      try (ResultSet rows = query.executeQuery()) {
        String value = rows.next() ? rows.getString(1) : null;
        return value == null ? "" : value;
      }
    }
  }

  /** One step along the index for each zoom, where "distinct" would read all of it. */
  private List<Integer> zooms() throws SQLException, IOException {
    List<Integer> zooms = new ArrayList<>();
    try (PreparedStatement query =
        connection.prepareStatement(
            "select zoom_level from tiles where zoom_level > ? order by zoom_level limit 1")) {
      int zoom = -1;
      while (true) {
        query.setInt(1, zoom);
        try (ResultSet rows = query.executeQuery()) {
          if (!rows.next()) {
            return zooms;
          }
          int next = rows.getInt(1);
          if (next <= zoom) {
            throw new IOException("damaged: zoom " + next + " comes after " + zoom);
          }
          zoom = next;
        }
        if (zoom > Tile.MAX_ZOOM) {
          throw new IOException("zoom " + zoom + " is not within 0 to " + Tile.MAX_ZOOM);
        }
        zooms.add(zoom);
      }
    }
  }

  private int tileSize() throws SQLException, IOException {
    String any = "select zoom_level, tile_column, tile_row from tiles limit 1";
    try (PreparedStatement query = connection.prepareStatement(any);
        ResultSet rows = query.executeQuery()) {
      if (!rows.next()) {
        throw new IOException("it holds no tile");
      }
      byte[] bytes = bytes(rows.getInt(1), rows.getInt(2), rows.getInt(3));
      if (bytes == null) {
        throw new IOException("its first tile is empty");
      }
      return TileImage.squareSize(TileImage.decode(bytes));
    }
  }

  @Override
  public @Nullable TilePixels read(PyramidLevel level, int column, int row) throws IOException {
    byte[] bytes;
    try {
      bytes = bytes(level.zoom(), column, TileScheme.TMS.storedRow(level.zoom(), row));
    } catch (SQLException e) {
      throw new IOException(reason(e, limits.limit()), e);
    }
    return bytes == null ? null : TileImage.checked(TileImage.decode(bytes), level);
  }

  private synchronized byte @Nullable [] bytes(int zoom, int column, int storedRow)
      throws SQLException, IOException {
    limits.begin();
    tile.setInt(1, TileImage.MAX_BYTES);
    tile.setInt(2, zoom);
    tile.setInt(3, column);
    tile.setInt(4, storedRow);
    try (ResultSet rows = tile.executeQuery()) {
      if (!rows.next()) {
        return null;
      }
      if (rows.getLong(1) > TileImage.MAX_BYTES) {
        throw new IOException(
            "%d bytes, at most %d are read".formatted(rows.getLong(1), TileImage.MAX_BYTES));
      }
      return rows.getBytes(2);
    }
  }

  @Override
  public String describe(PyramidLevel level, int column, int row) {
    return level.zoom() + "/" + column + "/" + row + " of " + file;
  }

  @Override
  public synchronized void close() throws IOException {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static void closeQuietly(@Nullable Connection connection, Exception reason) {
    try {
      if (connection != null) {
        connection.close();
      }
    } catch (SQLException e) {
      reason.addSuppressed(e);
    }
  }

  private static IOException asIo(Exception e) {
    return e instanceof IOException io ? io : new IOException(e);
  }
}
