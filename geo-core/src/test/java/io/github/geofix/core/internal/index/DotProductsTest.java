package io.github.geofix.core.internal.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class DotProductsTest {

  static Stream<Arguments> kernelsAndShapes() {
    int[][] shapes = {{1, 1}, {3, 5}, {4, 16}, {7, 100}, {5000, 128}, {1001, 301}};
    return Stream.of(shapes)
        .flatMap(shape -> Kernels.stream().map(k -> Arguments.of(k, shape[0], shape[1])));
  }

  @ParameterizedTest
  @MethodSource("kernelsAndShapes")
  void areTheSumsOfProducts(Kernel kernel, int count, int dimension) {
    Random random = new Random(count);
    int before = 12;
    ByteBuffer rows =
        ByteBuffer.allocateDirect(before + Float.BYTES * count * dimension)
            .order(ByteOrder.LITTLE_ENDIAN)
            .position(before);
    float[] vector = gaussians(dimension, random);
    double[] expected = new double[count];
    for (int r = 0; r < count; r++) {
      float[] row = gaussians(dimension, random);
      for (int d = 0; d < dimension; d++) {
        rows.putFloat(row[d]);
        expected[r] += (double) row[d] * vector[d];
      }
    }
    float[] products = DotProducts.of(kernel, rows.position(before), vector);
    assertThat(products).hasSize(count);
    for (int r = 0; r < count; r++) {
      assertThat((double) products[r]).as("row %s", r).isCloseTo(expected[r], within(1e-4));
    }
  }

  @ParameterizedTest
  @MethodSource("io.github.geofix.core.internal.index.Kernels#stream")
  void saysWhatDoesNotFit(Kernel kernel) {
    assertThatThrownBy(() -> DotProducts.of(kernel, ByteBuffer.allocate(20), new float[3]))
        .hasMessage("20 bytes are no rows of 3 floats");
    assertThatThrownBy(() -> DotProducts.of(kernel, ByteBuffer.allocate(20), new float[0]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(DotProducts.of(kernel, ByteBuffer.allocate(0), new float[3])).isEmpty();
  }

  private static float[] gaussians(int dimension, Random random) {
    float[] row = new float[dimension];
    for (int d = 0; d < dimension; d++) {
      row[d] = (float) random.nextGaussian();
    }
    return row;
  }
}
