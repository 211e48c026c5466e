package io.github.geofix.core.tile;

import com.sun.net.httpserver.HttpServer;
import io.github.geofix.core.cell.Tile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;

/** The stores that can hold a Mercator pyramid, each written and opened the same way. */
enum StoreKind {
  FOLDER {
    @Override
    AutoCloseable write(
        Path place, BufferedImage world, int tileSize, SortedMap<Tile, byte[]> tiles)
        throws IOException {
      Stores.folder(place, tiles);
      return () -> {};
    }

    @Override
    TileSource open(Path place, int tileSize, int maxZoom, TileSource.Options options) {
      return TileSource.directory(place, "{z}/{x}/{y}.png", options);
    }
  },
  MBTILES {
    @Override
    AutoCloseable write(
        Path place, BufferedImage world, int tileSize, SortedMap<Tile, byte[]> tiles) {
      Stores.mbtiles(place, tiles);
      return () -> {};
    }

    @Override
    TileSource open(Path place, int tileSize, int maxZoom, TileSource.Options options) {
      return TileSource.mbtiles(place, options);
    }
  },
  PMTILES {
    @Override
    AutoCloseable write(
        Path place, BufferedImage world, int tileSize, SortedMap<Tile, byte[]> tiles)
        throws IOException {
      Stores.pmtiles(place, tiles, 7);
      return () -> {};
    }

    @Override
    TileSource open(Path place, int tileSize, int maxZoom, TileSource.Options options) {
      return TileSource.pmtiles(place, options);
    }
  },
  /** The place is the disk cache; a file in it says where the server is. */
  HTTP {
    @Override
    AutoCloseable write(
        Path place, BufferedImage world, int tileSize, SortedMap<Tile, byte[]> tiles)
        throws IOException {
      HttpServer server = Stores.server(tiles, tile -> {});
      Pictures.save(
          place.resolve("address"), Stores.template(server).getBytes(StandardCharsets.UTF_8));
      return () -> server.stop(0);
    }

    @Override
    TileSource open(Path place, int tileSize, int maxZoom, TileSource.Options options)
        throws IOException {
      return TileSource.http(
          Files.readString(place.resolve("address")),
          place,
          TileSource.HttpOptions.defaults()
              .withZooms(0, maxZoom)
              .withTileSize(tileSize)
              .withRequestsPerSecond(1e6)
              .withTiles(options));
    }
  },
  /** Cannot miss tiles: it is always the whole world. */
  GEOTIFF {
    @Override
    AutoCloseable write(
        Path place, BufferedImage world, int tileSize, SortedMap<Tile, byte[]> tiles)
        throws IOException {
      double half = Math.PI * 6_378_137;
      int zooms = Integer.numberOfTrailingZeros(world.getWidth() / tileSize);
      Stores.geoTiff(place, world, tileSize, zooms, 3857, -half, half, 2 * half / world.getWidth());
      return () -> {};
    }

    @Override
    TileSource open(Path place, int tileSize, int maxZoom, TileSource.Options options) {
      return TileSource.geoTiff(place, options);
    }
  };

  /** Writes the store; closing the result ends what serves it. */
  abstract AutoCloseable write(
      Path place, BufferedImage world, int tileSize, SortedMap<Tile, byte[]> tiles)
      throws IOException;

  abstract TileSource open(Path place, int tileSize, int maxZoom, TileSource.Options options)
      throws IOException;
}
