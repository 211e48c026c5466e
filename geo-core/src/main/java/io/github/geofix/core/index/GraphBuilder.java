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

/** Builds a {@link LayeredGraph} with JVector, which no other class uses. */
final class GraphBuilder {
  /** The factor by which links may exceed their limit during the build, JVector's default. */
  private static final float OVERFLOW = 1.2f;

  /** Above 1.0 allows longer edges, alpha of DiskANN. */
  private static final float ALPHA = 1.2f;

  private GraphBuilder() {}

  /**
   * Links rows by their quantized vectors, on all processors.
   *
   * @param onLinked called with the number of rows linked so far, in no particular order and from
   *     any thread
   */
  static LayeredGraph build(
      QuantizedVectors rows,
      boolean squared,
      ApproximateIndex.Options options,
      IntConsumer onLinked)
      throws IOException {
    Scores scores = new Scores(rows, squared);
    AtomicInteger linked = new AtomicInteger();
    try (GraphIndexBuilder builder =
        GraphIndexBuilder.builder(scores, rows.dimension(), options.maxConnections())
            .withBeamWidth(options.efConstruction())
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
      return copy(builder.getGraph(), options.maxConnections());
    }
  }

  private static LayeredGraph copy(ImmutableGraphIndex graph, int maxConnections)
      throws IOException {
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
          maxConnections,
          view.entryNode().node,
          (layer, row) -> {
            NodesIterator links = view.getNeighborsIterator(layer, row);
            int[] linked = new int[links.size()];
            Arrays.setAll(linked, i -> links.nextInt());
            return linked;
          });
    }
  }

  /** Adapts scores of quantized vectors to JVector. */
  private record Scores(QuantizedVectors rows, boolean squared) implements BuildScoreProvider {
    @Override
    public boolean isExact() {
      return false;
    }

    @Override
    public VectorFloat<?> approximateCentroid() {
      VectorFloat<?> mean = vts.createFloatVector(rows.dimension());
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

    /** Scales scores to 0 for the farthest and 1 for equal vectors, as JVector does. */
    private SearchScoreProvider scoresOf(float[] vector) {
      QuantizedVectors.Scores scores = rows.scores(vector, squared);
      ScoreFunction.ApproximateScoreFunction similarity =
          squared ? row -> 1 / (1 - scores.of(row)) : row -> Math.max(0, (1 + scores.of(row)) / 2);
      return new DefaultSearchScoreProvider(similarity);
    }
  }
}
