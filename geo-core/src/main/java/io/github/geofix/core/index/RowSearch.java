package io.github.geofix.core.index;

import io.github.geofix.core.index.EmbeddingIndex.Metric;
import io.github.geofix.core.index.EmbeddingIndex.VectorEncoding;
import io.github.geofix.core.index.EmbeddingSearch.Hit;
import io.github.geofix.core.internal.index.Kernel;
import java.util.Arrays;
import java.util.List;

/** One search of the nearest rows, exact whatever the encoding. */
final class RowSearch {
  private static final int CANDIDATES_PER_HIT = 10;

  private final Kernel kernel;
  private final EmbeddingIndex.Options options;
  private final SegmentList rows;
  private final Scan scan;

  private long bytesReranked;

  RowSearch(
      Kernel kernel,
      EmbeddingIndex.Options options,
      SegmentList rows,
      List<SearchArea> areas,
      int threads) {
    this.kernel = kernel;
    this.options = options;
    this.rows = rows;
    this.scan =
        new Scan(kernel, isSquared(), rows.shape(), rows.deleted(), rows.parts(areas), threads);
  }

  /** Returns the k best rows of each query, which {@link EmbeddingIndex#prepared} returned. */
  List<List<Hit>> run(float[][] queries, int k) {
    boolean rerank = options.encoding() == VectorEncoding.INT8;
    long wanted = rerank ? Math.max(options.rerank(), (long) CANDIDATES_PER_HIT * k) : k;
    TopK[] best = scan.run(queries, (int) Math.min(wanted, Math.max(1, rows.rows())));
    if (rerank) {
      for (int i = 0; i < best.length; i++) {
        bytesReranked += (long) best[i].size() * rows.shape().paddedDimension() * Float.BYTES;
        best[i] = reranked(best[i], queries[i], k);
      }
    }
    return Arrays.stream(best).map(rows::hits).toList();
  }

  private TopK reranked(TopK candidates, float[] query, int k) {
    TopK best = new TopK(Math.min(k, Math.max(1, candidates.size())));
    for (int row : candidates.rows()) {
      best.offer(kernel.score(rows.vector(row), isSquared(), query), row);
    }
    return best;
  }

  private boolean isSquared() {
    return options.metric() == Metric.L2;
  }

  long rowsScanned() {
    return scan.rowsScanned();
  }

  long bytesRead() {
    return scan.bytesRead() + bytesReranked;
  }
}
