package io.github.geofix.core.tile;

import io.github.geofix.core.geodesy.Frame;
import java.awt.image.BufferedImage;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * Imagery of the Earth, from wherever it is kept, seen through any {@link Frame}. Thread-safe; must
 * be closed.
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
   * Returns a picture of a piece of ground, resampled over tile borders, zooms and the antimeridian
   * without aliasing: each pixel is the mean over its footprint. Ground beyond the imagery is
   * black.
   *
   * <p>All of a view comes from one zoom, the coarsest as fine as the view over at least three
   * quarters of it. Takes about 100 ns a pixel and the time to decode tiles not in the cache.
   *
   * @param width pixels, 1 or more
   * @param height pixels, 1 or more; {@code width * height} at most {@link #MAX_VIEW_PIXELS}
   * @return an image of {@link BufferedImage#TYPE_INT_RGB}
   * @throws UncheckedIOException if a tile it needs is damaged, cannot be read, or is missing under
   *     {@link MissingTiles#REPORT}; other views are not affected
   * @throws IllegalStateException if the source is closed
   */
  BufferedImage view(Frame frame, int width, int height);

  /** Returns whom to name beside the pictures; empty if nobody asks for it. */
  String attribution();

  /** Frees memory, files and connections. */
  @Override
  void close();

  /**
   * Reads an image of the whole Earth, longitude -180 to 180 and latitude 90 to -90, and keeps it
   * in memory at 6 bytes a pixel.
   *
   * @throws UncheckedIOException if the file is missing, damaged, or above 256 million pixels
   */
  static TileSource equirectangular(Path image) {
    return EquirectangularImage.open(image);
  }

  /** As {@link #equirectangular(Path)}, of an image already decoded; it is copied. */
  static TileSource equirectangular(BufferedImage image) {
    return EquirectangularImage.of(Pixels.of(image));
  }

  /** As {@link #directory(Path, String, TileOptions)} with {@link TileOptions#defaults()}. */
  static TileSource directory(Path folder, String template) {
    return directory(folder, template, TileOptions.defaults());
  }

  /**
   * Opens a folder with one image file a tile. Which zooms there are is read from the folder; all
   * tiles must be of the size of the first one found.
   *
   * @param template the path below the folder, with {@code {z}}, {@code {x}} and {@code {y}}, such
   *     as {@code {z}/{x}/{y}.jpg}
   * @throws IllegalArgumentException if the template lacks a placeholder
   * @throws UncheckedIOException if the folder holds no tile
   */
  static TileSource directory(Path folder, String template, TileOptions options) {
    return TileDirectory.open(folder, template, options);
  }
}
