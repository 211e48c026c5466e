package io.github.geofix.core.index;

import io.github.geofix.core.ModelFormatException;
import io.github.jbellis.jvector.disk.ReaderSupplier;
import io.github.jbellis.jvector.disk.ReaderSupplierFactory;
import io.github.jbellis.jvector.graph.GraphIndexBuilder;
import io.github.jbellis.jvector.graph.GraphSearcher;
import io.github.jbellis.jvector.graph.ImmutableGraphIndex;
import io.github.jbellis.jvector.graph.ListRandomAccessVectorValues;
import io.github.jbellis.jvector.graph.RandomAccessVectorValues;
import io.github.jbellis.jvector.graph.SearchResult;
import io.github.jbellis.jvector.graph.disk.OnDiskGraphIndex;
import io.github.jbellis.jvector.graph.similarity.BuildScoreProvider;
import io.github.jbellis.jvector.graph.similarity.DefaultSearchScoreProvider;
import io.github.jbellis.jvector.vector.VectorSimilarityFunction;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import io.github.jbellis.jvector.vector.types.VectorTypeSupport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The one class that knows JVector: a mapped graph whose nodes are the rows of an index. */
final class NeighbourGraph implements AutoCloseable {
  /** How far a node's links may exceed their number while the graph grows. JVector's own choice. */
  private static final float OVERFLOW = 1.2f;

  /** How much longer a detour may be before a link is kept beside it, alpha of DiskANN. */
  private static final float ALPHA = 1.2f;

  /** What one search found. */
  record Found(TopK best, long visited) {}

  private final OnDiskGraphIndex graph;
  private final ReaderSupplier file;
  private final Kernel kernel;
  private final boolean squared;

  /** Idle searchers; each serves one thread at a time and keeps large scratch memory. */
  private final Queue<GraphSearcher> searchers = new ConcurrentLinkedQueue<>();

  private NeighbourGraph(
      OnDiskGraphIndex graph, ReaderSupplier file, Kernel kernel, boolean squared) {
    this.graph = graph;
    this.file = file;
    this.kernel = kernel;
    this.squared = squared;
  }

  static void build(EmbeddingIndex rows, ApproximateIndex.Options options, Path file)
      throws IOException {
    List<VectorFloat<?>> vectors = new ArrayList<>();
    for (int row = 0; row < rows.rows(); row++) {
      vectors.add(vectors().createFloatVector(rows.vector(row)));
    }
    RandomAccessVectorValues values = new ListRandomAccessVectorValues(vectors, rows.width());
    BuildScoreProvider scores =
        BuildScoreProvider.randomAccessScoreProvider(
            values, similarity(rows.options().metric() == Metric.L2));
    try (GraphIndexBuilder builder =
        GraphIndexBuilder.builder(scores, rows.width(), options.neighbours())
            .withBeamWidth(options.buildBeam())
            .withNeighborOverflow(OVERFLOW)
            .withAlpha(ALPHA)
            .build()) {
      OnDiskGraphIndex.write(builder.build(values), values, file);
    }
  }

  static NeighbourGraph open(Path path, EmbeddingIndex rows) {
    if (!Files.isReadable(path)) {
      throw new UncheckedIOException(new IOException("no such file: " + path));
    }
    try {
      ReaderSupplier file = ReaderSupplierFactory.open(path);
      try {
        return open(path, file, rows);
      } catch (RuntimeException e) {
        file.close();
        throw e instanceof ModelFormatException
            ? e
            : new ModelFormatException(
                "cannot open the graph " + path + ": it is damaged or of another version", e);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path + ": " + e.getMessage(), e);
    }
  }

  private static NeighbourGraph open(Path path, ReaderSupplier file, EmbeddingIndex rows) {
    OnDiskGraphIndex graph = OnDiskGraphIndex.load(file);
    if (graph.getDimension() != rows.width() || graph.size(0) != rows.rows()) {
      throw new ModelFormatException(
          "cannot open the graph "
              + path
              + ": it is of "
              + graph.size(0)
              + " rows of "
              + graph.getDimension()
              + ", the index beside it has "
              + rows.rows()
              + " of "
              + rows.width());
    }
    return new NeighbourGraph(graph, file, Kernel.best(), rows.options().metric() == Metric.L2);
  }

  private static VectorTypeSupport vectors() {
    return VectorizationProvider.getInstance().getVectorTypeSupport();
  }

  /** Rows are normalised for the cosine, so their dot product is it. */
  private static VectorSimilarityFunction similarity(boolean squared) {
    return squared ? VectorSimilarityFunction.EUCLIDEAN : VectorSimilarityFunction.DOT_PRODUCT;
  }

  /**
   * Finds rows.
   *
   * @param query [W]
   */
  Found search(float[] query, int k, int beam, BitSet accepted) {
    GraphSearcher idle = searchers.poll();
    GraphSearcher searcher = idle == null ? new GraphSearcher(graph) : idle;
    int wanted = Math.min(k, accepted.cardinality());
    ImmutableGraphIndex.ScoringView view = (ImmutableGraphIndex.ScoringView) searcher.getView();
    VectorFloat<?> point = vectors().createFloatVector(Arrays.copyOf(query, graph.getDimension()));
    SearchResult found =
        searcher.search(
            new DefaultSearchScoreProvider(view.rerankerFor(point, similarity(squared))),
            wanted,
            Math.max(wanted, beam),
            0,
            0,
            accepted::get);
    TopK best = new TopK(Math.max(1, wanted));
    float[] row = new float[query.length];
    for (SearchResult.NodeScore node : found.getNodes()) {
      VectorFloat<?> vector = ((OnDiskGraphIndex.View) view).getVector(node.node);
      for (int d = 0; d < vector.length(); d++) {
        row[d] = vector.get(d);
      }
      best.offer(kernel.score(row, squared, query), node.node);
    }
    long visited = found.getVisitedCount();
    searchers.add(searcher);
    return new Found(best, visited);
  }

  @Override
  public void close() {
    try {
      for (GraphSearcher searcher = searchers.poll();
          searcher != null;
          searcher = searchers.poll()) {
        searcher.close();
      }
      graph.close();
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the graph: " + e.getMessage(), e);
    }
  }
}
