package io.github.geofix.core.tile;

import io.github.geofix.core.internal.tile.TileAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Opens the source that a text names, see {@link TileSource#open}. */
final class NamedTiles {
  private NamedTiles() {}

  static TileSource open(String source, Path cacheFolder, TileSource.Options options) {
    if (TileAddress.isRemote(source)) {
      return TileSource.http(
          source, cacheFolder, TileSource.HttpOptions.defaults().withTiles(options));
    }
    int placeholder = source.indexOf('{');
    if (placeholder >= 0) {
      int folderEnd = source.lastIndexOf('/', placeholder);
      Path folder =
          Path.of(folderEnd > 0 ? source.substring(0, folderEnd) : folderEnd == 0 ? "/" : "");
      return TileSource.directory(folder, source.substring(folderEnd + 1), options);
    }
    Path file = Path.of(source);
    String name = source.toLowerCase(Locale.ROOT);
    if (name.endsWith(".mbtiles")) {
      return TileSource.mbtiles(file, options);
    }
    if (name.endsWith(".pmtiles")) {
      return TileSource.pmtiles(file, options);
    }
    if (name.endsWith(".tif") || name.endsWith(".tiff")) {
      return TileSource.geoTiff(file, options);
    }
    if (name.endsWith(".yaml")) {
      return TileSource.layout(file, options);
    }
    if (Files.isDirectory(file)) {
      throw new IllegalArgumentException(
          source
              + " is a folder: say how its tiles are named, such as "
              + source
              + "/{z}/{x}/{y}.jpg");
    }
    return TileSource.equirectangular(file);
  }
}
