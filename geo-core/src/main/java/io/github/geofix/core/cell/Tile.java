package io.github.geofix.core.cell;

import io.github.geofix.core.geodesy.Frame;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.LatLngBox;
import io.github.geofix.core.internal.geodesy.MercatorFrame;
import io.github.geofix.core.internal.geodesy.WebMercator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A Web Mercator map tile, by its address {@code zoom/x/y}; the world is tile 0/0/0.
 *
 * @param zoom 0 to {@link #MAX_ZOOM}; the world is 2^zoom tiles wide
 * @param x the column, from 0 at the antimeridian, eastward
 * @param y the row, from 0 in the north, southward
 */
public record Tile(int zoom, int x, int y) implements Cell, Frame {

  /** The highest zoom, with tiles 75 mm wide, whose addresses still pack into a long. */
  public static final int MAX_ZOOM = 29;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a value is out of range
   */
  public Tile {
    if (zoom < 0 || zoom > MAX_ZOOM) {
      throw new IllegalArgumentException("zoom must be 0 to " + MAX_ZOOM + ": " + zoom);
    }
    if (x < 0 || y < 0 || x >= 1 << zoom || y >= 1 << zoom) {
      throw new IllegalArgumentException(
          "no tile %d/%d/%d: at zoom %d, x and y run from 0 to %d"
              .formatted(zoom, x, y, zoom, (1 << zoom) - 1));
    }
  }

  /** Returns the tile that contains a position; beyond the square world the nearest one. */
  public static Tile of(LatLng place, int zoom) {
    int count = new Tile(zoom, 0, 0).count();
    return new Tile(
        zoom,
        clamp(WebMercator.x(place.longitude()) * count, count),
        clamp(WebMercator.y(place.latitude()) * count, count));
  }

  /**
   * Parses {@code zoom/x/y}.
   *
   * @throws IllegalArgumentException if the text is not an address
   */
  public static Tile parse(String address) {
    String[] parts = address.split("/", -1);
    try {
      if (parts.length == 3) {
        return new Tile(
            Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a tile zoom/x/y: " + address, e);
    }
    throw new IllegalArgumentException("not a tile zoom/x/y: " + address);
  }

  /**
   * Returns the tiles that share some area with a box, row by row from the north-west. Lazy, since
   * a box may have billions.
   */
  public static Stream<Tile> covering(LatLngBox box, int zoom) {
    Cover cover = Cover.of(box, zoom);
    int count = 1 << zoom;
    return IntStream.range(cover.top, cover.top + cover.rows)
        .boxed()
        .flatMap(
            y ->
                IntStream.range(cover.left, cover.left + cover.columns)
                    .mapToObj(x -> new Tile(zoom, Math.floorMod(x, count), y)));
  }

  /** Returns the number of tiles of {@link #covering}, without making them. */
  public static long coveringCount(LatLngBox box, int zoom) {
    Cover cover = Cover.of(box, zoom);
    return (long) cover.rows * cover.columns;
  }

  /** The rows and columns of a box; columns continue beyond the antimeridian. */
  private record Cover(int top, int rows, int left, int columns) {
    static Cover of(LatLngBox box, int zoom) {
      int count = new Tile(zoom, 0, 0).count();
      int top = clamp(WebMercator.y(box.north()) * count, count);
      int bottom = clamp(Math.ceil(WebMercator.y(box.south()) * count) - 1, count);
      double west = WebMercator.x(box.west()) * count;
      int left = (int) Math.floor(west);
      int right = (int) Math.ceil(west + box.widthDegrees() / 360 * count) - 1;
      int columns = Math.min(count, Math.max(1, right - left + 1));
      return new Cover(top, Math.max(1, bottom - top + 1), left, columns);
    }
  }

  /** Returns the box around the tile. */
  public LatLngBox bounds() {
    LatLng northWest = at(0, 0);
    LatLng southEast = at(1, 1);
    return new LatLngBox(
        southEast.latitude(), northWest.longitude(), northWest.latitude(), southEast.longitude());
  }

  /**
   * Returns the tile one zoom out.
   *
   * @throws IllegalStateException if this is the world
   */
  public Tile parent() {
    if (zoom == 0) {
      throw new IllegalStateException("tile 0/0/0 has no parent");
    }
    return new Tile(zoom - 1, x / 2, y / 2);
  }

  /** Returns the four tiles one zoom in: north-west, north-east, south-west, south-east. */
  public List<Tile> children() {
    return List.of(
        new Tile(zoom + 1, 2 * x, 2 * y),
        new Tile(zoom + 1, 2 * x + 1, 2 * y),
        new Tile(zoom + 1, 2 * x, 2 * y + 1),
        new Tile(zoom + 1, 2 * x + 1, 2 * y + 1));
  }

  /** Returns the square of the Mercator world. */
  public Frame frame() {
    return new MercatorFrame((double) x / count(), (double) y / count(), 1.0 / count());
  }

  @Override
  public LatLng at(double u, double v) {
    return frame().at(u, v);
  }

  @Override
  public LatLng center() {
    return frame().center();
  }

  @Override
  public List<LatLng> outline() {
    return ZoomGrid.outline(frame());
  }

  @Override
  public double radiusKm() {
    return ZoomGrid.radiusKm(frame());
  }

  /** Returns {@code zoom/x/y}. */
  @Override
  public String toString() {
    return zoom + "/" + x + "/" + y;
  }

  private int count() {
    return 1 << zoom;
  }

  private static int clamp(double value, int count) {
    return (int) Math.max(0, Math.min(count - 1, Math.floor(value)));
  }
}
