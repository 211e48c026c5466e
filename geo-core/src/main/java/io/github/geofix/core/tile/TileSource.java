package io.github.geofix.core.tile;

import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.geodesy.Frame;
import java.awt.image.BufferedImage;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/**
 * A source of map imagery that renders any {@link Frame}. Thread-safe; must be closed.
 *
 * <pre>{@code
 * try (TileSource tiles = TileSource.directory(Path.of("tiles"), "{z}/{x}/{y}.jpg")) {
 *   BufferedImage city = tiles.view(LatLngBox.of(48.80, 2.25, 48.92, 2.42), 512, 512);
 *   BufferedImage block = tiles.view(LocalFrame.of(new LatLng(48.8584, 2.2945), 300), 384, 384);
 * }
 * }</pre>
 */
public interface TileSource extends AutoCloseable {

  /** The most pixels of one view, 64 million: 256 MB. */
  long MAX_VIEW_PIXELS = 1 << 26;

  /**
   * Renders a frame, across tile borders and the antimeridian, without aliasing: each pixel is the
   * mean over its footprint. Ground beyond the imagery is black.
   *
   * <p>A view uses one zoom: the coarsest that is as fine as the view over at least three quarters
   * of it. If even the coarsest zoom has more than 64 pixels across one of the view, 64 evenly
   * spaced samples are taken.
   *
   * @param width pixels, 1 or more
   * @param height pixels, 1 or more; {@code width * height} at most {@link #MAX_VIEW_PIXELS}
   * @return an image of {@link BufferedImage#TYPE_INT_RGB}
   * @throws UncheckedIOException if a tile it needs is damaged, cannot be read, or is missing under
   *     {@link MissingTiles#REPORT}; other views are not affected
   * @throws IllegalStateException if the source is closed
   */
  default BufferedImage view(Frame frame, int width, int height) {
    return mapImage(frame, width, height).image();
  }

  /** As {@link #view}, with the share of the view that the source has imagery for. */
  MapImage mapImage(Frame frame, int width, int height);

  /** Returns the attribution to show with the images; empty if none is required. */
  String attribution();

  /** Frees memory, files and connections. */
  @Override
  void close();

  /**
   * Reads an image of the whole Earth, longitude -180 to 180 and latitude 90 to -90, and keeps it
   * in memory at 6 bytes a pixel.
   *
   * @throws UncheckedIOException if the file is missing, damaged, or above 256 million pixels
   * @throws IllegalArgumentException if the image is not twice as wide as high
   */
  static TileSource equirectangular(Path image) {
    return EquirectangularImage.open(image);
  }

  /** As {@link #equirectangular(Path)}, of an image already decoded; it is copied. */
  static TileSource equirectangular(BufferedImage image) {
    return EquirectangularImage.of(TilePixels.of(image));
  }

  /** As {@link #directory(Path, String, Options)} with {@link Options#defaults()}. */
  static TileSource directory(Path folder, String template) {
    return directory(folder, template, Options.defaults());
  }

  /**
   * Opens a folder with one image file per tile. The zooms are detected; all tiles must have the
   * size of the first one found.
   *
   * @param template the path below the folder, with {@code {z}}, {@code {x}} and {@code {y}}, such
   *     as {@code {z}/{x}/{y}.jpg}
   * @throws IllegalArgumentException if the template lacks a placeholder
   * @throws UncheckedIOException if the folder has no tile
   */
  static TileSource directory(Path folder, String template, Options options) {
    return TileDirectory.open(folder, template, options);
  }

  /** As {@link #mbtiles(Path, Options)} with {@link Options#defaults()}. */
  static TileSource mbtiles(Path file) {
    return mbtiles(file, Options.defaults());
  }

  /**
   * Opens an MBTiles file of images. Needs {@code org.xerial:sqlite-jdbc} on the class path.
   *
   * @throws UncheckedIOException if the file is missing, not MBTiles, or has vector tiles
   * @throws IllegalStateException if the SQLite driver is missing
   */
  static TileSource mbtiles(Path file, Options options) {
    return MbTiles.open(file, options);
  }

  /** As {@link #pmtiles(Path, Options)} with {@link Options#defaults()}. */
  static TileSource pmtiles(Path file) {
    return pmtiles(file, Options.defaults());
  }

  /**
   * Opens a PMTiles archive, version 3, of images, packed with gzip or not at all.
   *
   * @throws UncheckedIOException if the file is missing, not such an archive, or has vector tiles
   */
  static TileSource pmtiles(Path file, Options options) {
    return PmTiles.open(file, options);
  }

  /** As {@link #geoTiff(Path, Options)} with {@link Options#defaults()}. */
  static TileSource geoTiff(Path file) {
    return geoTiff(file, Options.defaults());
  }

  /**
   * Opens a GeoTIFF or BigTIFF, cloud-optimized or not, of 8 bits a sample, in degrees (EPSG:4326
   * and its like), Web Mercator (EPSG:3857) or UTM on WGS 84, ETRS89 or NAD83. Its overviews serve
   * coarse views. UTM needs {@code org.locationtech.proj4j:proj4j} on the class path.
   *
   * @throws UncheckedIOException if the file is missing, damaged, in another coordinate system, has
   *     samples of more than 8 bits, or is cut into tiles or strips of more than 16 million pixels;
   *     the message has the command that converts it
   * @throws IllegalStateException if proj4j is needed and missing
   */
  static TileSource geoTiff(Path file, Options options) {
    return GeoTiff.open(file, options);
  }

  /** As {@link #layout(Path, Options)} with {@link Options#defaults()}. */
  static TileSource layout(Path file) {
    return layout(file, Options.defaults());
  }

  /**
   * Opens a folder of tiles in any map projection beside its {@code layout.yaml}, as the library
   * tiledwebmaps writes it and the data set of Just Zoom In is published. The coarsest zoom has to
   * cover all others. Needs {@code org.snakeyaml:snakeyaml-engine} on the class path, and {@code
   * org.locationtech.proj4j:proj4j} for projections other than the preset {@code XYZ}.
   *
   * @throws UncheckedIOException if the file is missing or no such layout, its coordinate system is
   *     unknown, or the folder has no tile
   * @throws IllegalStateException if a library is missing
   */
  static TileSource layout(Path file, Options options) {
    return LayoutTiles.open(file, options);
  }

  /**
   * Opens the tiles of a server, each fetched once and then cached on disk.
   *
   * <p>Ask the operator of the server first, and set {@link Options#attribution()}: most public
   * servers forbid bulk downloads.
   *
   * @param template an address with {@code {z}}, {@code {x}} and {@code {y}}
   * @param cacheFolder the folder of the cache; several servers can share one
   * @throws IllegalArgumentException if the template is not such an address
   */
  static TileSource http(String template, Path cacheFolder, HttpOptions options) {
    return HttpTiles.open(template, cacheFolder, options);
  }

  /**
   * Opens the source that a text names, as on a command line: the address of a server (cached in
   * {@code cacheFolder}), a file {@code .mbtiles}, {@code .pmtiles}, {@code .tif}, {@code .tiff} or
   * {@code .yaml}, another image file as {@link #equirectangular(Path)}, or a folder followed by a
   * template, such as {@code tiles/{z}/{x}/{y}.jpg}.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  static TileSource open(String source, Path cacheFolder, Options options) {
    return NamedTiles.open(source, cacheFolder, options);
  }

  /**
   * A view of a map, and how much of it the map has imagery for. The rest is black.
   *
   * @param image of {@link BufferedImage#TYPE_INT_RGB}
   * @param coverage the share of the view with imagery, 0 to 1
   */
  record MapImage(BufferedImage image, double coverage) {

    /** Returns whether the map has no imagery there at all: the image is black. */
    public boolean isMissing() {
      return coverage == 0;
    }
  }

  /**
   * Options of a {@link TileSource}.
   *
   * @param scheme the tile scheme; ignored for stores that define their own
   * @param missingTiles what a view shows for a missing tile
   * @param attribution the attribution; empty for the one in the store
   * @param cacheBytes the memory limit of the cache of decoded tiles, at least 1 MB
   */
  record Options(
      TileScheme scheme, MissingTiles missingTiles, String attribution, long cacheBytes) {

    private static final Options DEFAULTS =
        new Options(TileScheme.XYZ, MissingTiles.FILL_FROM_PARENT, "", 64L << 20);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if the cache is smaller than 1 MB
     */
    public Options {
      Objects.requireNonNull(scheme);
      Objects.requireNonNull(missingTiles);
      Objects.requireNonNull(attribution);
      if (cacheBytes < 1 << 20) {
        throw new IllegalArgumentException("cacheBytes must be 1 MB or more: " + cacheBytes);
      }
    }

    /** Returns XYZ tiles, filled from the parent, the store's attribution, a cache of 64 MB. */
    public static Options defaults() {
      return DEFAULTS;
    }

    /** Returns a copy with another scheme. */
    public Options withScheme(TileScheme scheme) {
      return new Options(scheme, missingTiles, attribution, cacheBytes);
    }

    /** Returns a copy with another rule for missing tiles. */
    public Options withMissingTiles(MissingTiles missingTiles) {
      return new Options(scheme, missingTiles, attribution, cacheBytes);
    }

    /** Returns a copy with another attribution. */
    public Options withAttribution(String attribution) {
      return new Options(scheme, missingTiles, attribution, cacheBytes);
    }

    /** Returns a copy with another cache size. */
    public Options withCacheBytes(long cacheBytes) {
      return new Options(scheme, missingTiles, attribution, cacheBytes);
    }
  }

  /**
   * Options of fetching tiles from a server.
   *
   * @param minZoom the coarsest zoom the server has
   * @param maxZoom the finest zoom the server has
   * @param tileSize the side of its tiles in pixels, 16 to 2048
   * @param timeout for one attempt, from the request to the last byte
   * @param retries attempts after the first, 0 to 10
   * @param backOff the pause before the first retry; each further pause is twice as long
   * @param requestsPerSecond the most requests to send, over all threads
   * @param userAgent the User-Agent header; many servers require contact information
   * @param tiles scheme, missing tiles, attribution and memory
   */
  record HttpOptions(
      int minZoom,
      int maxZoom,
      int tileSize,
      Duration timeout,
      int retries,
      Duration backOff,
      double requestsPerSecond,
      String userAgent,
      Options tiles) {

    private static final HttpOptions DEFAULTS =
        new HttpOptions(
            0,
            19,
            256,
            Duration.ofSeconds(20),
            3,
            Duration.ofMillis(500),
            10,
            "GeoFix (Java)",
            Options.defaults());

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public HttpOptions {
      Objects.requireNonNull(tiles);
      if (minZoom < 0 || minZoom > maxZoom || maxZoom > Tile.MAX_ZOOM) {
        throw new IllegalArgumentException(
            "zooms must be 0 to %d, the smaller first: %d to %d"
                .formatted(Tile.MAX_ZOOM, minZoom, maxZoom));
      }
      if (tileSize < 16 || tileSize > 2048) {
        throw new IllegalArgumentException("tileSize must be 16 to 2048: " + tileSize);
      }
      if (timeout.isNegative() || timeout.isZero() || backOff.isNegative()) {
        throw new IllegalArgumentException(
            "timeout must be above 0 and backOff not below: " + timeout + ", " + backOff);
      }
      if (retries < 0 || retries > 10) {
        throw new IllegalArgumentException("retries must be 0 to 10: " + retries);
      }
      if (!(requestsPerSecond > 0)) {
        throw new IllegalArgumentException(
            "requestsPerSecond must be above 0: " + requestsPerSecond);
      }
    }

    /**
     * Returns zooms 0 to 19, tiles of 256 px, 20 s, 3 retries after 0.5, 1 and 2 s, 10 requests a
     * second.
     */
    public static HttpOptions defaults() {
      return DEFAULTS;
    }

    /** Returns a copy with other zooms. */
    public HttpOptions withZooms(int minZoom, int maxZoom) {
      return new HttpOptions(
          minZoom,
          maxZoom,
          tileSize,
          timeout,
          retries,
          backOff,
          requestsPerSecond,
          userAgent,
          tiles);
    }

    /** Returns a copy with another tile size. */
    public HttpOptions withTileSize(int tileSize) {
      return new HttpOptions(
          minZoom,
          maxZoom,
          tileSize,
          timeout,
          retries,
          backOff,
          requestsPerSecond,
          userAgent,
          tiles);
    }

    /** Returns a copy with another time-out. */
    public HttpOptions withTimeout(Duration timeout) {
      return new HttpOptions(
          minZoom,
          maxZoom,
          tileSize,
          timeout,
          retries,
          backOff,
          requestsPerSecond,
          userAgent,
          tiles);
    }

    /** Returns a copy with another number of retries and first pause. */
    public HttpOptions withRetries(int retries, Duration backOff) {
      return new HttpOptions(
          minZoom,
          maxZoom,
          tileSize,
          timeout,
          retries,
          backOff,
          requestsPerSecond,
          userAgent,
          tiles);
    }

    /** Returns a copy with another rate. */
    public HttpOptions withRequestsPerSecond(double requestsPerSecond) {
      return new HttpOptions(
          minZoom,
          maxZoom,
          tileSize,
          timeout,
          retries,
          backOff,
          requestsPerSecond,
          userAgent,
          tiles);
    }

    /** Returns a copy with another introduction. */
    public HttpOptions withUserAgent(String userAgent) {
      return new HttpOptions(
          minZoom,
          maxZoom,
          tileSize,
          timeout,
          retries,
          backOff,
          requestsPerSecond,
          userAgent,
          tiles);
    }

    /** Returns a copy with other options for the tiles. */
    public HttpOptions withTiles(Options tiles) {
      return new HttpOptions(
          minZoom,
          maxZoom,
          tileSize,
          timeout,
          retries,
          backOff,
          requestsPerSecond,
          userAgent,
          tiles);
    }
  }

  /** The projection and numbering of tiles. */
  enum TileScheme {
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

  /** The handling of tiles that a zoom lacks. A damaged tile is always an error. */
  enum MissingTiles {
    /** The tile's part of the next coarser zoom that has one; black if none has. */
    FILL_FROM_PARENT,
    /** An error that names the tile. */
    REPORT
  }
}
