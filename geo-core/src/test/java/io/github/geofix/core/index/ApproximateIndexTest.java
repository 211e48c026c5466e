package io.github.geofix.core.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingIndex.Metric;
import io.github.geofix.core.index.EmbeddingSearch.Hit;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ApproximateIndexTest {
  private static final int WIDTH = 24;
  private static final ApproximateIndex.Options DEFAULTS = ApproximateIndex.Options.defaults();

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(
      value = Metric.class,
      names = {"COSINE", "L2"})
  void findsNearlyAllThatExactSearchFinds(Metric metric) {
    Random random = new Random(1);
    Path saved = folder.resolve("graph");
    try (EmbeddingIndex exact = rows(metric, 6000, random)) {
      exact.delete(5, 6, 7);
      AtomicInteger most = new AtomicInteger();
      ApproximateIndex.build(
          exact, DEFAULTS, saved, linked -> most.accumulateAndGet(linked, Math::max));
      assertThat(most).hasValue(6000);
      float[][] queries = new float[50][];
      for (int i = 0; i < queries.length; i++) {
        queries[i] = exact.vector(random.nextInt(exact.rows()));
        queries[i][0] += 0.01f;
      }
      queries[0] = exact.vector(5);
      try (ApproximateIndex graph = ApproximateIndex.open(saved, 30)) {
        List<EmbeddingSearch.Result> expected = exact.search(queries, 10);
        List<EmbeddingSearch.Result> found = graph.search(queries, 10);
        int hits = 0;
        for (int i = 0; i < queries.length; i++) {
          List<Hit> right = new ArrayList<>(found.get(i).hits());
          // A hit that is right is equal in all: row, score to the last bit, name and place.
          right.retainAll(expected.get(i).hits());
          hits += right.size();
          assertThat(found.get(i).hits()).hasSize(10).noneMatch(hit -> hit.row() == 5);
        }
        assertThat(hits).isGreaterThan(475);
        assertThat(found.get(0).cost().rowsScanned()).isLessThan(50L * 3000);
        assertThat(graph.search(queries[3], 10).hits())
            .isEqualTo(graph.withThreads(1).search(queries[3], 10).hits());
      }
    }
  }

  @Test
  void searchesARegion() {
    Random random = new Random(2);
    Path saved = folder.resolve("graph");
    LatLng center = new LatLng(10, 20);
    try (EmbeddingIndex exact = rows(Metric.COSINE, 6000, random)) {
      ApproximateIndex.build(exact, DEFAULTS, saved);
      float[] query = exact.vector(77);
      try (ApproximateIndex graph = ApproximateIndex.open(saved, 10)) {
        EmbeddingSearch.Result few = graph.within(center, 1500).search(query, 10);
        assertThat(few.hits())
            .isNotEmpty()
            .isEqualTo(exact.within(center, 1500).search(query, 10).hits());
        assertThat(graph.exact().search(query, 10).hits())
            .isEqualTo(exact.search(query, 10).hits());
        assertThat(graph.payload(few.hits().get(0).row())).isEmpty();
        EmbeddingSearch.Result many = graph.within(center, 9000).search(query, 10);
        assertThat(many.hits())
            .hasSize(10)
            .allMatch(hit -> GreatCircle.distanceKm(center, hit.latLng()) <= 9000);
        assertThat(many.cost().rowsScanned())
            .isLessThan(exact.within(center, 9000).search(query, 10).cost().rowsScanned() / 2);
      }
    }
  }

  @Test
  void buildsGraphsOfFewRows() {
    for (int count = 1; count <= 3; count++) {
      Path saved = folder.resolve("graph of " + count);
      try (EmbeddingIndex exact = rows(Metric.COSINE, count, new Random(6))) {
        ApproximateIndex.build(exact, DEFAULTS, saved);
        try (ApproximateIndex graph = ApproximateIndex.open(saved)) {
          float[] query = exact.vector(0);
          assertThat(graph.search(query, 10).hits())
              .hasSize(count)
              .isEqualTo(exact.search(query, 10).hits());
        }
      }
    }
  }

  @Test
  void refusesWhatAGraphCannotDo() {
    try (EmbeddingIndex dot = rows(Metric.DOT, 5, new Random(3));
        EmbeddingIndex empty =
            EmbeddingIndex.builder(3, EmbeddingIndex.Options.defaults()).build()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> ApproximateIndex.build(dot, DEFAULTS, folder.resolve("a")))
          .withMessageContaining("COSINE or L2");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> ApproximateIndex.build(empty, DEFAULTS, folder.resolve("a")))
          .withMessageContaining("at least one row");
    }
  }

  @Test
  void refusesFilesOfOtherRows() {
    Path saved = folder.resolve("graph");
    try (EmbeddingIndex exact = rows(Metric.L2, 300, new Random(4));
        EmbeddingIndex other = rows(Metric.L2, 299, new Random(4))) {
      ApproximateIndex.build(exact, DEFAULTS, saved);
      other.save(saved.resolve("rows.index"));
    }
    assertThatThrownBy(() -> ApproximateIndex.open(saved, 10))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("299 rows of 24");
  }

  @Test
  void refusesUseAfterClose() {
    Path saved = folder.resolve("graph");
    try (EmbeddingIndex exact = rows(Metric.L2, 50, new Random(5))) {
      ApproximateIndex.build(exact, DEFAULTS, saved);
    }
    ApproximateIndex graph = ApproximateIndex.open(saved, 10);
    graph.close();
    assertThatIllegalStateException().isThrownBy(() -> graph.search(new float[WIDTH], 1));
  }

  @Test
  void namesTheArtifactWhereJVectorIsMissing() throws Exception {
    List<URL> others = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (!entry.contains("jvector")) {
        others.add(Path.of(entry).toUri().toURL());
      }
    }
    try (URLClassLoader loader =
        new URLClassLoader(others.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Class<?> index = loader.loadClass(ApproximateIndex.class.getName());
      Class<?> rows = loader.loadClass(EmbeddingIndex.class.getName());
      Class<?> options = loader.loadClass(ApproximateIndex.Options.class.getName());
      assertThatThrownBy(
              () ->
                  index
                      .getMethod("build", rows, options, Path.class)
                      .invoke(null, null, null, folder))
          .isInstanceOf(InvocationTargetException.class)
          .cause()
          .hasMessageContaining("add io.github.jbellis:jvector");
    }
  }

  /** Rows in clusters, as those of encoders are. */
  private static EmbeddingIndex rows(Metric metric, int count, Random random) {
    EmbeddingIndex.Builder builder =
        EmbeddingIndex.builder(WIDTH, EmbeddingIndex.Options.defaults().withMetric(metric));
    List<float[]> centers =
        random
            .longs(20)
            .mapToObj(seed -> EmbeddingIndexTest.gaussian(WIDTH, new Random(seed)))
            .collect(Collectors.toList());
    for (int i = 0; i < count; i++) {
      float[] vector = EmbeddingIndexTest.gaussian(WIDTH, random);
      float[] center = centers.get(random.nextInt(centers.size()));
      for (int d = 0; d < WIDTH; d++) {
        vector[d] = center[d] + 0.5f * vector[d];
      }
      builder.add(
          vector,
          new LatLng(
              Math.toDegrees(Math.asin(2 * random.nextDouble() - 1)),
              360 * random.nextDouble() - 180),
          "row " + i);
    }
    return builder.build();
  }
}
