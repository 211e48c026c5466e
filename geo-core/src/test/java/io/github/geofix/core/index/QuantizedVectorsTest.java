package io.github.geofix.core.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.format.ModelFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class QuantizedVectorsTest {
  private static final int WIDTH = 70;
  private static final int ROWS = 50;

  @TempDir private Path folder;

  @Test
  void scoresWhatTheRoundedRowsScore() {
    float[][] rows = rows(new Random(1));
    float[] query = EmbeddingIndexTest.gaussian(WIDTH, new Random(2));
    Path file = folder.resolve("bytes");
    try (QuantizedVectors built = QuantizedVectors.of(WIDTH, ROWS, row -> rows[row])) {
      built.save(file);
    }
    try (QuantizedVectors bytes = QuantizedVectors.open(file, WIDTH, ROWS)) {
      QuantizedVectors.Scores products = bytes.scores(query, false);
      QuantizedVectors.Scores squares = bytes.scores(query, true);
      for (int row = 0; row < ROWS; row++) {
        float[] rounded = bytes.vector(row);
        double product = 0;
        double queryNorm = 0;
        double rowNorm = 0;
        float step = ScalarQuantizer.of(rows[row]).scale();
        for (int d = 0; d < WIDTH; d++) {
          assertThat(rounded[d]).isCloseTo(rows[row][d], within(0.5001f * step));
          product += (double) rounded[d] * query[d];
          queryNorm += (double) query[d] * query[d];
          rowNorm += (double) rows[row][d] * rows[row][d];
        }
        assertThat((double) products.of(row)).isCloseTo(product, within(1e-4));
        assertThat((double) squares.of(row))
            .isCloseTo(Math.min(0, 2 * product - queryNorm - rowNorm), within(1e-3));
      }
    }
  }

  @Test
  void scoresRowsOfZeros() {
    try (QuantizedVectors bytes = QuantizedVectors.of(WIDTH, 1, row -> new float[WIDTH])) {
      assertThat(bytes.scores(new float[WIDTH], false).of(0)).isZero();
      assertThat(bytes.scores(new float[WIDTH], true).of(0)).isZero();
      assertThat(bytes.vector(0)).containsOnly(0);
    }
  }

  @Test
  void refusesFilesThatAreNotOfTheRows() throws IOException {
    float[][] rows = rows(new Random(3));
    Path file = folder.resolve("bytes");
    try (QuantizedVectors bytes = QuantizedVectors.of(WIDTH, ROWS, row -> rows[row])) {
      bytes.save(file);
    }
    refuses(file, WIDTH + 1, ROWS);
    refuses(file, WIDTH, ROWS - 1);
    byte[] good = Files.readAllBytes(file);
    byte[] damaged = good.clone();
    damaged[8]++;
    Files.write(file, damaged);
    refuses(file, WIDTH, ROWS);
    for (int length : new int[] {0, 10, 20, 4096, good.length - 1}) {
      Files.write(file, Arrays.copyOf(good, length));
      refuses(file, WIDTH, ROWS);
    }
    assertThatThrownBy(() -> QuantizedVectors.open(folder.resolve("none"), WIDTH, ROWS))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("no such file");
  }

  private static void refuses(Path file, int dimension, int rows) {
    assertThatThrownBy(() -> QuantizedVectors.open(file, dimension, rows))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(rows + " rows of " + dimension);
  }

  private static float[][] rows(Random random) {
    float[][] rows = new float[ROWS][];
    for (int row = 0; row < ROWS; row++) {
      rows[row] = EmbeddingIndexTest.gaussian(WIDTH, random);
    }
    return rows;
  }
}
