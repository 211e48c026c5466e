package io.github.geofix.core.index;

import io.github.jbellis.jvector.graph.GraphIndexBuilder;
import io.github.jbellis.jvector.graph.ImmutableGraphIndex;
import io.github.jbellis.jvector.graph.NodesIterator;
import io.github.jbellis.jvector.graph.similarity.BuildScoreProvider;
import io.github.jbellis.jvector.graph.similarity.DefaultSearchScoreProvider;
import io.github.jbellis.jvector.graph.similarity.ScoreFunction;
import io.github.jbellis.jvector.graph.similarity.SearchScoreProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Finds out which rows are neighbors. The one class that knows JVector, which does it. */
final class GraphBuilder {
  /** How far a node's links may exceed their number while the graph grows. JVector's own choice. */
  private static final float OVERFLOW = 1.2f;

  /** How much longer a detour may be before a link is kept beside it, alpha of DiskANN. */
  private static final float ALPHA = 1.2f;

  private GraphBuilder() {}

  /**
   * Links rows by their bytes, which are near enough to know neighbors, on all processors.
   *
   * @param onLinked told how many rows are linked, in no order and from any thread
   */
  static LayeredGraph build(
      ByteRows rows, boolean squared, ApproximateIndex.Options options, IntConsumer onLinked)
      throws IOException {
    Scores scores = new Scores(rows, squared);
    AtomicInteger linked = new AtomicInteger();
    try (GraphIndexBuilder builder =
        GraphIndexBuilder.builder(scores, rows.width(), options.neighbors())
            .withBeamWidth(options.buildBeam())
            .withNeighborOverflow(OVERFLOW)
            .withAlpha(ALPHA)
            .build()) {
      IntStream.range(0, rows.size())
          .parallel()
          .forEach(
              row -> {
                builder.addGraphNode(row, scores.searchProviderFor(row));
                onLinked.accept(linked.incrementAndGet());
              });
      builder.cleanup();
      return copy(builder.getGraph(), options.neighbors());
    }
  }

  private static LayeredGraph copy(ImmutableGraphIndex graph, int neighbors) throws IOException {
    try (ImmutableGraphIndex.View view = graph.getView()) {
      int top = view.entryNode().level;
      int[][] rows = new int[top + 1][];
      for (int layer = 0; layer <= top; layer++) {
        NodesIterator nodes = graph.getNodes(layer);
        rows[layer] = new int[nodes.size()];
        for (int i = 0; i < rows[layer].length; i++) {
          rows[layer][i] = nodes.nextInt();
        }
        Arrays.sort(rows[layer]);
      }
      return LayeredGraph.of(
          rows,
          neighbors,
          view.entryNode().node,
          (layer, row) -> {
            NodesIterator links = view.getNeighborsIterator(layer, row);
            int[] linked = new int[links.size()];
            Arrays.setAll(linked, i -> links.nextInt());
            return linked;
          });
    }
  }

  /** The scores of rows of bytes as JVector takes them. */
  private record Scores(ByteRows rows, boolean squared) implements BuildScoreProvider {
    @Override
    public boolean isExact() {
      return false;
    }

    @Override
    public VectorFloat<?> approximateCentroid() {
      VectorFloat<?> mean = vts.createFloatVector(rows.width());
      for (int row = 0; row < rows.size(); row++) {
        float[] vector = rows.vector(row);
        for (int d = 0; d < mean.length(); d++) {
          mean.set(d, mean.get(d) + vector[d] / rows.size());
        }
      }
      return mean;
    }

    @Override
    public SearchScoreProvider searchProviderFor(VectorFloat<?> vector) {
      float[] numbers = new float[vector.length()];
      for (int d = 0; d < numbers.length; d++) {
        numbers[d] = vector.get(d);
      }
      return scoresOf(numbers);
    }

    @Override
    public SearchScoreProvider searchProviderFor(int row) {
      return scoresOf(rows.vector(row));
    }

    @Override
    public SearchScoreProvider diversityProviderFor(int row) {
      return searchProviderFor(row);
    }

    /** From 0 for the farthest to 1, as JVector's own. */
    private SearchScoreProvider scoresOf(float[] vector) {
      ByteRows.Scores scores = rows.scores(vector, squared);
      ScoreFunction.ApproximateScoreFunction similarity =
          squared ? row -> 1 / (1 - scores.of(row)) : row -> Math.max(0, (1 + scores.of(row)) / 2);
      return new DefaultSearchScoreProvider(similarity);
    }
  }
}
