package io.github.geofix.core.index;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.io.AtomicFiles;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Approximate search: follows a graph from row to closer row, so it looks at a few thousand rows
 * instead of all of them, and may miss some of the best. Worth it from some 100,000 rows on, for
 * rows that lie in clusters as those of encoders do; rows spread evenly over all directions have no
 * paths to follow. Thread-safe; must be closed.
 *
 * <p>The graph is JVector's (Subramanya et al., "DiskANN", NeurIPS 2019, with the layers of Malkov
 * and Yashunin, "HNSW", 2018). It is an optional dependency, needed to build and not to search: add
 * {@code io.github.jbellis:jvector}.
 *
 * <p>It is built from an {@link EmbeddingIndex} into a folder: that index, the graph, and the rows
 * rounded to bytes, by which the way is found; the floats choose among the candidates at its end.
 * It cannot be changed. Scores are those of the {@link EmbeddingIndex}, to the last bit. Where it
 * is faster, as in a small region or a small index, rows are searched exactly.
 */
public final class ApproximateIndex extends AreaSearch implements AutoCloseable {

  /**
   * What a graph is built with.
   *
   * @param neighbors how many rows each is linked to, M of HNSW; more find more and take more room
   * @param buildBeam how many candidates are kept while a row is linked, efConstruction of HNSW
   */
  public record Options(int neighbors, int buildBeam) {
    static final int MAX_NEIGHBORS = 512;

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a number is less than 1, or neighbors more than 512
     */
    public Options {
      if (neighbors < 1 || neighbors > MAX_NEIGHBORS) {
        throw new IllegalArgumentException(
            "neighbors must be 1 to " + MAX_NEIGHBORS + ": " + neighbors);
      }
      if (buildBeam < 1) {
        throw new IllegalArgumentException("buildBeam must be 1 or more: " + buildBeam);
      }
    }

    /** Returns 32 neighbors and 200 candidates. */
    public static Options defaults() {
      return new Options(32, 200);
    }

    /** Returns a copy with another number of neighbors. */
    public Options withNeighbors(int neighbors) {
      return new Options(neighbors, buildBeam);
    }

    /** Returns a copy with another number of candidates while building. */
    public Options withBuildBeam(int buildBeam) {
      return new Options(neighbors, buildBeam);
    }
  }

  /** How many candidates a search keeps unless told otherwise. */
  public static final int DEFAULT_BEAM = 100;

  private static final String ROWS_FILE = "rows.index";
  private static final String BYTES_FILE = "rows.bytes";
  private static final String LINKS_FILE = "graph.links";

  /**
   * How many rows are scanned in the time in which a graph leads to one more candidate. Measured:
   * with 100,000 rows and 100 candidates, both ways took as long where 20,000 rows were accepted.
   */
  private static final int SCANNED_PER_CANDIDATE = 40;

  /**
   * How many candidates beyond those asked for are scored by floats: what rounding may displace.
   */
  private static final int RERANKED_BEYOND = 16;

  private final EmbeddingIndex rows;
  private final ByteRows bytes;
  private final LayeredGraph graph;
  private final int beam;

  private ApproximateIndex(EmbeddingIndex rows, ByteRows bytes, LayeredGraph graph, int beam) {
    this.rows = rows;
    this.bytes = bytes;
    this.graph = graph;
    this.beam = beam;
  }

  /** As {@link #build(EmbeddingIndex, Options, Path, IntConsumer)}, in silence. */
  public static void build(EmbeddingIndex rows, Options options, Path folder) {
    build(rows, options, folder, linked -> {});
  }

  /**
   * Builds the graph of an index and saves both. Takes minutes for 100,000 rows, on all processors,
   * and a quarter of the memory of the rows outside the heap.
   *
   * @param folder appears whole or not at all, and replaces an older one
   * @param onLinked told how many rows are in the graph, in no order and from several threads; some
   *     work is left when all are
   * @throws IllegalArgumentException if the metric is the dot product, for which closer rows need
   *     not lead to the closest, or there are no rows
   * @throws IllegalStateException if JVector is not on the class path
   */
  public static void build(
      EmbeddingIndex rows, Options options, Path folder, IntConsumer onLinked) {
    requireJVector();
    if (rows.options().metric() == Metric.DOT) {
      throw new IllegalArgumentException(
          "a graph cannot search by DOT: build the index with COSINE or L2");
    }
    if (rows.rows() == 0) {
      throw new IllegalArgumentException("a graph needs at least one row");
    }
    boolean squared = rows.options().metric() == Metric.L2;
    AtomicFiles.writeFolder(
        folder,
        temporary -> {
          rows.save(temporary.resolve(ROWS_FILE));
          try (ByteRows bytes = ByteRows.of(rows.width(), rows.rows(), rows::vector);
              LayeredGraph graph = GraphBuilder.build(bytes, squared, options, onLinked)) {
            bytes.save(temporary.resolve(BYTES_FILE));
            graph.save(temporary.resolve(LINKS_FILE));
          }
        });
  }

  private static void requireJVector() {
    try {
      Class.forName("io.github.jbellis.jvector.graph.GraphIndexBuilder");
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(
          "building a graph needs JVector on the class path: add io.github.jbellis:jvector:4.0.2",
          e);
    }
  }

  /** Opens a saved graph with {@link #DEFAULT_BEAM} candidates, see {@link #open(Path, int)}. */
  public static ApproximateIndex open(Path folder) {
    return open(folder, DEFAULT_BEAM);
  }

  /**
   * Opens a saved graph and its rows, memory-mapped.
   *
   * @param beam how many candidates a search keeps on each layer, ef of HNSW: more find more and
   *     take longer
   * @throws ModelFormatException if a file is damaged, or they do not belong together
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public static ApproximateIndex open(Path folder, int beam) {
    if (beam < 1) {
      throw new IllegalArgumentException("beam must be 1 or more: " + beam);
    }
    EmbeddingIndex rows = EmbeddingIndex.open(folder.resolve(ROWS_FILE));
    try {
      ByteRows bytes = ByteRows.open(folder.resolve(BYTES_FILE), rows.width(), rows.rows());
      try {
        LayeredGraph graph = LayeredGraph.open(folder.resolve(LINKS_FILE), rows.rows());
        return new ApproximateIndex(rows, bytes, graph, beam);
      } catch (RuntimeException e) {
        bytes.close();
        throw e;
      }
    } catch (RuntimeException e) {
      rows.close();
      throw e;
    }
  }

  /** Returns the exact search of the same rows. Closed with this. */
  public EmbeddingSearch exact() {
    return rows.withThreads(Runtime.getRuntime().availableProcessors());
  }

  /** Returns the bytes that a row was added with; empty if there were none. */
  public byte[] payload(int row) {
    return rows.payload(row);
  }

  @Override
  public int width() {
    return rows.width();
  }

  /** Gives the memory back, after the searches under way have ended. */
  @Override
  public void close() {
    rows.close();
    bytes.close();
    graph.close();
  }

  /** Each query on one thread: following a graph cannot be shared. */
  @Override
  List<SearchResult> search(List<Area> areas, int threads, float[][] queries, int k) {
    long start = System.nanoTime();
    float[][] prepared = rows.prepared(queries, k);
    BitSet accepted = rows.accepted(areas);
    if (isScannedFaster(accepted.cardinality(), Math.max(beam, k))) {
      return rows.search(areas, threads, queries, k);
    }
    return rows.reading(
        () -> {
          Found[] found = new Found[queries.length];
          AtomicInteger next = new AtomicInteger();
          Scan.runOnThreads(
              Math.min(threads, queries.length),
              () -> {
                for (int i = next.getAndIncrement(); i < found.length; i = next.getAndIncrement()) {
                  found[i] = search(prepared[i], k, accepted);
                }
              });
          SearchCost cost =
              new SearchCost(
                  Arrays.stream(found).mapToLong(Found::scored).sum(),
                  Arrays.stream(found).mapToLong(Found::bytesRead).sum(),
                  System.nanoTime() - start);
          return Arrays.stream(found)
              .map(each -> new SearchResult(rows.hits(each.best()), cost))
              .toList();
        });
  }

  private record Found(TopK best, long scored, long bytesRead) {}

  private Found search(float[] query, int k, BitSet accepted) {
    boolean squared = rows.options().metric() == Metric.L2;
    LayeredGraph.Found found =
        graph.search(bytes.scores(query, squared), Math.max(beam, k), accepted::get);
    TopK candidates = found.best();
    while (candidates.size() > k + RERANKED_BEYOND) {
      candidates.removeWorst();
    }
    TopK best = new TopK(k);
    for (int row : candidates.rows()) {
      best.offer(Kernel.best().score(rows.paddedVector(row), squared, query), row);
    }
    return new Found(
        best, found.scored(), (found.scored() + (long) candidates.size() * Float.BYTES) * width());
  }

  /** A graph leads to rows outside the region too, so the more often the smaller that is. */
  private boolean isScannedFaster(int accepted, int candidates) {
    return (double) accepted * accepted
        <= (double) SCANNED_PER_CANDIDATE * candidates * rows.rows();
  }
}
