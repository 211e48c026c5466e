package io.github.geofix.core.index;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.index.EmbeddingIndex.Metric;
import io.github.geofix.core.index.EmbeddingSearch.SearchCost;
import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.core.internal.index.Kernel;
import io.github.geofix.core.internal.index.Parallel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Approximate nearest-neighbor search with an HNSW graph: visits a few thousand rows instead of all
 * of them, and may miss some of the best. Worth it above about 100,000 rows whose vectors form
 * clusters, as embeddings do; a graph of uniformly distributed vectors has low recall. Thread-safe;
 * must be closed.
 *
 * <p>JVector builds the graph (Subramanya et al., "DiskANN", NeurIPS 2019, with the layers of
 * Malkov and Yashunin, "HNSW", 2018). It is an optional dependency, required for building and not
 * for searching: add {@code io.github.jbellis:jvector}.
 *
 * <p>A folder contains the {@link EmbeddingIndex} it was built from, the graph, and quantized
 * vectors for its traversal; the floats rank the candidates. It is immutable. Scores equal those of
 * the {@link EmbeddingIndex} bit for bit. Small regions and small indexes are searched exactly,
 * where that is faster.
 */
public final class ApproximateIndex extends AreaSearch implements AutoCloseable {

  /**
   * Options of building a graph.
   *
   * @param maxConnections the most links per row, M of HNSW, 1 to 512; more improve recall and take
   *     more memory
   * @param efConstruction the candidates considered when a row is linked
   */
  public record Options(int maxConnections, int efConstruction) {
    static final int MAX_CONNECTIONS = 512;

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a number is less than 1, or maxConnections more than 512
     */
    public Options {
      if (maxConnections < 1 || maxConnections > MAX_CONNECTIONS) {
        throw new IllegalArgumentException(
            "maxConnections must be 1 to " + MAX_CONNECTIONS + ": " + maxConnections);
      }
      if (efConstruction < 1) {
        throw new IllegalArgumentException("efConstruction must be 1 or more: " + efConstruction);
      }
    }

    /** Returns 32 connections and 200 candidates. */
    public static Options defaults() {
      return new Options(32, 200);
    }
  }

  /** The number of candidates of a search unless set. */
  public static final int DEFAULT_EF_SEARCH = 100;

  private static final String ROWS_FILE = "rows.index";
  private static final String BYTES_FILE = "rows.bytes";
  private static final String LINKS_FILE = "graph.links";

  /**
   * The rows scanned in the time that a graph search takes per candidate. With 100,000 rows and 100
   * candidates, both searches took equally long at 20,000 accepted rows.
   */
  private static final int SCANNED_PER_CANDIDATE = 40;

  /** How many more candidates than results are scored by floats, to undo quantization errors. */
  private static final int RERANKED_BEYOND = 16;

  private final EmbeddingIndex rows;
  private final QuantizedVectors quantized;
  private final LayeredGraph graph;
  private final int efSearch;

  private ApproximateIndex(
      EmbeddingIndex rows, QuantizedVectors quantized, LayeredGraph graph, int efSearch) {
    this.rows = rows;
    this.quantized = quantized;
    this.graph = graph;
    this.efSearch = efSearch;
  }

  /** As {@link #build(EmbeddingIndex, Options, Path, IntConsumer)}, without progress. */
  public static void build(EmbeddingIndex rows, Options options, Path folder) {
    build(rows, options, folder, linked -> {});
  }

  /**
   * Builds the graph of an index and saves both. Uses all processors, and a quarter of the memory
   * of the rows outside the heap.
   *
   * @param folder written atomically, replacing an older one
   * @param onLinked called with the number of rows linked so far, in no particular order and from
   *     several threads; some work remains after the last
   * @throws IllegalArgumentException if the metric is the dot product, which is not a distance, or
   *     there are no rows
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
          try (QuantizedVectors quantized =
                  QuantizedVectors.of(rows.dimension(), rows.rows(), rows::vector);
              LayeredGraph graph = GraphBuilder.build(quantized, squared, options, onLinked)) {
            quantized.save(temporary.resolve(BYTES_FILE));
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

  /** Opens a saved graph with {@link #DEFAULT_EF_SEARCH} candidates. */
  public static ApproximateIndex open(Path folder) {
    return open(folder, DEFAULT_EF_SEARCH);
  }

  /**
   * Opens a saved graph and its rows, memory-mapped.
   *
   * @param efSearch the candidates kept on each layer: more improve recall and take longer
   * @throws ModelFormatException if a file is damaged, or they do not belong together
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public static ApproximateIndex open(Path folder, int efSearch) {
    if (efSearch < 1) {
      throw new IllegalArgumentException("efSearch must be 1 or more: " + efSearch);
    }
    EmbeddingIndex rows = EmbeddingIndex.open(folder.resolve(ROWS_FILE));
    try {
      QuantizedVectors quantized =
          QuantizedVectors.open(folder.resolve(BYTES_FILE), rows.dimension(), rows.rows());
      try {
        LayeredGraph graph = LayeredGraph.open(folder.resolve(LINKS_FILE), rows.rows());
        return new ApproximateIndex(rows, quantized, graph, efSearch);
      } catch (RuntimeException e) {
        quantized.close();
        throw e;
      }
    } catch (RuntimeException e) {
      rows.close();
      throw e;
    }
  }

  /** Returns an exact search over the same rows, valid until this index is closed. */
  public EmbeddingSearch exact() {
    return rows.withThreads(Runtime.getRuntime().availableProcessors());
  }

  /** Returns the rows, to read and not to change; closed with this index. */
  public EmbeddingIndex rows() {
    return rows;
  }

  /** Returns the bytes that a row was added with; empty if there were none. */
  public byte[] payload(int row) {
    return rows.payload(row);
  }

  @Override
  public int dimension() {
    return rows.dimension();
  }

  /** Frees the memory once the running searches have ended. */
  @Override
  public void close() {
    rows.close();
    quantized.close();
    graph.close();
  }

  /** Runs each query on one thread, since a graph traversal is sequential. */
  @Override
  List<EmbeddingSearch.Result> search(
      List<SearchArea> areas, int threads, float[][] queries, int k) {
    long start = System.nanoTime();
    float[][] prepared = rows.prepared(queries, k);
    BitSet accepted = rows.accepted(areas);
    if (isScannedFaster(accepted.cardinality(), Math.max(efSearch, k))) {
      return rows.search(areas, threads, queries, k);
    }
    return rows.reading(
        () -> {
          Outcome[] found = new Outcome[queries.length];
          AtomicInteger next = new AtomicInteger();
          Parallel.run(
              Math.min(threads, queries.length),
              () -> {
                for (int i = next.getAndIncrement(); i < found.length; i = next.getAndIncrement()) {
                  found[i] = search(prepared[i], k, accepted);
                }
              });
          SearchCost cost =
              new SearchCost(
                  Arrays.stream(found).mapToLong(Outcome::scored).sum(),
                  Arrays.stream(found).mapToLong(Outcome::bytesRead).sum(),
                  System.nanoTime() - start);
          return Arrays.stream(found)
              .map(each -> new EmbeddingSearch.Result(rows.hits(each.best()), cost))
              .toList();
        });
  }

  private record Outcome(TopK best, long scored, long bytesRead) {}

  private Outcome search(float[] query, int k, BitSet accepted) {
    boolean squared = rows.options().metric() == Metric.L2;
    GraphResult found =
        graph.search(quantized.scores(query, squared), Math.max(efSearch, k), accepted::get);
    TopK candidates = found.best();
    while (candidates.size() > k + RERANKED_BEYOND) {
      candidates.removeWorst();
    }
    TopK best = new TopK(k);
    for (int row : candidates.rows()) {
      best.offer(Kernel.best().score(rows.paddedVector(row), squared, query), row);
    }
    return new Outcome(
        best,
        found.scored(),
        (found.scored() + (long) candidates.size() * Float.BYTES) * dimension());
  }

  /** The smaller a region, the more of the rows that a graph visits are outside of it. */
  private boolean isScannedFaster(int accepted, int candidates) {
    return (double) accepted * accepted
        <= (double) SCANNED_PER_CANDIDATE * candidates * rows.rows();
  }
}
