package io.github.geofix.core.tile;

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
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder of tiles in any map projection beside a {@link TileLayout}, as tiledwebmaps writes it
 * and the data set of Just Zoom In is published.
 */
final class LayoutTiles implements TileReader {

  /** Numbers of tiles have to fit the keys of a {@link Pyramid}. */
  private static final long MAX_TILES_ACROSS = 1 << 29;

  private static final int MAX_LEVELS = 32;

  private final Path folder;
  private final String path;
  private final TileLayout.Grid grid;

  /** The coarsest zoom, and the numbers of its tiles. */
  private final int coarsest;

  private final Extent extent;

  private LayoutTiles(Path folder, String path, TileLayout.Grid grid, int coarsest)
      throws IOException {
    this.folder = folder;
    this.path = path;
    this.grid = grid;
    this.coarsest = coarsest;
    this.extent = extent(folder, path, coarsest);
  }

  static TileSource open(Path file, TileSource.Options options) {
    Path folder = Optional.ofNullable(file.toAbsolutePath().getParent()).orElseThrow();
    try {
      TileLayout layout = TileLayout.read(file);
      if (layout.grid().isEmpty()) {
        return TileDirectory.open(folder, layout.path().replace("{zoom}", "{z}"), options);
      }
      List<Integer> zooms = zooms(folder, layout);
      LayoutTiles tiles = new LayoutTiles(folder, layout.path(), layout.grid().get(), zooms.get(0));
      List<PyramidLevel> levels = new ArrayList<>();
      for (int zoom : zooms) {
        levels.add(tiles.level(zoom));
      }
      return new Pyramid(MapProjection.of(layout.grid().get().crs()), levels, tiles, options, "");
    } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
      throw new UncheckedIOException(
          "cannot open " + file + ": " + reason(e),
          e instanceof IOException io ? io : new IOException(e));
    }
  }

  private static String reason(Exception e) {
    return e instanceof NoSuchFileException ? "no such file" : String.valueOf(e.getMessage());
  }

  /** Returns the zooms of which there are tiles, coarsest first. */
  private static List<Integer> zooms(Path folder, TileLayout layout) throws IOException {
    List<Integer> zooms = new ArrayList<>();
    for (int zoom = layout.minZoom(); zoom <= layout.maxZoom(); zoom++) {
      if (tiles(folder, layout.path(), zoom, Stream::findAny).isPresent()) {
        zooms.add(zoom);
      }
    }
    if (zooms.isEmpty()) {
      throw new IOException(
          "no file in %s fits the path %s at zoom %d to %d"
              .formatted(folder, layout.path(), layout.minZoom(), layout.maxZoom()));
    }
    if (zooms.size() > MAX_LEVELS) {
      throw new IOException("it has more than " + MAX_LEVELS + " zooms");
    }
    return zooms;
  }

  private static Extent extent(Path folder, String path, int zoom) throws IOException {
    return tiles(
            folder,
            path,
            zoom,
            tiles ->
                tiles
                    .map(tile -> Extent.of(number(tile, "x"), number(tile, "y")))
                    .reduce(Extent::union))
        .orElseThrow();
  }

  private static int number(Matcher tile, String name) {
    return Integer.parseInt(tile.group(name));
  }

  /**
   * Searches the files of one zoom.
   *
   * @param search receives them as matches with the groups x and y
   */
  private static <T> Optional<T> tiles(
      Path folder, String path, int zoom, Function<Stream<Matcher>, Optional<T>> search)
      throws IOException {
    String template = path.replace("{zoom}", Integer.toString(zoom));
    String fixed = template.substring(0, template.indexOf('{'));
    Path start = folder.resolve(fixed.substring(0, fixed.lastIndexOf('/') + 1));
    if (!Files.isDirectory(start)) {
      return Optional.empty();
    }
    StringBuilder regex = new StringBuilder();
    for (String part : template.split("(?=\\{[xy]})|(?<=\\{[xy]})")) {
      regex.append(
          switch (part) {
            case "{x}" -> "(?<x>-?\\d{1,9})";
            case "{y}" -> "(?<y>-?\\d{1,9})";
            default -> Pattern.quote(part);
          });
    }
    Pattern pattern = Pattern.compile(regex.toString());
    int depth = template.split("/").length;
    try (Stream<Path> files = Files.walk(start, depth)) {
      return search.apply(
          files
              .map(file -> pattern.matcher(folder.relativize(file).toString().replace('\\', '/')))
              .filter(Matcher::matches));
    }
  }

  private PyramidLevel level(int zoom) throws IOException {
    Extent numbers = extent.at(zoom - coarsest);
    boolean swapped = !grid.x().direction().isHorizontal();
    Range columns = swapped ? numbers.y() : numbers.x();
    Range rows = swapped ? numbers.x() : numbers.y();
    if (columns.count() > MAX_TILES_ACROSS || rows.count() > MAX_TILES_ACROSS) {
      throw new IOException(
          "zoom %d has %d x %d tiles, at most %d a side are read"
              .formatted(zoom, columns.count(), rows.count(), MAX_TILES_ACROSS));
    }
    double side = Math.scalb(grid.tileSide(), -zoom);
    TileLayout.Axis across = swapped ? grid.y() : grid.x();
    TileLayout.Axis down = swapped ? grid.x() : grid.y();
    double scale = grid.tilePixels() / side;
    return new PyramidLevel(
        zoom,
        across.low(columns.first(), columns.last(), side),
        -down.high(rows.first(), rows.last(), side),
        scale,
        scale,
        columns.count() * grid.tilePixels(),
        rows.count() * grid.tilePixels(),
        grid.tilePixels(),
        grid.tilePixels());
  }

  @Override
  public @Nullable TilePixels read(PyramidLevel level, int column, int row) throws IOException {
    try (InputStream stream =
        Files.newInputStream(InputFiles.requireRegular(file(level, column, row)))) {
      return TileImage.checked(TileImage.decode(stream.readNBytes(TileImage.MAX_BYTES + 1)), level);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private Path file(PyramidLevel level, int column, int row) {
    Extent numbers = extent.at(level.zoom() - coarsest);
    boolean swapped = !grid.x().direction().isHorizontal();
    long x = number(grid.x(), numbers.x(), swapped ? row : column);
    long y = number(grid.y(), numbers.y(), swapped ? column : row);
    return folder.resolve(
        path.replace("{zoom}", Integer.toString(level.zoom()))
            .replace("{x}", Long.toString(x))
            .replace("{y}", Long.toString(y)));
  }

  /** Returns the number of a tile counted from the west or north. */
  private static long number(TileLayout.Axis axis, Range numbers, int index) {
    return axis.direction() == TileLayout.Direction.EAST
            || axis.direction() == TileLayout.Direction.SOUTH
        ? numbers.first() + index
        : numbers.last() - index;
  }

  @Override
  public String describe(PyramidLevel level, int column, int row) {
    return file(level, column, row).toString();
  }

  @Override
  public void close() {}

  /** The numbers of the tiles of one zoom along both axes. */
  private record Extent(Range x, Range y) {
    static Extent of(int x, int y) {
      return new Extent(new Range(x, x), new Range(y, y));
    }

    Extent union(Extent other) {
      return new Extent(x.union(other.x), y.union(other.y));
    }

    /** Returns the tiles of the same ground some zooms further in. */
    Extent at(int further) {
      return new Extent(x.at(further), y.at(further));
    }
  }

  private record Range(long first, long last) {
    Range union(Range other) {
      return new Range(Math.min(first, other.first), Math.max(last, other.last));
    }

    /** At most 30 bits and 60 zooms: saturates, to be refused as too many. */
    Range at(int further) {
      double factor = Math.scalb(1.0, further);
      return new Range((long) (first * factor), (long) ((last + 1) * factor) - 1);
    }

    long count() {
      return last - first + 1;
    }
  }
}
