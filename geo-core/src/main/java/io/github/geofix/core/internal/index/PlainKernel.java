package io.github.geofix.core.internal.index;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;

/**
 * Loops that the compiler vectorizes by itself: over arrays that all begin at 0, with few
 * statements, and long enough. So a tile of the block, small enough for the first-level cache, is
 * copied to arrays; one array with offsets into it is not vectorized as well.
 */
final class PlainKernel implements Kernel {
  /** In a block of bytes one int holds the numbers of four rows. */
  private static final int WORDS = BYTE_BLOCK / 4;

  private static final int TWO_BYTES = 0x00FF00FF;

  @Override
  public void score(ByteBuffer rows, int offset, boolean squared, float[] query, float[] scores) {
    FloatBuffer block = floats(rows, offset, query.length);
    float[][] tile = new float[CHUNK][BLOCK];
    float[] sums = new float[BLOCK];
    for (int d = 0; d < query.length; d += CHUNK) {
      copy(block, d, tile);
      if (squared) {
        subtractSquares(tile, query, d, sums);
      } else {
        addProducts(tile, query, d, sums);
      }
    }
    System.arraycopy(sums, 0, scores, 0, BLOCK);
  }

  @Override
  public float[] pack(float[][] queries) {
    int dimension = queries[0].length;
    float[] packed = new float[queries.length * dimension];
    for (int i = 0; i < queries.length; i++) {
      System.arraycopy(queries[i], 0, packed, i * dimension, dimension);
    }
    return packed;
  }

  @Override
  public void scoreBatch(
      ByteBuffer rows, int offset, int dimension, boolean squared, float[] packed, float[] scores) {
    FloatBuffer block = floats(rows, offset, dimension);
    float[][] tile = new float[CHUNK][BLOCK];
    float[] sums = new float[BLOCK];
    int queries = packed.length / dimension;
    Arrays.fill(scores, 0, queries * BLOCK, 0);
    for (int d = 0; d < dimension; d += CHUNK) {
      copy(block, d, tile);
      for (int i = 0; i < queries; i++) {
        System.arraycopy(scores, i * BLOCK, sums, 0, BLOCK);
        if (squared) {
          subtractSquares(tile, packed, i * dimension + d, sums);
        } else {
          addProducts(tile, packed, i * dimension + d, sums);
        }
        System.arraycopy(sums, 0, scores, i * BLOCK, BLOCK);
      }
    }
  }

  @Override
  public int batchScores(int queries) {
    return queries * BLOCK;
  }

  private static FloatBuffer floats(ByteBuffer rows, int offset, int dimension) {
    return rows.slice(offset, 4 * dimension * BLOCK).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
  }

  private static void copy(FloatBuffer block, int from, float[][] tile) {
    for (int i = 0; i < CHUNK; i++) {
      block.get((from + i) * BLOCK, tile[i]);
    }
  }

  private static void addProducts(float[][] tile, float[] query, int at, float[] sums) {
    for (int d = 0; d < CHUNK; d += 4) {
      addProducts(
          tile[d],
          tile[d + 1],
          tile[d + 2],
          tile[d + 3],
          query[at + d],
          query[at + d + 1],
          query[at + d + 2],
          query[at + d + 3],
          sums);
    }
  }

  private static void addProducts(
      float[] x0,
      float[] x1,
      float[] x2,
      float[] x3,
      float q0,
      float q1,
      float q2,
      float q3,
      float[] sums) {
    for (int r = 0; r < BLOCK; r++) {
      sums[r] += q0 * x0[r] + q1 * x1[r] + q2 * x2[r] + q3 * x3[r];
    }
  }

  private static void subtractSquares(float[][] tile, float[] query, int at, float[] sums) {
    for (int d = 0; d < CHUNK; d += 2) {
      subtractSquares(tile[d], tile[d + 1], query[at + d], query[at + d + 1], sums);
    }
  }

  private static void subtractSquares(float[] x0, float[] x1, float q0, float q1, float[] sums) {
    for (int r = 0; r < BLOCK; r++) {
      float e0 = q0 - x0[r];
      float e1 = q1 - x1[r];
      sums[r] -= e0 * e0 + e1 * e1;
    }
  }

  @Override
  public boolean anyAbove(float[] scores, int from, float limit) {
    for (int i = from; i < from + BLOCK; i++) {
      if (scores[i] > limit) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean anyAbove(float[] scores, int from, float[] limits) {
    for (int i = 0; i < BLOCK; i++) {
      if (scores[from + i] > limits[i]) {
        return true;
      }
    }
    return false;
  }

  /** The same sums in the same order as over a tile. */
  @Override
  public float score(float[] row, boolean squared, float[] query) {
    float sum = 0;
    if (squared) {
      for (int d = 0; d < row.length; d += 2) {
        float e0 = query[d] - row[d];
        float e1 = query[d + 1] - row[d + 1];
        sum -= e0 * e0 + e1 * e1;
      }
    } else {
      for (int d = 0; d < row.length; d += 4) {
        sum +=
            query[d] * row[d]
                + query[d + 1] * row[d + 1]
                + query[d + 2] * row[d + 2]
                + query[d + 3] * row[d + 3];
      }
    }
    return sum;
  }

  @Override
  public void dots(ByteBuffer rows, int from, int to, float[] vector, float[] products) {
    FloatBuffer floats = rows.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] row = new float[vector.length];
    for (int r = from; r < to; r++) {
      floats.get(r * vector.length, row);
      products[r] = dot(row, vector);
    }
  }

  /** Four sums, because each addition waits for the one before. */
  private static float dot(float[] row, float[] vector) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    int d = 0;
    for (; d + 3 < row.length; d += 4) {
      s0 += row[d] * vector[d];
      s1 += row[d + 1] * vector[d + 1];
      s2 += row[d + 2] * vector[d + 2];
      s3 += row[d + 3] * vector[d + 3];
    }
    for (; d < row.length; d++) {
      s0 += row[d] * vector[d];
    }
    return s0 + s1 + (s2 + s3);
  }

  @Override
  public boolean isAccelerated() {
    return false;
  }

  /**
   * Multiplies two bytes at once: in {@code (b << 16 | a) * q} both products are side by side in
   * one int, and so do their sums, modulo 2^16. With the bias taken off in advance each sum of a
   * chunk fits in 16 bits, so it is exact.
   */
  @Override
  public void byteDots(ByteBuffer rows, int offset, short[] query, int[] sums) {
    IntBuffer block =
        rows.slice(offset, query.length * BYTE_BLOCK).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
    int[][] tile = new int[CHUNK][WORDS];
    int[] even = new int[WORDS];
    int[] odd = new int[WORDS];
    int[][] quarters = new int[4][WORDS];
    for (int d = 0; d < query.length; d += CHUNK) {
      for (int i = 0; i < CHUNK; i++) {
        block.get((d + i) * WORDS, tile[i]);
      }
      int bias = 0;
      for (int i = d; i < d + CHUNK; i++) {
        bias -= query[i];
      }
      bias *= BYTE_BIAS;
      Arrays.fill(even, (bias << 16) + bias);
      Arrays.fill(odd, (bias << 16) + bias);
      addPairs(tile, query, d, even, odd);
      addHalves(even, quarters[0], quarters[2]);
      addHalves(odd, quarters[1], quarters[3]);
    }
    for (int i = 0; i < quarters.length; i++) {
      System.arraycopy(quarters[i], 0, sums, i * WORDS, WORDS);
    }
  }

  private static void addPairs(int[][] tile, short[] query, int at, int[] even, int[] odd) {
    for (int d = 0; d < CHUNK; d += 2) {
      addPairs(tile[d], tile[d + 1], query[at + d], query[at + d + 1], even, odd);
    }
  }

  private static void addPairs(int[] x0, int[] x1, int q0, int q1, int[] even, int[] odd) {
    for (int i = 0; i < WORDS; i++) {
      even[i] += q0 * (x0[i] & TWO_BYTES) + q1 * (x1[i] & TWO_BYTES);
      odd[i] += q0 * ((x0[i] >>> 8) & TWO_BYTES) + q1 * ((x1[i] >>> 8) & TWO_BYTES);
    }
  }

  private static void addHalves(int[] pairs, int[] lows, int[] highs) {
    for (int i = 0; i < WORDS; i++) {
      int low = (pairs[i] << 16) >> 16;
      lows[i] += low;
      highs[i] += (pairs[i] - low) >> 16;
    }
  }

  /** Four sums, because each addition waits for the one before. */
  @Override
  public float byteDot(ByteBuffer rows, int offset, float[] vector) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    int quarter = vector.length / 4;
    for (int d = 0; d < quarter; d++) {
      int four = rows.getInt(offset + 4 * d);
      s0 += (byte) four * vector[d];
      s1 += (byte) (four >> 8) * vector[d + quarter];
      s2 += (byte) (four >> 16) * vector[d + 2 * quarter];
      s3 += (four >> 24) * vector[d + 3 * quarter];
    }
    return s0 + s1 + (s2 + s3);
  }
}
