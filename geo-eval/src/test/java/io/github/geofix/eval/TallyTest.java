package io.github.geofix.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.index.Embeddings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TallyTest {

  @Test
  void aSumDoesNotDependOnOrderOrParts() {
    double[] terms = {1e100, 1, -1e100, 1e-300, 0.1, 0.2, 1e16, 1, -1e16};
    List<Double> shuffled = new ArrayList<>(Arrays.stream(terms).boxed().toList());
    for (int round = 0; round < 20; round++) {
      Collections.shuffle(shuffled, new Random(round));
      ExactSum first = new ExactSum();
      ExactSum second = new ExactSum();
      for (int i = 0; i < shuffled.size(); i++) {
        (i % 2 == 0 ? first : second).add(shuffled.get(i));
      }
      first.add(second);
      assertThat(first.value()).isEqualTo(2.3);
    }
    assertThat(new ExactSum().value()).isZero();
  }

  @Test
  void talliesOfPartsHaveTheFiguresOfOneReport() {
    double[] km = new Random(1).doubles(10_001, 0, 20_000).map(x -> x * x / 20_000).toArray();
    DistanceReport report =
        new DistanceReport(DistanceErrors.ofKm(km), DistanceReport.STANDARD_KM, List.of());
    double[] sorted = km.clone();
    Arrays.sort(sorted);
    DistanceReport.Tally all = new DistanceReport.Tally(DistanceReport.STANDARD_KM);
    for (int part = 6; part >= 0; part--) {
      DistanceReport.Tally tally = new DistanceReport.Tally(DistanceReport.STANDARD_KM);
      for (int i = part; i < km.length; i += 7) {
        tally.add(km[i]);
      }
      all.merge(tally);
    }
    assertThat(all.ranks()).hasSizeBetween(6, 12).isSorted();
    assertThat(all.summary(rank -> sorted[(int) rank])).isEqualTo(report.summary());
    assertThatThrownBy(() -> all.merge(new DistanceReport.Tally(List.of(1.0))))
        .hasMessageContaining("cannot be merged");
    assertThatThrownBy(() -> all.add(-1)).hasMessageContaining("must be 0 to");
  }

  @Test
  void ranksOfBlocksHaveTheFiguresOfOneReport() {
    Random random = new Random(2);
    float[][] gallery = vectors(300, random);
    float[][] queries = vectors(40, random);
    gallery[299] = gallery[3].clone();
    queries[3] = gallery[3].clone();
    List<int[]> positives = IntStream.range(0, 40).mapToObj(q -> new int[] {q, q + 40}).toList();
    for (RetrievalEvaluator.Ties ties : RetrievalEvaluator.Ties.values()) {
      RetrievalEvaluator evaluator = RetrievalEvaluator.recallAt(1, 5, 1000).withTies(ties);
      RetrievalReport report =
          evaluator.evaluate(Embeddings.of(queries), Embeddings.of(gallery), Matches.of(positives));
      float[] best = new float[40];
      int[] ranks = new int[40];
      for (int q = 0; q < 40; q++) {
        best[q] = Float.NEGATIVE_INFINITY;
        for (int row : positives.get(q)) {
          best[q] = Math.max(best[q], evaluator.score(queries[q], gallery[row]));
        }
        float[][] own =
            IntStream.of(positives.get(q)).mapToObj(r -> gallery[r]).toArray(float[][]::new);
        ranks[q] = -above(evaluator, queries[q], own, best[q]);
        assertThat(above(evaluator, queries[q], own, Float.POSITIVE_INFINITY)).isZero();
      }
      RetrievalReport.Tally tally = evaluator.tally(300);
      for (int block = 0; block < 3; block++) {
        int[] above =
            evaluator.countAbove(
                Embeddings.of(queries),
                Embeddings.of(Arrays.copyOfRange(gallery, 100 * block, 100 * block + 100)),
                best);
        IntStream.range(0, 40).forEach(q -> ranks[q] += above[q]);
      }
      RetrievalReport.Tally other = evaluator.tally(300);
      for (int q = 0; q < 40; q++) {
        assertThat(ranks[q]).isEqualTo(report.rank(q));
        (q % 3 == 0 ? tally : other).add(ranks[q]);
      }
      tally.merge(other);
      assertThat(tally.summary()).isEqualTo(report.summary());
    }
  }

  private static int above(
      RetrievalEvaluator evaluator, float[] query, float[][] rows, float best) {
    return evaluator
        .countAbove(Embeddings.of(new float[][] {query}), Embeddings.of(rows), new float[] {best})[
        0];
  }

  private static float[][] vectors(int count, Random random) {
    float[][] vectors = new float[count][12];
    for (float[] vector : vectors) {
      for (int d = 0; d < vector.length; d++) {
        vector[d] = (float) random.nextGaussian();
      }
    }
    return vectors;
  }
}
