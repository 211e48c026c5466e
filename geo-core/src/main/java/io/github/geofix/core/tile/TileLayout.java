package io.github.geofix.core.tile;

import io.github.geofix.core.internal.InputFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The file {@code layout.yaml} of tiledwebmaps: how tiles of any map projection are cut and named.
 * Further keys are ignored.
 *
 * @param grid how the projection is cut into tiles; empty for Web Mercator as everywhere ({@code
 *     preset: XYZ})
 * @param path the path of a tile below the folder of the file, with {@code {zoom}}, {@code {x}} and
 *     {@code {y}}
 * @param minZoom the coarsest zoom, may be negative
 * @param maxZoom the finest zoom
 */
record TileLayout(Optional<Grid> grid, String path, int minZoom, int maxZoom) {
  private static final int MAX_BYTES = 1 << 16;
  private static final int MAX_ZOOM = 30;

  /**
   * The tiles of one map projection.
   *
   * @param crs the coordinate system, as {@link MapProjection#of} takes it
   * @param tilePixels the side of a tile in pixels
   * @param tileSide the side of a tile at zoom 0 in units of the coordinate system; half as long at
   *     each finer zoom
   * @param x the axis along which {@code {x}} counts
   * @param y the axis along which {@code {y}} counts
   */
  record Grid(String crs, int tilePixels, double tileSide, Axis x, Axis y) {}

  /**
   * An axis of the tile grid.
   *
   * @param direction where the number of a tile grows
   * @param zero the coordinate of the edge where tile 0 begins
   */
  record Axis(Direction direction, double zero) {

    /** Returns the coordinate of the west or south edge of tiles of the given numbers. */
    double low(long first, long last, double side) {
      return direction.isForward() ? zero + first * side : zero - (last + 1) * side;
    }

    /** Returns the coordinate of the east or north edge of tiles of the given numbers. */
    double high(long first, long last, double side) {
      return direction.isForward() ? zero + (last + 1) * side : zero - first * side;
    }
  }

  /** A direction of the compass. */
  enum Direction {
    EAST,
    WEST,
    NORTH,
    SOUTH;

    /** Returns whether coordinates grow in this direction. */
    boolean isForward() {
      return this == EAST || this == NORTH;
    }

    boolean isHorizontal() {
      return this == EAST || this == WEST;
    }
  }

  /**
   * Reads a layout.
   *
   * @throws IOException if the file cannot be read or is no layout; the message names the key
   * @throws IllegalStateException if the YAML library is missing
   */
  static TileLayout read(Path file) throws IOException {
    Map<?, ?> yaml = parse(file);
    Object preset = yaml.get("preset");
    if (preset != null && !preset.equals("XYZ")) {
      throw new IOException("preset " + preset + ": only XYZ is known");
    }
    Object path = yaml.get("path");
    int minZoom = zoom(yaml, "min_zoom", -MAX_ZOOM);
    int maxZoom = zoom(yaml, "max_zoom", MAX_ZOOM);
    if (minZoom > maxZoom) {
      throw new IOException("min_zoom " + minZoom + " is above max_zoom " + maxZoom);
    }
    return new TileLayout(
        preset == null ? Optional.of(grid(yaml)) : Optional.empty(),
        path == null ? "{zoom}/{x}/{y}.jpg" : checkedPath(path),
        minZoom,
        maxZoom);
  }

  private static Map<?, ?> parse(Path file) throws IOException {
    byte[] bytes;
    try (InputStream stream = Files.newInputStream(InputFiles.find(file))) {
      bytes = stream.readNBytes(MAX_BYTES + 1);
    }
    if (bytes.length > MAX_BYTES) {
      throw new IOException("it has more than " + MAX_BYTES + " bytes");
    }
    Object yaml;
    try {
      LoadSettings settings = LoadSettings.builder().setMaxAliasesForCollections(10).build();
      yaml = new Load(settings).loadFromString(new String(bytes, StandardCharsets.UTF_8));
    } catch (NoClassDefFoundError e) {
      throw new MissingLibraryException(
          "layout.yaml is read by SnakeYAML Engine", "org.snakeyaml:snakeyaml-engine", e);
    } catch (RuntimeException e) {
      String reason = String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
      throw new IOException("it is not YAML: " + reason, e);
    }
    if (yaml instanceof Map<?, ?> map) {
      return map;
    }
    throw new IOException("it has no keys, such as crs or preset");
  }

  private static Grid grid(Map<?, ?> yaml) throws IOException {
    if (!(yaml.get("crs") instanceof String crs)) {
      throw new IOException("crs must name a coordinate system, such as epsg:26985, or preset XYZ");
    }
    double pixels = side(yaml, "tile_shape_px");
    if (pixels != Math.rint(pixels) || pixels > 1 << 16) {
      throw new IOException("tile_shape_px must be a whole number of pixels: " + pixels);
    }
    double[] origin = pair(yaml.get("origin_crs"), "origin_crs", 0);
    double[] size = pair(yaml.get("size_crs"), "size_crs", 0);
    Direction[] axes = axes(yaml.get("tile_axes"));
    return new Grid(
        crs,
        (int) pixels,
        side(yaml, "tile_shape_crs"),
        axis(axes[0], origin, size),
        axis(axes[1], origin, size));
  }

  /** Tiles that count against the coordinates begin at the far end of the area. */
  private static Axis axis(Direction direction, double[] origin, double[] size) {
    int i = direction.isHorizontal() ? 0 : 1;
    return new Axis(direction, direction.isForward() ? origin[i] : origin[i] + size[i]);
  }

  private static Direction[] axes(@Nullable Object given) throws IOException {
    if (given instanceof List<?> names && names.size() == 2) {
      try {
        Direction[] axes = new Direction[2];
        for (int i = 0; i < 2; i++) {
          axes[i] = Direction.valueOf(String.valueOf(names.get(i)).toUpperCase(Locale.ROOT));
        }
        if (axes[0].isHorizontal() != axes[1].isHorizontal()) {
          return axes;
        }
      } catch (IllegalArgumentException e) {
        throw new IOException("tile_axes must be two of east, west, north, south: " + given, e);
      }
    }
    throw new IOException("tile_axes must be one of east, west and one of north, south: " + given);
  }

  /** Returns the side of a square given by two equal numbers. */
  private static double side(Map<?, ?> yaml, String key) throws IOException {
    double[] sides = pair(yaml.get(key), key, Double.NaN);
    boolean valid = sides[0] > 0 && sides[0] == sides[1];
    if (!valid) {
      throw new IOException(key + " must be two equal positive numbers: " + yaml.get(key));
    }
    return sides[0];
  }

  private static double[] pair(@Nullable Object given, String key, double otherwise)
      throws IOException {
    if (given == null) {
      return new double[] {otherwise, otherwise};
    }
    if (given instanceof List<?> list
        && list.size() == 2
        && list.get(0) instanceof Number first
        && list.get(1) instanceof Number second
        && Double.isFinite(first.doubleValue())
        && Double.isFinite(second.doubleValue())) {
      return new double[] {first.doubleValue(), second.doubleValue()};
    }
    throw new IOException(key + " must be two numbers: " + given);
  }

  private static int zoom(Map<?, ?> yaml, String key, int otherwise) throws IOException {
    Object given = yaml.get(key);
    if (given == null) {
      return otherwise;
    }
    if (given instanceof Integer zoom && Math.abs((long) zoom) <= MAX_ZOOM) {
      return zoom;
    }
    throw new IOException(
        "%s must be a whole number of -%d to %d: %s".formatted(key, MAX_ZOOM, MAX_ZOOM, given));
  }

  private static String checkedPath(Object path) throws IOException {
    String template = String.valueOf(path);
    for (String placeholder : List.of("{zoom}", "{x}", "{y}")) {
      if (template.indexOf(placeholder) < 0
          || template.indexOf(placeholder) != template.lastIndexOf(placeholder)) {
        throw new IOException("path must hold " + placeholder + " once: " + template);
      }
    }
    if (template.startsWith("/") || List.of(template.split("[/\\\\]")).contains("..")) {
      throw new IOException("path must stay in the folder of the layout: " + template);
    }
    return template;
  }
}
