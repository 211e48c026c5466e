package io.github.geofix.core.tile;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.util.concurrent.UncheckedExecutionException;
import io.github.geofix.core.geodesy.Frame;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.tile.TileSource.MapImage;
import io.github.geofix.core.tile.TileSource.MissingTiles;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;

/**
 * An image pyramid: pixel grids of growing resolution in one projection, read tile by tile, and
 * their resampling.
 *
 * <p>A view uses one level. Each of its pixels is the mean over its footprint: as many evenly
 * spaced bilinear samples as the footprint is level pixels wide and high.
 */
final class Pyramid implements TileSource {

  /** A view is rendered in squares of this side, so that a wide one does not flush the cache. */
  private static final int BLOCK = 64;

  /** Smaller weights and sizes result from rounding, and must not touch another tile. */
  private static final double ROUNDING = 1e-6;

  /** The most samples across a pixel, a bound for fine images without overviews. */
  private static final int MAX_SAMPLES = 64;

  /** The cache entry of a missing tile; the only one of width 0. */
  private static final TilePixels MISSING = new TilePixels(0, 0, new int[0]);

  private final Projection projection;
  private final List<PyramidLevel> levels;
  private final TileReader reader;
  private final MissingTiles missingTiles;
  private final String attribution;
  private final Cache<Long, TilePixels> cache;
  private volatile boolean closed;

  /**
   * @param levels from coarse to fine, 1 to 32
   */
  Pyramid(
      Projection projection,
      List<PyramidLevel> levels,
      TileReader reader,
      TileSource.Options options,
      String ownAttribution) {
    this.projection = projection;
    this.levels = List.copyOf(levels);
    this.reader = reader;
    this.missingTiles = options.missingTiles();
    this.attribution = options.attribution().isEmpty() ? ownAttribution : options.attribution();
    this.cache =
        CacheBuilder.newBuilder()
            .concurrencyLevel(1) // the bound is shared out among segments: one wastes none
            .maximumWeight(options.cacheBytes())
            .weigher((Long key, TilePixels tile) -> tile.bytes())
            .build();
  }

  @Override
  public String attribution() {
    return attribution;
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    cache.invalidateAll();
    try {
      reader.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the tile source: " + e.getMessage(), e);
    }
  }

  @Override
  public MapImage mapImage(Frame frame, int width, int height) {
    if (width < 1 || height < 1 || (long) width * height > MAX_VIEW_PIXELS) {
      throw new IllegalArgumentException(
          "a view of %d x %d pixels: each side must be 1 or more, their product at most %d"
              .formatted(width, height, MAX_VIEW_PIXELS));
    }
    if (closed) {
      throw new IllegalStateException("the tile source is closed");
    }
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    int[] rgb = ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
    Sampler sampler = new Sampler(frame, width, height, levelFor(frame, width, height));
    for (int top = 0; top < height; top += BLOCK) {
      for (int left = 0; left < width; left += BLOCK) {
        sampler.fill(rgb, left, top, Math.min(left + BLOCK, width), Math.min(top + BLOCK, height));
      }
    }
    return new MapImage(image, Math.min(1, sampler.covered / ((double) width * height)));
  }

  /**
   * The coarsest level whose pixels are no larger than the view's, over at least three quarters of
   * the view; the finest if none is.
   */
  private int levelFor(Frame frame, int width, int height) {
    int last = levels.size() - 1;
    PyramidLevel finest = levels.get(last);
    int probes = 8;
    double[] sizes = new double[probes * probes];
    double[] at = new double[2];
    double[] right = new double[2];
    double[] below = new double[2];
    for (int i = 0; i < sizes.length; i++) {
      double u = (i % probes + 0.5) / probes;
      int row = i / probes;
      double v = (row + 0.5) / probes;
      project(frame, u, v, at);
      project(frame, u + 0.5 / width, v, right);
      project(frame, u, v + 0.5 / height, below);
      sizes[i] = 2 * Math.min(pixels(finest, at, right), pixels(finest, at, below));
    }
    Arrays.sort(sizes);
    double footprint = sizes[sizes.length / 4] * (1 + ROUNDING);
    for (int i = 0; i < last; i++) {
      if (footprint >= finest.scaleX() / levels.get(i).scaleX()) {
        return i;
      }
    }
    return last;
  }

  private void project(Frame frame, double u, double v, double[] xy) {
    LatLng place = frame.at(u, v);
    projection.project(place.latitude(), place.longitude(), xy);
  }

  /** The distance between two near positions in pixels of a level, along the longer axis. */
  private double pixels(PyramidLevel level, double[] a, double[] b) {
    return Math.max(
        Math.abs(step(a[0], b[0])) * level.scaleX(), Math.abs(b[1] - a[1]) * level.scaleY());
  }

  /** The way from x to another x, the short way round. */
  private double step(double from, double to) {
    double step = to - from;
    return projection.isPeriodic() ? step - Math.rint(step) : step;
  }

  private TilePixels tile(int index, int column, int row) {
    PyramidLevel level = levels.get(index);
    // 30 bits for the column, as degrees have two tiles side by side at zoom 0.
    long key = ((long) index << 59) | ((long) column << 29) | row;
    try {
      return cache.get(
          key,
          () -> {
            TilePixels tile = reader.read(level, column, row);
            return tile == null ? MISSING : tile;
          });
    } catch (ExecutionException | UncheckedExecutionException e) {
      if (closed) {
        throw new IllegalStateException("the tile source was closed during a view", e);
      }
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      throw new UncheckedIOException(
          "cannot read tile %s: %s"
              .formatted(reader.describe(level, column, row), cause.getMessage()),
          cause instanceof IOException io ? io : new IOException(cause));
    }
  }

  /** Computes the pixels of one view, on one thread. */
  private final class Sampler {
    private final Frame frame;
    private final int width;
    private final int height;
    private final int level;
    private final double[] xy = new double[2];

    private double red;
    private double green;
    private double blue;

    /** The pixels with imagery so far, parts of pixels included. */
    private double covered;

    // The tile of the latest sample: the next one nearly always falls on it too.
    private TilePixels tile = MISSING;
    private int tileLevel = -1;
    private long tileLeft;
    private long tileTop;

    Sampler(Frame frame, int width, int height, int level) {
      this.frame = frame;
      this.width = width;
      this.height = height;
      this.level = level;
    }

    void fill(int[] rgb, int left, int top, int right, int bottom) {
      int corners = right - left + 1;
      double[] x = new double[corners * (bottom - top + 1)];
      double[] y = new double[x.length];
      for (int i = 0; i < x.length; i++) {
        project(
            frame,
            (double) (left + i % corners) / width,
            (double) (top + Math.floorDiv(i, corners)) / height,
            xy);
        x[i] = xy[0];
        y[i] = xy[1];
      }
      for (int row = top; row < bottom; row++) {
        for (int column = left; column < right; column++) {
          int a = (row - top) * corners + column - left;
          int b = a + corners;
          double acrossX = (step(x[a], x[a + 1]) + step(x[b], x[b + 1])) / 2;
          double acrossY = (y[a + 1] - y[a] + y[b + 1] - y[b]) / 2;
          double downX = (step(x[a], x[b]) + step(x[a + 1], x[b + 1])) / 2;
          double downY = (y[b] - y[a] + y[b + 1] - y[a + 1]) / 2;
          project(frame, (column + 0.5) / width, (row + 0.5) / height, xy);
          rgb[row * width + column] = mean(xy[0], xy[1], acrossX, acrossY, downX, downY);
        }
      }
    }

    /** The mean over the parallelogram around (x, y) with the given sides. */
    private int mean(
        double x, double y, double acrossX, double acrossY, double downX, double downY) {
      PyramidLevel grid = levels.get(level);
      int across = samples(grid, acrossX, acrossY);
      int down = samples(grid, downX, downY);
      red = 0;
      green = 0;
      blue = 0;
      double weight = 1.0 / ((double) across * down);
      for (int j = 0; j < down; j++) {
        double v = (j + 0.5) / down - 0.5;
        for (int i = 0; i < across; i++) {
          double u = (i + 0.5) / across - 0.5;
          sample(level, x + u * acrossX + v * downX, y + u * acrossY + v * downY, weight);
        }
      }
      return ((int) (red + 0.5) << 16) | ((int) (green + 0.5) << 8) | (int) (blue + 0.5);
    }

    private int samples(PyramidLevel grid, double stepX, double stepY) {
      double pixels = Math.max(Math.abs(stepX) * grid.scaleX(), Math.abs(stepY) * grid.scaleY());
      return Math.max(1, (int) Math.min(MAX_SAMPLES, Math.ceil(pixels * (1 - ROUNDING))));
    }

    /** Adds the color at a position, between the four nearest pixels; nothing outside the grid. */
    private void sample(int index, double x, double y, double weight) {
      PyramidLevel grid = levels.get(index);
      double px = (x - grid.originX()) * grid.scaleX();
      double py = (y - grid.originY()) * grid.scaleY();
      if (projection.isPeriodic()) {
        px -= Math.floor(px / grid.scaleX()) * grid.scaleX();
      }
      // Written so that NaN, too, is outside.
      if (!(px >= 0 && px <= grid.width() && py >= 0 && py <= grid.height())) {
        return;
      }
      double left = Math.floor(px - 0.5);
      double top = Math.floor(py - 0.5);
      double right = px - 0.5 - left;
      double below = py - 0.5 - top;
      tap(index, (long) left, (long) top, weight * (1 - right) * (1 - below));
      tap(index, (long) left + 1, (long) top, weight * right * (1 - below));
      tap(index, (long) left, (long) top + 1, weight * (1 - right) * below);
      tap(index, (long) left + 1, (long) top + 1, weight * right * below);
    }

    private void tap(int index, long px, long py, double weight) {
      if (weight < ROUNDING) {
        return;
      }
      PyramidLevel grid = levels.get(index);
      boolean fullCircle = projection.isPeriodic() && grid.width() > grid.scaleX() - 0.5;
      long column =
          fullCircle
              ? Math.floorMod(px, grid.width())
              : Math.max(0, Math.min(grid.width() - 1, px));
      long row = Math.max(0, Math.min(grid.height() - 1, py));
      long inTileX = column - tileLeft;
      long inTileY = row - tileTop;
      if (index != tileLevel
          || inTileX < 0
          || inTileY < 0
          || inTileX >= grid.tileWidth()
          || inTileY >= grid.tileHeight()) {
        int tileColumn = (int) (column / grid.tileWidth());
        int tileRow = (int) (row / grid.tileHeight());
        tile = tile(index, tileColumn, tileRow);
        tileLevel = index;
        tileLeft = (long) tileColumn * grid.tileWidth();
        tileTop = (long) tileRow * grid.tileHeight();
        inTileX = column - tileLeft;
        inTileY = row - tileTop;
      }
      if (tile.width() == 0) {
        missing(index, column, row, weight);
        return;
      }
      int rgb = tile.rgb((int) inTileX, (int) inTileY);
      red += weight * ((rgb >> 16) & 0xff);
      green += weight * ((rgb >> 8) & 0xff);
      blue += weight * (rgb & 0xff);
      covered += weight;
    }

    private void missing(int index, long column, long row, double weight) {
      PyramidLevel grid = levels.get(index);
      if (missingTiles == MissingTiles.REPORT) {
        String where =
            reader.describe(
                grid, (int) (column / grid.tileWidth()), (int) (row / grid.tileHeight()));
        throw new UncheckedIOException(
            new IOException(
                "tile " + where + " is missing; MissingTiles.FILL_FROM_PARENT would fill it in"));
      }
      if (index > 0) {
        sample(
            index - 1,
            (column + 0.5) / grid.scaleX() + grid.originX(),
            (row + 0.5) / grid.scaleY() + grid.originY(),
            weight);
      }
    }
  }
}
