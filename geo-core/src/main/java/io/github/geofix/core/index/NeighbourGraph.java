package io.github.geofix.core.index;

import io.github.geofix.core.ModelFormatException;
import io.github.jbellis.jvector.disk.MappedChunkReader;
import io.github.jbellis.jvector.disk.ReaderSupplier;
import io.github.jbellis.jvector.disk.ReaderSupplierFactory;
import io.github.jbellis.jvector.graph.GraphIndexBuilder;
import io.github.jbellis.jvector.graph.GraphSearcher;
import io.github.jbellis.jvector.graph.ImmutableGraphIndex;
import io.github.jbellis.jvector.graph.RandomAccessVectorValues;
import io.github.jbellis.jvector.graph.disk.OnDiskGraphIndex;
import io.github.jbellis.jvector.graph.similarity.BuildScoreProvider;
import io.github.jbellis.jvector.graph.similarity.DefaultSearchScoreProvider;
import io.github.jbellis.jvector.graph.similarity.ScoreFunction;
import io.github.jbellis.jvector.graph.similarity.SearchScoreProvider;
import io.github.jbellis.jvector.util.Bits;
import io.github.jbellis.jvector.vector.VectorUtil;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import io.github.jbellis.jvector.vector.types.VectorTypeSupport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The one class that knows JVector: a mapped graph whose nodes are the rows of an index. The way
 * along it is found by rows of bytes; what a search returns is chosen by the floats.
 */
final class NeighbourGraph implements AutoCloseable {
  private static final String GRAPH_FILE = "graph.jvector";
  private static final String BYTES_FILE = "graph.bytes";

  /** How far a node's links may exceed their number while the graph grows. JVector's own choice. */
  private static final float OVERFLOW = 1.2f;

  /** How much longer a detour may be before a link is kept beside it, alpha of DiskANN. */
  private static final float ALPHA = 1.2f;

  /**
   * What one search found.
   *
   * @param visited how many rows of bytes were read
   * @param reranked how many rows of floats were read
   */
  record Found(TopK best, long visited, long reranked) {}

  private final OnDiskGraphIndex graph;
  private final ReaderSupplier file;
  private final ByteRows bytes;
  private final Kernel kernel;
  private final boolean squared;

  /** Idle searchers; each serves one thread at a time and keeps large scratch memory. */
  private final Queue<GraphSearcher> searchers = new ConcurrentLinkedQueue<>();

  private NeighbourGraph(
      OnDiskGraphIndex graph, ReaderSupplier file, ByteRows bytes, Kernel kernel, boolean squared) {
    this.graph = graph;
    this.file = file;
    this.bytes = bytes;
    this.kernel = kernel;
    this.squared = squared;
  }

  /** Writes the graph of rows into a folder. */
  static void build(EmbeddingIndex rows, ApproximateIndex.Options options, Path folder)
      throws IOException {
    boolean squared = rows.options().metric() == Metric.L2;
    RandomAccessVectorValues floats = new Floats(rows);
    try (ByteRows bytes = ByteRows.of(rows.width(), rows.rows(), rows::vector, Kernel.best());
        GraphIndexBuilder builder =
            GraphIndexBuilder.builder(
                    new RoundedScores(bytes, floats, squared), rows.width(), options.neighbours())
                .withBeamWidth(options.buildBeam())
                .withNeighborOverflow(OVERFLOW)
                .withAlpha(ALPHA)
                .build()) {
      OnDiskGraphIndex.write(builder.build(floats), floats, folder.resolve(GRAPH_FILE));
      bytes.save(folder.resolve(BYTES_FILE));
    }
  }

  static NeighbourGraph open(Path folder, EmbeddingIndex rows) {
    Path path = folder.resolve(GRAPH_FILE);
    if (!Files.isReadable(path)) {
      throw new UncheckedIOException(new IOException("no such file: " + path));
    }
    try {
      ReaderSupplier file = reader(path);
      try {
        OnDiskGraphIndex graph = load(path, file);
        check(path, graph, rows);
        Kernel kernel = Kernel.best();
        ByteRows bytes =
            ByteRows.open(folder.resolve(BYTES_FILE), rows.width(), rows.rows(), kernel);
        return new NeighbourGraph(graph, file, bytes, kernel, rows.options().metric() == Metric.L2);
      } catch (RuntimeException e) {
        file.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path + ": " + e.getMessage(), e);
    }
  }

  /** Below Java 22 JVector's factory takes the same reader, but warns twice for each graph. */
  private static ReaderSupplier reader(Path path) throws IOException {
    return Runtime.version().feature() < 22
        ? new MappedChunkReader.Supplier(path)
        : ReaderSupplierFactory.open(path);
  }

  private static OnDiskGraphIndex load(Path path, ReaderSupplier file) {
    try {
      return OnDiskGraphIndex.load(file);
    } catch (RuntimeException e) {
      throw new ModelFormatException(
          "cannot open the graph " + path + ": it is damaged or of another version", e);
    }
  }

  private static void check(Path path, OnDiskGraphIndex graph, EmbeddingIndex rows) {
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
  }

  private static VectorTypeSupport vectors() {
    return VectorizationProvider.getInstance().getVectorTypeSupport();
  }

  /**
   * Finds rows.
   *
   * @param query [W]
   */
  Found search(float[] query, int k, int beam, BitSet accepted) {
    GraphSearcher idle = searchers.poll();
    GraphSearcher searcher = idle == null ? new GraphSearcher(graph) : idle;
    CountedScores scores = new CountedScores(similarity(bytes, query, squared));
    int[] candidates = candidates(searcher, scores, Math.max(k, beam), accepted);
    OnDiskGraphIndex.View view = (OnDiskGraphIndex.View) searcher.getView();
    TopK best = new TopK(k);
    for (int row : candidates) {
      float[] vector = Arrays.copyOf(numbers(view.getVector(row)), query.length);
      best.offer(kernel.score(vector, squared, query), row);
    }
    searchers.add(searcher);
    return new Found(best, scores.count, candidates.length);
  }

  /**
   * Follows the graph down to its last layer. JVector's own search enters each layer by one row
   * alone; where rows lie in clusters, that is too often the wrong cluster.
   */
  private static int[] candidates(
      GraphSearcher searcher, ScoreFunction score, int beam, BitSet accepted) {
    SearchScoreProvider scores = new DefaultSearchScoreProvider(score);
    ImmutableGraphIndex.NodeAtLevel entry = searcher.getView().entryNode();
    searcher.initializeInternal(scores, entry, Bits.ALL);
    for (int layer = entry.level; layer > 0; layer--) {
      searcher.searchOneLayer(scores, beam, 0, layer, Bits.ALL);
      searcher.setEntryPointsFromPreviousLayer();
    }
    searcher.searchOneLayer(scores, beam, 0, 0, accepted::get);
    int[] candidates = searcher.approximateResults().nodesCopy();
    searcher.approximateResults().clear();
    return candidates;
  }

  /** Scores of one search, on one thread. */
  private static final class CountedScores implements ScoreFunction.ApproximateScoreFunction {
    private final ScoreFunction scores;
    private long count;

    CountedScores(ScoreFunction scores) {
      this.scores = scores;
    }

    @Override
    public float similarityTo(int row) {
      count++;
      return scores.similarityTo(row);
    }
  }

  /** What JVector calls similarity: as its own functions, from 0 for the farthest to 1. */
  private static ScoreFunction.ApproximateScoreFunction similarity(
      ByteRows bytes, float[] vector, boolean squared) {
    ByteRows.Scores scores = bytes.scores(vector, squared);
    return squared ? row -> 1 / (1 - scores.of(row)) : row -> Math.max(0, (1 + scores.of(row)) / 2);
  }

  private static float[] numbers(VectorFloat<?> vector) {
    float[] numbers = new float[vector.length()];
    for (int d = 0; d < numbers.length; d++) {
      numbers[d] = vector.get(d);
    }
    return numbers;
  }

  /** The rows of an index as JVector takes them. */
  private record Floats(EmbeddingIndex rows) implements RandomAccessVectorValues {
    @Override
    public int size() {
      return rows.rows();
    }

    @Override
    public int dimension() {
      return rows.width();
    }

    @Override
    public VectorFloat<?> getVector(int row) {
      return vectors().createFloatVector(rows.vector(row));
    }

    @Override
    public boolean isValueShared() {
      return false;
    }

    @Override
    public RandomAccessVectorValues copy() {
      return this;
    }
  }

  /** What a graph is built by: bytes are near enough to know which rows are neighbours. */
  private record RoundedScores(ByteRows bytes, RandomAccessVectorValues floats, boolean squared)
      implements BuildScoreProvider {
    @Override
    public boolean isExact() {
      return false;
    }

    @Override
    public VectorFloat<?> approximateCentroid() {
      VectorFloat<?> sum = vectors().createFloatVector(floats.dimension());
      for (int row = 0; row < floats.size(); row++) {
        VectorUtil.addInPlace(sum, floats.getVector(row));
      }
      VectorUtil.scale(sum, 1f / floats.size());
      return sum;
    }

    @Override
    public SearchScoreProvider searchProviderFor(VectorFloat<?> vector) {
      return new DefaultSearchScoreProvider(similarity(bytes, numbers(vector), squared));
    }

    @Override
    public SearchScoreProvider searchProviderFor(int row) {
      return new DefaultSearchScoreProvider(similarity(bytes, bytes.vector(row), squared));
    }

    @Override
    public SearchScoreProvider diversityProviderFor(int row) {
      return searchProviderFor(row);
    }
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
      bytes.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the graph: " + e.getMessage(), e);
    }
  }
}
