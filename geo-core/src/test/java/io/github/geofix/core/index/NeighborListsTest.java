package io.github.geofix.core.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NeighborListsTest {
  private static final int ROWS = 700;

  @SuppressWarnings("NullAway.Init") // set by JUnit
  @TempDir
  Path folder;

  private final float[][] vectors = vectors(ROWS, 1);

  private static float[][] vectors(int rows, long seed) {
    Random random = new Random(seed);
    float[][] vectors = new float[rows][6];
    for (float[] vector : vectors) {
      for (int d = 0; d < vector.length; d++) {
        vector[d] = (float) random.nextGaussian();
      }
    }
    return vectors;
  }

  private static double cosine(float[] a, float[] b, int dimension) {
    double dot = 0;
    double aa = 0;
    double bb = 0;
    for (int d = 0; d < dimension; d++) {
      dot += (double) a[d] * b[d];
      aa += (double) a[d] * a[d];
      bb += (double) b[d] * b[d];
    }
    return dot / Math.sqrt(aa * bb);
  }

  private int[] nearest(float[] query, int self, int count, int dimension) {
    return IntStream.range(0, ROWS)
        .filter(i -> i != self)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -cosine(query, vectors[i], dimension)))
        .limit(count)
        .mapToInt(i -> i)
        .toArray();
  }

  @Test
  void findsTheNearestRowsOfTheSameSetButNotARowItself() throws IOException {
    Path file = folder.resolve("n.npy");
    Embeddings rows = Embeddings.of(vectors);
    NeighborLists.Options options = NeighborLists.Options.defaults().withCount(5).withDimension(4);
    NeighborLists.write(file, rows, rows, options);
    try (NeighborLists lists = NeighborLists.open(file)) {
      assertThat(lists.size()).isEqualTo(ROWS);
      assertThat(lists.count()).isEqualTo(5);
      for (int row = 0; row < ROWS; row += 9) {
        assertThat(lists.of(row, ROWS)).isEqualTo(nearest(vectors[row], row, 5, 4));
      }
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(file);
    }
  }

  @Test
  void refusesANameByWhichTheyCouldNotBeOpened() {
    Embeddings rows = Embeddings.of(vectors);
    Path file = folder.resolve("n.txt");
    assertThatThrownBy(
            () -> NeighborLists.write(file, rows, rows, NeighborLists.Options.defaults()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("neighbors are written as .npy: let the name of " + file + " end so");
    assertThat(file).doesNotExist();
  }

  @Test
  void findsTheNearestRowsOfAnotherSet() {
    Path file = folder.resolve("n.npy");
    float[][] queries = vectors(300, 2);
    NeighborLists.write(
        file,
        Embeddings.of(queries),
        Embeddings.of(vectors),
        NeighborLists.Options.defaults().withCount(3));
    try (NeighborLists lists = NeighborLists.open(file)) {
      assertThat(lists.size()).isEqualTo(300);
      assertThat(lists.of(299, ROWS)).isEqualTo(nearest(queries[299], -1, 3, 6));
    }
  }

  @Test
  void aGraphFindsMostOfThem() throws IOException {
    Path file = folder.resolve("n.npy");
    Embeddings rows = Embeddings.of(vectors);
    NeighborLists.write(
        file, rows, rows, NeighborLists.Options.defaults().withCount(5).withApproximate(true));
    int found = 0;
    try (NeighborLists lists = NeighborLists.open(file)) {
      for (int row = 0; row < ROWS; row++) {
        int[] truth = nearest(vectors[row], row, 5, 6);
        found +=
            (int)
                IntStream.of(lists.of(row, ROWS))
                    .filter(n -> IntStream.of(truth).anyMatch(t -> t == n))
                    .count();
      }
    }
    assertThat(found).isGreaterThan(5 * ROWS * 95 / 100);
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(file);
    }
  }

  @Test
  void readsRowNumbersOf64Bits() {
    Path file = folder.resolve("n.safetensors");
    Safetensors.writer().longs("I", new long[] {1, 2, 0, 3}, 2, 2).write(file);
    try (NeighborLists lists = NeighborLists.open(file)) {
      assertThat(lists.of(1, 4)).containsExactly(0, 3);
      assertThatThrownBy(() -> lists.of(1, 3))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("row 1 has the neighbor 3, of 3 rows");
    }
    Path floats = folder.resolve("floats.safetensors");
    Safetensors.writer().floats("I", new float[4], 2, 2).write(floats);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NeighborLists.open(floats))
        .withMessageContaining("holds no neighbors");
  }

  @Test
  void refusesVectorsThatAreNoRowNumbersAndTooFewRows() {
    Path file = folder.resolve("vectors.npy");
    try (Embeddings.Writer writer = Embeddings.Writer.create(file)) {
      writer.write(new float[] {1, 2});
      writer.commit();
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NeighborLists.open(file))
        .withMessageContaining("int32 or int64");
    Embeddings two = Embeddings.of(new float[][] {{1}, {2}});
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                NeighborLists.write(
                    folder.resolve("n.npy"),
                    two,
                    two,
                    NeighborLists.Options.defaults().withCount(2)))
        .withMessageContaining("2 rows to search, 3 needed");
  }
}
