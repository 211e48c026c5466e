package io.github.geofix.core.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.geodesy.LatLngBox;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tables of an MBTiles file may be views, which are programs. */
final class HostileMbTilesTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "with recursive c(x) as (select 0 union all select x + 1 from c)"
            + " select x as zoom_level, 0 as tile_column, 0 as tile_row, x'00' as tile_data"
            + " from c where x < 0",
        "with recursive c(x) as (select 0 union all select x + 1 from c limit 99999999)"
            + " select count(*) as zoom_level, 0 as tile_column, 0 as tile_row, x'00' as tile_data"
            + " from c"
      })
  void aViewWithoutEndIsGivenUp(String view) throws SQLException {
    Path file = file(view);
    long start = System.nanoTime();
    assertThatThrownBy(() -> MbTiles.open(file, TileSource.Options.defaults(), SECOND))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith(
            "cannot open " + file + " as MBTiles: reading took more than 1 sec");
    assertThat(System.nanoTime() - start).isBetween(SECOND.toNanos(), 10 * SECOND.toNanos());
  }

  @Test
  void anInterruptEndsAView() throws SQLException {
    Path file =
        file(
            "with recursive c(x) as (select 0 union all select x + 1 from c)"
                + " select x as zoom_level, 0 as tile_column, 0 as tile_row, x'00' as tile_data"
                + " from c where x < 0");
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> TileSource.mbtiles(file)).isInstanceOf(UncheckedIOException.class);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void aValueLargerThanAnyTileIsRefused() throws SQLException {
    Path file =
        file(
            "select 0 as zoom_level, 0 as tile_column, 0 as tile_row, zeroblob(900000000)"
                + " as tile_data");
    assertThatThrownBy(() -> TileSource.mbtiles(file))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("too big");
  }

  @Test
  void aNameHoldsNoOptions() {
    Path file = folder.resolve("a?enable_load_extension=true&b%20c.mbtiles");
    Stores.mbtiles(
        folder.resolve("plain"),
        Map.of(new Tile(0, 0, 0), Pictures.encode(Pictures.plain(16, 0x010203), "png")));
    assertThat(folder.resolve("plain").toFile().renameTo(file.toFile())).isTrue();
    try (TileSource tiles = TileSource.mbtiles(file)) {
      assertThat(tiles.view(LatLngBox.of(-1, -1, 1, 1), 4, 4).getRGB(2, 2)).isEqualTo(0xff010203);
    }
  }

  private Path file(String view) throws SQLException {
    Path file = folder.resolve("hostile.mbtiles");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute("create table metadata (name text, value text)");
      statement.execute("create view tiles as " + view);
    }
    return file;
  }
}
