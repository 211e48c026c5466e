package io.github.geofix.core.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingIndex.VectorEncoding;
import io.github.geofix.core.index.EmbeddingSearch.Hit;
import io.github.geofix.core.partition.Region;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every kind of search promises. */
final class EmbeddingSearchContractTest {
  private static final int DIMENSION = 24;
  private static final int ROWS = 600;
  private static final LatLng CENTER = new LatLng(46, 8);

  /** A kind of search over the same rows. */
  private enum Kind {
    FLOATS {
      @Override
      EmbeddingSearch open(Path folder) {
        return builder(VectorEncoding.FLOAT32).build();
      }
    },
    BYTES {
      @Override
      EmbeddingSearch open(Path folder) {
        return builder(VectorEncoding.INT8).build();
      }
    },
    MAPPED {
      @Override
      EmbeddingSearch open(Path folder) {
        try (EmbeddingIndex index = builder(VectorEncoding.FLOAT32).build()) {
          index.save(folder.resolve("saved.index"));
        }
        return EmbeddingIndex.open(folder.resolve("saved.index"));
      }
    },
    APPENDED {
      @Override
      EmbeddingSearch open(Path folder) {
        EmbeddingIndex index = rows(VectorEncoding.FLOAT32, 0, 250).build();
        assertThat(index.append(rows(VectorEncoding.FLOAT32, 250, ROWS))).isEqualTo(250);
        return index;
      }
    },
    GRAPH {
      @Override
      EmbeddingSearch open(Path folder) {
        try (EmbeddingIndex index = builder(VectorEncoding.FLOAT32).build()) {
          ApproximateIndex.build(
              index, ApproximateIndex.Options.defaults(), folder.resolve("graph"));
        }
        // Wide enough to reach every row.
        return ApproximateIndex.open(folder.resolve("graph"), ROWS);
      }
    },
    THREADS {
      @Override
      EmbeddingSearch open(Path folder) {
        return builder(VectorEncoding.FLOAT32).build().withThreads(1);
      }
    };

    abstract EmbeddingSearch open(Path folder);
  }

  private final Path folder;

  EmbeddingSearchContractTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private record Row(String id, float[] vector, LatLng latLng) {}

  private static List<Row> rows() {
    Random random = new Random(1);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      LatLng position =
          new LatLng(
              CENTER.latitude() + 3 * random.nextGaussian(),
              CENTER.longitude() + 3 * random.nextGaussian());
      rows.add(new Row("row " + i, vector(random), position));
    }
    return rows;
  }

  private static float[] vector(Random random) {
    float[] vector = new float[DIMENSION];
    double squares = 0;
    for (int d = 0; d < DIMENSION; d++) {
      vector[d] = (float) random.nextGaussian();
      squares += vector[d] * vector[d];
    }
    for (int d = 0; d < DIMENSION; d++) {
      vector[d] /= (float) Math.sqrt(squares);
    }
    return vector;
  }

  private static EmbeddingIndex.Builder builder(VectorEncoding encoding) {
    return rows(encoding, 0, ROWS);
  }

  private static EmbeddingIndex.Builder rows(VectorEncoding encoding, int from, int to) {
    EmbeddingIndex.Builder builder =
        EmbeddingIndex.builder(DIMENSION, EmbeddingIndex.Options.defaults().withEncoding(encoding));
    rows().subList(from, to).forEach(row -> builder.add(row.vector(), row.latLng(), row.id()));
    return builder;
  }

  private interface Check {
    void run(EmbeddingSearch search);
  }

  private void with(Kind kind, Check check) {
    EmbeddingSearch search = kind.open(folder);
    try {
      check.run(search);
    } finally {
      close(search);
    }
  }

  private static void close(EmbeddingSearch search) {
    if (search instanceof EmbeddingIndex index) {
      index.close();
    } else if (search instanceof ApproximateIndex index) {
      index.close();
    }
  }

  private static List<String> ids(EmbeddingSearch.Result result) {
    return result.hits().stream().map(Hit::id).toList();
  }

  /** The definition. */
  private static List<String> closest(List<Row> rows, float[] query, int k) {
    return rows.stream()
        .sorted(Comparator.comparingDouble(row -> -cosine(row.vector(), query)))
        .limit(k)
        .map(Row::id)
        .toList();
  }

  private static double cosine(float[] a, float[] b) {
    double sum = 0;
    for (int d = 0; d < DIMENSION; d++) {
      sum += a[d] * (double) b[d];
    }
    return sum;
  }

  @ParameterizedTest
  @EnumSource
  void findsTheClosestRowsBestFirst(Kind kind) {
    with(
        kind,
        search -> {
          assertThat(search.dimension()).isEqualTo(DIMENSION);
          for (int seed = 2; seed < 8; seed++) {
            float[] query = vector(new Random(seed));
            EmbeddingSearch.Result result = search.search(query, 7);
            assertThat(ids(result)).isEqualTo(closest(rows(), query, 7));
            assertThat(result.hits())
                .isSortedAccordingTo(Comparator.comparingDouble(hit -> -hit.score()));
            for (Hit hit : result.hits()) {
              Row row = rows().get(Integer.parseInt(hit.id().substring(4)));
              assertThat(hit.latLng()).isEqualTo(row.latLng());
              assertThat((double) hit.score()).isCloseTo(cosine(row.vector(), query), tolerance());
            }
          }
        });
  }

  private static Offset<Double> tolerance() {
    return Offset.offset(1e-5);
  }

  @ParameterizedTest
  @EnumSource
  void aBatchFindsWhatItsQueriesFind(Kind kind) {
    with(
        kind,
        search -> {
          float[][] queries = new float[5][];
          for (int i = 0; i < queries.length; i++) {
            queries[i] = vector(new Random(20 + i));
          }
          List<EmbeddingSearch.Result> results = search.search(queries, 4);
          assertThat(results).hasSize(5);
          for (int i = 0; i < queries.length; i++) {
            assertThat(results.get(i).hits()).isEqualTo(search.search(queries[i], 4).hits());
          }
          assertThat(search.search(new float[0][], 4)).isEmpty();
        });
  }

  @ParameterizedTest
  @EnumSource
  void areasRestrictAndIntersect(Kind kind) {
    with(
        kind,
        search -> {
          float[] query = vector(new Random(30));
          List<Row> near =
              rows().stream()
                  .filter(row -> GreatCircle.distanceKm(row.latLng(), CENTER) <= 250)
                  .toList();
          EmbeddingSearch within = search.within(CENTER, 250);
          assertThat(ids(within.search(query, 9))).isEqualTo(closest(near, query, 9));
          List<Row> both =
              near.stream()
                  .filter(row -> row.latLng().latitude() >= 46 && row.latLng().longitude() <= 8)
                  .toList();
          assertThat(ids(within.withinBox(46, -180, 90, 8).search(query, ROWS)))
              .isEqualTo(closest(both, query, ROWS));
          Region region = Region.around(CENTER, 100);
          List<Row> inside = rows().stream().filter(row -> region.contains(row.latLng())).toList();
          assertThat(ids(search.within(region).search(query, 5)))
              .isEqualTo(closest(inside, query, 5));
          assertThat(search.within(new LatLng(-60, -120), 10).search(query, 5).hits()).isEmpty();
        });
  }

  @ParameterizedTest
  @EnumSource
  void findsFewerWhereThereAreFewer(Kind kind) {
    with(
        kind,
        search -> {
          assertThat(search.search(vector(new Random(40)), ROWS + 50).hits()).hasSize(ROWS);
          EmbeddingSearch few = search.within(rows().get(3).latLng(), 0.001);
          assertThat(ids(few.search(vector(new Random(41)), 5))).containsExactly("row 3");
        });
  }

  @ParameterizedTest
  @EnumSource
  void refusesWhatCannotBe(Kind kind) {
    with(
        kind,
        search -> {
          float[] query = vector(new Random(50));
          assertThatIllegalArgumentException().isThrownBy(() -> search.search(query, 0));
          assertThatIllegalArgumentException()
              .isThrownBy(() -> search.search(new float[DIMENSION + 1], 3))
              .withMessageContaining("the index has rows of " + DIMENSION);
          assertThatIllegalArgumentException()
              .isThrownBy(() -> search.search(new float[DIMENSION], 3))
              .withMessageContaining("is zero");
          float[] nan = query.clone();
          nan[5] = Float.NaN;
          assertThatIllegalArgumentException()
              .isThrownBy(() -> search.search(nan, 3))
              .withMessageContaining("contains NaN at 5");
          assertThatIllegalArgumentException().isThrownBy(() -> search.within(CENTER, -1));
          assertThatIllegalArgumentException().isThrownBy(() -> search.withinBox(2, 0, 1, 5));
          assertThatIllegalArgumentException().isThrownBy(() -> search.withThreads(0));
        });
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "THREADS")
  void aClosedIndexRefusesToSearch(Kind kind) {
    EmbeddingSearch search = kind.open(folder);
    EmbeddingSearch view = search.within(CENTER, 100);
    close(search);
    float[] query = vector(new Random(60));
    assertThatIllegalStateException().isThrownBy(() -> search.search(query, 3));
    assertThatIllegalStateException().isThrownBy(() -> view.search(query, 3));
  }
}
