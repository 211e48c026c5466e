package io.github.geofix.core.tile;

import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.internal.InputFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A folder with one image file a tile. */
final class TileDirectory implements TileReader {

  private final Path folder;
  private final TileTemplate template;

  private TileDirectory(Path folder, TileTemplate template) {
    this.folder = folder;
    this.template = template;
  }

  static TileSource open(Path folder, String template, TileSource.Options options) {
    TileDirectory directory =
        new TileDirectory(folder, TileTemplate.parse(template, options.scheme()));
    if (!Files.isDirectory(folder)) {
      throw new UncheckedIOException(new IOException("no such folder of tiles: " + folder));
    }
    try {
      SortedMap<Integer, Path> tiles = directory.firstTileOfEachZoom();
      if (tiles.isEmpty()) {
        throw new IOException("no file in " + folder + " fits the template " + template);
      }
      int size = TileImage.squareSize(decode(tiles.values().iterator().next()));
      List<PyramidLevel> levels =
          tiles.keySet().stream().map(z -> options.scheme().level(z, size)).toList();
      return new Pyramid(options.scheme().projection(), levels, directory, options, "");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open " + folder + ": " + e.getMessage(), e);
    }
  }

  @Override
  public @Nullable TilePixels read(PyramidLevel level, int column, int row) throws IOException {
    try {
      return TileImage.checked(decode(file(level, column, row)), level);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  @Override
  public String describe(PyramidLevel level, int column, int row) {
    return level.zoom() + "/" + column + "/" + row + " (" + file(level, column, row) + ")";
  }

  @Override
  public void close() {}

  private Path file(PyramidLevel level, int column, int row) {
    return folder.resolve(template.fill(level.zoom(), column, row));
  }

  private static TilePixels decode(Path file) throws IOException {
    try (InputStream stream = Files.newInputStream(InputFiles.requireRegular(file))) {
      return TileImage.decode(stream.readNBytes(TileImage.MAX_BYTES + 1));
    }
  }

  /** Walks down the template, one folder a zoom, and stops at the first file of each zoom. */
  private SortedMap<Integer, Path> firstTileOfEachZoom() throws IOException {
    SortedMap<Integer, Path> found = new TreeMap<>();
    walk(folder, List.of(template.text().split("/")), -1, found);
    return found;
  }

  private static void walk(Path at, List<String> segments, int zoom, SortedMap<Integer, Path> found)
      throws IOException {
    Pattern pattern = TileTemplate.pattern(segments.get(0));
    List<String> rest = segments.subList(1, segments.size());
    List<Path> entries = new ArrayList<>();
    try (Stream<Path> list = Files.list(at)) {
      if (zoom < 0) {
        list.sorted().forEach(entries::add);
      } else {
        // Once the zoom is known any entry will do, and there may be very many.
        Optional<Path> any = list.filter(p -> matches(pattern, p, rest)).findFirst();
        any.ifPresent(entries::add);
      }
    }
    for (Path entry : entries) {
      Matcher matcher = pattern.matcher(String.valueOf(entry.getFileName()));
      if (!matcher.matches() || !matches(pattern, entry, rest)) {
        continue;
      }
      int z = zoom >= 0 ? zoom : TileTemplate.zoom(matcher);
      if (z > Tile.MAX_ZOOM || found.containsKey(z)) {
        continue;
      }
      if (rest.isEmpty()) {
        found.put(z, entry);
      } else {
        walk(entry, rest, z, found);
      }
    }
  }

  private static boolean matches(Pattern pattern, Path entry, List<String> rest) {
    return pattern.matcher(String.valueOf(entry.getFileName())).matches()
        && (rest.isEmpty() ? Files.isRegularFile(entry) : Files.isDirectory(entry));
  }
}
