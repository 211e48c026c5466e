package io.github.geofix.core.tile;

import io.github.geofix.core.geodesy.Frame;
import io.github.geofix.core.internal.tile.TileAddress;
import io.github.geofix.core.tile.TileOptions.MissingTiles;
import java.awt.image.BufferedImage;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

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

  /** As {@link #directory(Path, String, TileOptions)} with {@link TileOptions#defaults()}. */
  static TileSource directory(Path folder, String template) {
    return directory(folder, template, TileOptions.defaults());
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
  static TileSource directory(Path folder, String template, TileOptions options) {
    return TileDirectory.open(folder, template, options);
  }

  /** As {@link #mbtiles(Path, TileOptions)} with {@link TileOptions#defaults()}. */
  static TileSource mbtiles(Path file) {
    return mbtiles(file, TileOptions.defaults());
  }

  /**
   * Opens an MBTiles file of images. Needs {@code org.xerial:sqlite-jdbc} on the class path.
   *
   * @throws UncheckedIOException if the file is missing, not MBTiles, or has vector tiles
   * @throws IllegalStateException if the SQLite driver is missing
   */
  static TileSource mbtiles(Path file, TileOptions options) {
    return MbTiles.open(file, options);
  }

  /** As {@link #pmtiles(Path, TileOptions)} with {@link TileOptions#defaults()}. */
  static TileSource pmtiles(Path file) {
    return pmtiles(file, TileOptions.defaults());
  }

  /**
   * Opens a PMTiles archive, version 3, of images, packed with gzip or not at all.
   *
   * @throws UncheckedIOException if the file is missing, not such an archive, or has vector tiles
   */
  static TileSource pmtiles(Path file, TileOptions options) {
    return PmTiles.open(file, options);
  }

  /** As {@link #geoTiff(Path, TileOptions)} with {@link TileOptions#defaults()}. */
  static TileSource geoTiff(Path file) {
    return geoTiff(file, TileOptions.defaults());
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
  static TileSource geoTiff(Path file, TileOptions options) {
    return GeoTiff.open(file, options);
  }

  /** As {@link #layout(Path, TileOptions)} with {@link TileOptions#defaults()}. */
  static TileSource layout(Path file) {
    return layout(file, TileOptions.defaults());
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
  static TileSource layout(Path file, TileOptions options) {
    return LayoutTiles.open(file, options);
  }

  /**
   * Opens the tiles of a server, each fetched once and then cached on disk.
   *
   * <p>Ask the operator of the server first, and set {@link TileOptions#attribution()}: most public
   * servers forbid bulk downloads.
   *
   * @param template an address with {@code {z}}, {@code {x}} and {@code {y}}
   * @param cacheFolder the folder of the cache; several servers can share one
   * @throws IllegalArgumentException if the template is not such an address
   */
  static TileSource http(String template, Path cacheFolder, TileOptions.Http options) {
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
  static TileSource open(String source, Path cacheFolder, TileOptions options) {
    if (TileAddress.isRemote(source)) {
      return http(source, cacheFolder, TileOptions.Http.defaults().withTiles(options));
    }
    int placeholder = source.indexOf('{');
    if (placeholder >= 0) {
      int folderEnd = source.lastIndexOf('/', placeholder);
      Path folder =
          Path.of(folderEnd > 0 ? source.substring(0, folderEnd) : folderEnd == 0 ? "/" : "");
      return directory(folder, source.substring(folderEnd + 1), options);
    }
    Path file = Path.of(source);
    String name = source.toLowerCase(Locale.ROOT);
    if (name.endsWith(".mbtiles")) {
      return mbtiles(file, options);
    }
    if (name.endsWith(".pmtiles")) {
      return pmtiles(file, options);
    }
    if (name.endsWith(".tif") || name.endsWith(".tiff")) {
      return geoTiff(file, options);
    }
    if (name.endsWith(".yaml")) {
      return layout(file, options);
    }
    if (Files.isDirectory(file)) {
      throw new IllegalArgumentException(
          source
              + " is a folder: say how its tiles are named, such as "
              + source
              + "/{z}/{x}/{y}.jpg");
    }
    return equirectangular(file);
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
}
