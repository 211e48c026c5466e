package io.github.geofix.core.index;

import com.google.common.collect.Lists;
import io.github.geofix.core.TileEncoder;
import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.Frame;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.LatLngBox;
import io.github.geofix.core.geodesy.LocalFrame;
import io.github.geofix.core.index.EmbeddingIndex.VectorEncoding;
import io.github.geofix.core.index.EmbeddingSearch.Hit;
import io.github.geofix.core.internal.tile.MissingImagery;
import io.github.geofix.core.tile.TileSource;
import io.github.geofix.core.tile.TileSource.MapImage;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Index of the map images of a region, searched by photos. Thread-safe; must be closed.
 *
 * <pre>{@code
 * try (TileEncoder encoder = TileEncoder.load(Path.of("models/recombine-base"));
 *     TileIndex index =
 *         TileIndex.builder(encoder, tiles)
 *             .region(LatLngBox.of(48.80, 2.25, 48.92, 2.42))
 *             .zoom(18)
 *             .build()) {
 *   index.save(Path.of("paris.index"));
 *   List<TileHit> hits = index.search(Path.of("street.jpg"), 10);
 * }
 * }</pre>
 *
 * <p>The file is that of an {@link EmbeddingIndex}, with tile addresses as the names of rows.
 * Closing the index does not close the encoder.
 */
public final class TileIndex implements AutoCloseable {

  /** Photos that are encoded together. */
  private static final int PHOTO_BATCH = 32;

  private final EmbeddingIndex rows;
  private final TileEncoder encoder;

  private TileIndex(EmbeddingIndex rows, TileEncoder encoder) {
    this.rows = rows;
    this.encoder = encoder;
  }

  /**
   * Returns an empty builder.
   *
   * @param encoder computes the vectors of map images, and later of photos
   * @param tiles the source of the map images; used by {@link Builder#build} only
   */
  public static Builder builder(TileEncoder encoder, TileSource tiles) {
    return new Builder(encoder, tiles);
  }

  /**
   * Opens a saved index memory-mapped, in time independent of its size.
   *
   * @throws ModelFormatException if its encoder has other weights, or the file is not an index,
   *     damaged, truncated or of another version
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  public static TileIndex open(Path file, TileEncoder encoder) {
    return new TileIndex(EmbeddingIndex.open(file, encoder.digest()), encoder);
  }

  /**
   * Saves the index, replacing an older file only once the new one is complete.
   *
   * @throws java.io.UncheckedIOException if writing fails; an older file is then unchanged
   */
  public void save(Path file) {
    rows.save(file);
  }

  /**
   * Fetches and encodes the map images of a builder and adds them, as {@link Builder#build} does;
   * {@link #save} then keeps them. Tiles that are in this index stay as they are, so that regions
   * may overlap. Its encoder and encoding have to be those of this index.
   *
   * @return how many were added
   */
  public int append(Builder builder) {
    EmbeddingIndex.Builder added = builder.rows(tiles());
    rows.append(added);
    return added.size();
  }

  /** Returns the addresses of the tiles, which have no size in meters as squares do. */
  private Set<String> tiles() {
    Set<String> tiles = new HashSet<>();
    for (int row = 0; row < rows.rows(); row++) {
      if (!rows.isDeleted(row) && rows.payload(row).length == 0) {
        tiles.add(rows.id(row));
      }
    }
    return tiles;
  }

  /** Returns the number of map images. */
  public int size() {
    return rows.size();
  }

  /** Returns the vectors, to search a part of the region, or by a vector; closed with this. */
  public EmbeddingIndex embeddings() {
    return rows;
  }

  /**
   * Finds the map images closest to a photo, best first; equal scores in the order of positions.
   *
   * @param k the number of results; fewer if there are fewer map images
   * @throws IllegalArgumentException if k is less than 1
   * @throws java.io.UncheckedIOException if the file is missing, truncated or not an image
   */
  public List<TileHit> search(Path photo, int k) {
    return hits(encoder.encodePhotos(List.of(photo)).get(0), k);
  }

  /** As {@link #search(Path, int)}, of a photo already decoded and upright. */
  public List<TileHit> search(BufferedImage photo, int k) {
    return hits(encoder.encodeImages(List.of(photo)).get(0), k);
  }

  /** As {@link #search(Path, int)} for each photo, but encoded in batches. */
  public List<List<TileHit>> searchAll(List<Path> photos, int k) {
    List<List<TileHit>> all = new ArrayList<>();
    for (List<Path> batch : Lists.partition(photos, PHOTO_BATCH)) {
      for (float[][] headings : encoder.encodePhotos(batch)) {
        all.add(hits(headings, k));
      }
    }
    return all;
  }

  /** A row's best score, and the heading that has it. */
  private record Match(Hit hit, int heading) {}

  /**
   * Merges the best rows of each heading. That is exact: k rows that beat a row in its best heading
   * beat it in the end.
   *
   * @param headings [S, D]
   */
  private List<TileHit> hits(float[][] headings, int k) {
    List<EmbeddingSearch.Result> found = rows.search(headings, k);
    Map<Integer, Match> best = new HashMap<>();
    for (int s = 0; s < headings.length; s++) {
      for (Hit hit : found.get(s).hits()) {
        Match match = new Match(hit, s);
        best.merge(hit.row(), match, (a, b) -> b.hit.score() > a.hit.score() ? b : a);
      }
    }
    return best.values().stream()
        .sorted(
            Comparator.comparing((Match match) -> -match.hit.score())
                .thenComparing(match -> match.hit.row()))
        .limit(k)
        .map(match -> tileHit(match, headings.length))
        .toList();
  }

  private TileHit tileHit(Match match, int headings) {
    Hit hit = match.hit;
    return new TileHit(
        hit.id(),
        frame(hit),
        hit.score(),
        headings == 1
            ? OptionalDouble.empty()
            : OptionalDouble.of(360.0 * match.heading / headings));
  }

  private Frame frame(Hit hit) {
    byte[] meters = rows.payload(hit.row());
    try {
      return meters.length == Double.BYTES
          ? LocalFrame.of(hit.latLng(), ByteBuffer.wrap(meters).getDouble())
          : Tile.parse(hit.id());
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException(
          "row " + hit.row() + " of the index is no map image: " + e.getMessage(), e);
    }
  }

  /** Frees the memory. Later calls fail with {@link IllegalStateException}. */
  @Override
  public void close() {
    rows.close();
  }

  /**
   * The progress of a {@link Builder}.
   *
   * @param done map images fetched so far
   * @param missing how many of them are not in the index, since there is no imagery
   * @param total map images there are
   */
  public record Progress(long done, long missing, long total) {}

  /** Builder of an index. Not thread-safe. */
  public static final class Builder {
    private final TileEncoder encoder;
    private final TileSource tiles;
    private final List<Row> squares = new ArrayList<>();
    private @Nullable LatLngBox region;
    private int zoom = -1;
    private VectorEncoding encoding = VectorEncoding.FLOAT32;
    private int batchSize = 32;
    private int threads = Runtime.getRuntime().availableProcessors();
    private double maxMissing = MissingImagery.MAX_SHARE;
    private Consumer<Progress> onProgress = progress -> {};

    private Builder(TileEncoder encoder, TileSource tiles) {
      this.encoder = encoder;
      this.tiles = tiles;
    }

    /** Sets the region; all tiles that share some area with it are indexed. */
    public Builder region(LatLngBox region) {
      this.region = region;
      return this;
    }

    /**
     * Sets the zoom of the tiles.
     *
     * @param zoom 0 to {@link Tile#MAX_ZOOM}
     */
    public Builder zoom(int zoom) {
      this.zoom = new Tile(zoom, 0, 0).zoom();
      return this;
    }

    /**
     * Adds a square of meters, north up, as galleries of aerial images have them.
     *
     * @param id its name, which need not be unique
     * @throws IllegalArgumentException if {@link LocalFrame#of} cannot make it
     */
    public Builder square(String id, LatLng center, double sizeMeters) {
      byte[] meters = ByteBuffer.allocate(Double.BYTES).putDouble(sizeMeters).array();
      squares.add(new Row(id, LocalFrame.of(center, sizeMeters), meters));
      return this;
    }

    /** Sets the encoding of the vectors; floats unless set. */
    public Builder encoding(VectorEncoding encoding) {
      this.encoding = encoding;
      return this;
    }

    /** Sets the number of map images per batch; 32 unless set. */
    public Builder batchSize(int batchSize) {
      if (batchSize < 1) {
        throw new IllegalArgumentException("batchSize must be 1 or more: " + batchSize);
      }
      this.batchSize = batchSize;
      return this;
    }

    /** Sets the number of threads that fetch map images; the number of processors unless set. */
    public Builder threads(int threads) {
      if (threads < 1) {
        throw new IllegalArgumentException("threads must be 1 or more: " + threads);
      }
      this.threads = threads;
      return this;
    }

    /**
     * Sets the largest share of map images without imagery; 0.5 unless set. They are left out of
     * the index, because black images cannot be distinguished.
     *
     * @param share 0 to 1
     */
    public Builder maxMissing(double share) {
      if (!(share >= 0 && share <= 1)) {
        throw new IllegalArgumentException("maxMissing must be 0 to 1: " + share);
      }
      this.maxMissing = share;
      return this;
    }

    /** Adds a listener to each batch, called on the thread that calls {@link #build}. */
    public Builder onProgress(Consumer<Progress> listener) {
      onProgress = onProgress.andThen(listener);
      return this;
    }

    /**
     * Fetches and encodes all map images. Holds at most three batches of images in memory, and all
     * vectors twice at the end.
     *
     * @throws IllegalStateException if there is neither a region with a zoom nor a square
     * @throws IllegalArgumentException if the region has more than 2^31 - 1 tiles
     * @throws java.io.UncheckedIOException if the source cannot show an image, or has no imagery
     *     for any of the first images, or for a larger share of all than {@link #maxMissing}
     */
    public TileIndex build() {
      return new TileIndex(rows(Set.of()).build(), encoder);
    }

    /**
     * Returns the rows of all map images but some.
     *
     * @param known the addresses of tiles that are left out
     */
    private EmbeddingIndex.Builder rows(Set<String> known) {
      long total = size();
      if (!known.isEmpty()) {
        total = images().filter(row -> !row.isTileOf(known)).count();
      }
      EmbeddingIndex.Builder rows =
          EmbeddingIndex.builder(
              encoder.dimension(),
              EmbeddingIndex.Options.defaults()
                  .withEncoding(encoding)
                  .withEncoder(encoder.digest()));
      ExecutorService readers = Executors.newFixedThreadPool(threads, Builder::daemon);
      try {
        Iterator<Row> images = images().filter(row -> !row.isTileOf(known)).iterator();
        Queue<Fetched> ahead = new ArrayDeque<>();
        MissingImagery missing = new MissingImagery(maxMissing);
        while (missing.images() < total) {
          while (ahead.size() < 2 * batchSize && images.hasNext()) {
            ahead.add(fetch(images.next(), readers));
          }
          encode(ahead, rows, missing);
          onProgress.accept(new Progress(missing.images(), missing.missing(), total));
        }
        missing.finish();
      } finally {
        readers.shutdownNow();
      }
      return rows;
    }

    private long size() {
      if ((region == null) != (zoom < 0) || (region == null && squares.isEmpty())) {
        throw new IllegalStateException("nothing to index: set region and zoom, or add squares");
      }
      long size = squares.size() + (region == null ? 0 : Tile.coveringCount(region, zoom));
      if (size > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "the region has "
                + size
                + " tiles at zoom "
                + zoom
                + ", an index holds 2^31 - 1: choose a smaller region or zoom");
      }
      return size;
    }

    private Stream<Row> images() {
      return region == null
          ? squares.stream()
          : Stream.concat(Tile.covering(region, zoom).map(Row::of), squares.stream());
    }

    private Fetched fetch(Row row, ExecutorService readers) {
      int pixels = encoder.tilePixels();
      return new Fetched(
          row,
          CompletableFuture.supplyAsync(() -> tiles.mapImage(row.frame, pixels, pixels), readers));
    }

    private void encode(Queue<Fetched> ahead, EmbeddingIndex.Builder rows, MissingImagery missing) {
      List<Row> batch = new ArrayList<>();
      List<BufferedImage> views = new ArrayList<>();
      for (int taken = 0; taken < batchSize && !ahead.isEmpty(); taken++) {
        Fetched next = ahead.remove();
        MapImage image = missing.count(next.join());
        if (!image.isMissing()) {
          batch.add(next.row);
          views.add(image.image());
        }
      }
      List<float[]> vectors = views.isEmpty() ? List.of() : encoder.encodeTiles(views);
      for (int i = 0; i < batch.size(); i++) {
        Row row = batch.get(i);
        rows.add(vectors.get(i), row.frame.center(), row.id, row.meters);
      }
    }

    private static Thread daemon(Runnable work) {
      Thread thread = new Thread(work, "geofix-tiles");
      thread.setDaemon(true);
      return thread;
    }
  }

  /**
   * What becomes a row.
   *
   * @param meters the side length of a square, a big-endian double; empty for a tile
   */
  private record Row(String id, Frame frame, byte[] meters) {
    static Row of(Tile tile) {
      return new Row(tile.toString(), tile, new byte[0]);
    }

    boolean isTileOf(Set<String> known) {
      return meters.length == 0 && known.contains(id);
    }
  }

  /** A map image being fetched. */
  private record Fetched(Row row, CompletableFuture<MapImage> view) {
    MapImage join() {
      try {
        return view.join();
      } catch (CompletionException e) {
        throw e.getCause() instanceof RuntimeException cause ? cause : e;
      }
    }
  }

  /**
   * A map image found for a photo.
   *
   * @param id the address {@code zoom/x/y} of a tile, or the name that a square was added with
   * @param tile the ground it shows: a {@link io.github.geofix.core.cell.Tile} or a {@link
   *     io.github.geofix.core.geodesy.LocalFrame}
   * @param score the cosine of photo and map image, -1 to 1. Not a probability.
   * @param headingDegrees the heading of the photo's center if the map image is right, clockwise
   *     from north; empty if the encoder considers only one heading
   */
  public record TileHit(String id, Frame tile, float score, OptionalDouble headingDegrees) {}
}
