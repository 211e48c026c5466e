package io.github.geofix.core.internal.index;

import io.github.geofix.core.internal.index.Kernel;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops on the Vector API, which read mapped memory without copying it.
 *
 * <p>The module is an incubator, so this one class is compiled on its own and loaded by name. What
 * it uses has not changed from Java 17 to 25 except the loads from memory: {@code fromByteBuffer}
 * became {@code fromMemorySegment} in Java 19. They are called by constant method handles, which
 * the compiler inlines like direct calls.
 *
 * <p>The compiler stops inlining into a method that has grown large, in its own measure, and then
 * puts each vector that goes into or comes out of a call on the heap: ten times slower, and only in
 * those runs in which profiling made it inline something else first. So every loop is a small
 * method, and nothing but arrays goes from one to the other.
 */
final class VectorKernel implements Kernel {
  /** A block of floats is four registers of 512 bits wide, so wider ones are not used. */
  private static final VectorShape SHAPE =
      VectorShape.preferredShape().vectorBitSize() > 512
          ? VectorShape.S_512_BIT
          : VectorShape.preferredShape();

  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final int LANES = FLOATS.length();

  /** Queries scored together: 6 x 2 sums, 2 loads and 1 number fill the 16 registers of AVX2. */
  private static final int GROUP = 6;

  /** How much of a block stays in the first-level cache while all queries pass over it. */
  private static final int DEPTH = 64;

  private static final MethodHandle MEMORY;
  private static final MethodHandle LOAD_FLOATS;
  private static final MethodHandle LOAD_SHORTS;
  private static final MethodHandle LOAD_INTS;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      Class<?> memory;
      MethodHandle view;
      Class<?> offset;
      String from;
      if (Runtime.version().feature() < 19) {
        memory = ByteBuffer.class;
        view = MethodHandles.identity(ByteBuffer.class);
        offset = int.class;
        from = "fromByteBuffer";
      } else {
        memory = Class.forName("java.lang.foreign.MemorySegment");
        view = lookup.findStatic(memory, "ofBuffer", MethodType.methodType(memory, Buffer.class));
        offset = long.class;
        from = "fromMemorySegment";
      }
      MEMORY = view.asType(MethodType.methodType(Object.class, ByteBuffer.class));
      LOAD_FLOATS = load(lookup, FloatVector.class, FLOATS, from, memory, offset);
      LOAD_SHORTS = load(lookup, ShortVector.class, SHORTS, from, memory, offset);
      LOAD_INTS = load(lookup, IntVector.class, INTS, from, memory, offset);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Returns a handle of type (Object memory, int offset) -> vector. */
  private static MethodHandle load(
      MethodHandles.Lookup lookup,
      Class<?> vector,
      VectorSpecies<?> species,
      String name,
      Class<?> memory,
      Class<?> offset)
      throws ReflectiveOperationException {
    MethodHandle load =
        lookup.findStatic(
            vector,
            name,
            MethodType.methodType(vector, VectorSpecies.class, memory, offset, ByteOrder.class));
    load = MethodHandles.insertArguments(load, 3, ByteOrder.LITTLE_ENDIAN);
    load = MethodHandles.insertArguments(load, 0, species);
    return MethodHandles.explicitCastArguments(
        load, MethodType.methodType(vector, Object.class, int.class));
  }

  private static Object memory(ByteBuffer buffer) {
    try {
      return (Object) MEMORY.invokeExact(buffer);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static FloatVector floats(Object memory, int offset) {
    try {
      return (FloatVector) LOAD_FLOATS.invokeExact(memory, offset);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static ShortVector shorts(Object memory, int offset) {
    try {
      return (ShortVector) LOAD_SHORTS.invokeExact(memory, offset);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static IntVector ints(Object memory, int offset) {
    try {
      return (IntVector) LOAD_INTS.invokeExact(memory, offset);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void score(ByteBuffer rows, int offset, boolean squared, float[] query, float[] scores) {
    if (squared) {
      squares(memory(rows), offset, query, scores);
    } else {
      products(memory(rows), offset, query, scores);
    }
  }

  private static void products(Object rows, int offset, float[] query, float[] scores) {
    for (int r = 0; r < BLOCK; r += 4 * LANES) {
      FloatVector s0 = FloatVector.zero(FLOATS);
      FloatVector s1 = s0;
      FloatVector s2 = s0;
      FloatVector s3 = s0;
      int at = offset + 4 * r;
      for (int d = 0; d < query.length; d++) {
        FloatVector q = FloatVector.broadcast(FLOATS, query[d]);
        s0 = floats(rows, at).fma(q, s0);
        s1 = floats(rows, at + 4 * LANES).fma(q, s1);
        s2 = floats(rows, at + 8 * LANES).fma(q, s2);
        s3 = floats(rows, at + 12 * LANES).fma(q, s3);
        at += 4 * BLOCK;
      }
      s0.intoArray(scores, r);
      s1.intoArray(scores, r + LANES);
      s2.intoArray(scores, r + 2 * LANES);
      s3.intoArray(scores, r + 3 * LANES);
    }
  }

  private static void squares(Object rows, int offset, float[] query, float[] scores) {
    for (int r = 0; r < BLOCK; r += 4 * LANES) {
      FloatVector s0 = FloatVector.zero(FLOATS);
      FloatVector s1 = s0;
      FloatVector s2 = s0;
      FloatVector s3 = s0;
      int at = offset + 4 * r;
      for (int d = 0; d < query.length; d++) {
        FloatVector q = FloatVector.broadcast(FLOATS, query[d]);
        FloatVector e0 = floats(rows, at).sub(q);
        FloatVector e1 = floats(rows, at + 4 * LANES).sub(q);
        FloatVector e2 = floats(rows, at + 8 * LANES).sub(q);
        FloatVector e3 = floats(rows, at + 12 * LANES).sub(q);
        s0 = e0.fma(e0, s0);
        s1 = e1.fma(e1, s1);
        s2 = e2.fma(e2, s2);
        s3 = e3.fma(e3, s3);
        at += 4 * BLOCK;
      }
      s0.neg().intoArray(scores, r);
      s1.neg().intoArray(scores, r + LANES);
      s2.neg().intoArray(scores, r + 2 * LANES);
      s3.neg().intoArray(scores, r + 3 * LANES);
    }
  }

  /** Returns [ceil(B / 6), D, 6]. */
  @Override
  public float[] pack(float[][] queries) {
    int dimension = queries[0].length;
    int groups = groups(queries.length);
    float[] packed = new float[groups * dimension * GROUP];
    for (int i = 0; i < queries.length; i++) {
      int at = i / GROUP * dimension * GROUP + i % GROUP;
      for (int d = 0; d < dimension; d++) {
        packed[at + d * GROUP] = queries[i][d];
      }
    }
    return packed;
  }

  private static int groups(int queries) {
    return (queries + GROUP - 1) / GROUP;
  }

  @Override
  public int batchScores(int queries) {
    return groups(queries) * GROUP * BLOCK;
  }

  @Override
  public void scoreBatch(
      ByteBuffer rows, int offset, int dimension, boolean squared, float[] packed, float[] scores) {
    Object memory = memory(rows);
    int groups = packed.length / (dimension * GROUP);
    Arrays.fill(scores, 0, groups * GROUP * BLOCK, 0);
    for (int d = 0; d < dimension; d += DEPTH) {
      int depth = Math.min(DEPTH, dimension - d);
      for (int group = 0; group < groups; group++) {
        int query = (group * dimension + d) * GROUP;
        for (int r = 0; r < BLOCK; r += 2 * LANES) {
          int at = offset + 4 * (d * BLOCK + r);
          int score = group * GROUP * BLOCK + r;
          if (squared) {
            squares(memory, at, depth, packed, query, scores, score);
          } else {
            products(memory, at, depth, packed, query, scores, score);
          }
        }
      }
    }
  }

  private static void products(
      Object rows, int at, int depth, float[] packed, int query, float[] scores, int score) {
    FloatVector a0 = FloatVector.fromArray(FLOATS, scores, score);
    FloatVector a1 = FloatVector.fromArray(FLOATS, scores, score + BLOCK);
    FloatVector a2 = FloatVector.fromArray(FLOATS, scores, score + 2 * BLOCK);
    FloatVector a3 = FloatVector.fromArray(FLOATS, scores, score + 3 * BLOCK);
    FloatVector a4 = FloatVector.fromArray(FLOATS, scores, score + 4 * BLOCK);
    FloatVector a5 = FloatVector.fromArray(FLOATS, scores, score + 5 * BLOCK);
    FloatVector b0 = FloatVector.fromArray(FLOATS, scores, score + LANES);
    FloatVector b1 = FloatVector.fromArray(FLOATS, scores, score + LANES + BLOCK);
    FloatVector b2 = FloatVector.fromArray(FLOATS, scores, score + LANES + 2 * BLOCK);
    FloatVector b3 = FloatVector.fromArray(FLOATS, scores, score + LANES + 3 * BLOCK);
    FloatVector b4 = FloatVector.fromArray(FLOATS, scores, score + LANES + 4 * BLOCK);
    FloatVector b5 = FloatVector.fromArray(FLOATS, scores, score + LANES + 5 * BLOCK);
    int q = query;
    int x = at;
    for (int d = 0; d < depth; d++) {
      FloatVector a = floats(rows, x);
      FloatVector b = floats(rows, x + 4 * LANES);
      FloatVector q0 = FloatVector.broadcast(FLOATS, packed[q]);
      a0 = a.fma(q0, a0);
      b0 = b.fma(q0, b0);
      FloatVector q1 = FloatVector.broadcast(FLOATS, packed[q + 1]);
      a1 = a.fma(q1, a1);
      b1 = b.fma(q1, b1);
      FloatVector q2 = FloatVector.broadcast(FLOATS, packed[q + 2]);
      a2 = a.fma(q2, a2);
      b2 = b.fma(q2, b2);
      FloatVector q3 = FloatVector.broadcast(FLOATS, packed[q + 3]);
      a3 = a.fma(q3, a3);
      b3 = b.fma(q3, b3);
      FloatVector q4 = FloatVector.broadcast(FLOATS, packed[q + 4]);
      a4 = a.fma(q4, a4);
      b4 = b.fma(q4, b4);
      FloatVector q5 = FloatVector.broadcast(FLOATS, packed[q + 5]);
      a5 = a.fma(q5, a5);
      b5 = b.fma(q5, b5);
      q += GROUP;
      x += 4 * BLOCK;
    }
    a0.intoArray(scores, score);
    a1.intoArray(scores, score + BLOCK);
    a2.intoArray(scores, score + 2 * BLOCK);
    a3.intoArray(scores, score + 3 * BLOCK);
    a4.intoArray(scores, score + 4 * BLOCK);
    a5.intoArray(scores, score + 5 * BLOCK);
    b0.intoArray(scores, score + LANES);
    b1.intoArray(scores, score + LANES + BLOCK);
    b2.intoArray(scores, score + LANES + 2 * BLOCK);
    b3.intoArray(scores, score + LANES + 3 * BLOCK);
    b4.intoArray(scores, score + LANES + 4 * BLOCK);
    b5.intoArray(scores, score + LANES + 5 * BLOCK);
  }

  /**
   * As the products, three queries at a time: the differences need registers too. Sums are kept
   * negative, so that each is a score when the last depth is done.
   */
  private static void squares(
      Object rows, int at, int depth, float[] packed, int query, float[] scores, int score) {
    for (int i = 0; i < GROUP; i += 3) {
      int from = score + i * BLOCK;
      FloatVector a0 = FloatVector.fromArray(FLOATS, scores, from).neg();
      FloatVector a1 = FloatVector.fromArray(FLOATS, scores, from + BLOCK).neg();
      FloatVector a2 = FloatVector.fromArray(FLOATS, scores, from + 2 * BLOCK).neg();
      FloatVector b0 = FloatVector.fromArray(FLOATS, scores, from + LANES).neg();
      FloatVector b1 = FloatVector.fromArray(FLOATS, scores, from + LANES + BLOCK).neg();
      FloatVector b2 = FloatVector.fromArray(FLOATS, scores, from + LANES + 2 * BLOCK).neg();
      int q = query + i;
      int x = at;
      for (int d = 0; d < depth; d++) {
        FloatVector a = floats(rows, x);
        FloatVector b = floats(rows, x + 4 * LANES);
        FloatVector q0 = FloatVector.broadcast(FLOATS, packed[q]);
        FloatVector q1 = FloatVector.broadcast(FLOATS, packed[q + 1]);
        FloatVector q2 = FloatVector.broadcast(FLOATS, packed[q + 2]);
        FloatVector e0 = a.sub(q0);
        a0 = e0.fma(e0, a0);
        FloatVector f0 = b.sub(q0);
        b0 = f0.fma(f0, b0);
        FloatVector e1 = a.sub(q1);
        a1 = e1.fma(e1, a1);
        FloatVector f1 = b.sub(q1);
        b1 = f1.fma(f1, b1);
        FloatVector e2 = a.sub(q2);
        a2 = e2.fma(e2, a2);
        FloatVector f2 = b.sub(q2);
        b2 = f2.fma(f2, b2);
        q += GROUP;
        x += 4 * BLOCK;
      }
      a0.neg().intoArray(scores, from);
      a1.neg().intoArray(scores, from + BLOCK);
      a2.neg().intoArray(scores, from + 2 * BLOCK);
      b0.neg().intoArray(scores, from + LANES);
      b1.neg().intoArray(scores, from + LANES + BLOCK);
      b2.neg().intoArray(scores, from + LANES + 2 * BLOCK);
    }
  }

  @Override
  public boolean anyAbove(float[] scores, int from, float limit) {
    for (int i = from; i < from + BLOCK; i += LANES) {
      if (FloatVector.fromArray(FLOATS, scores, i).compare(VectorOperators.GT, limit).anyTrue()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean anyAbove(float[] scores, int from, float[] limits) {
    for (int i = 0; i < BLOCK; i += LANES) {
      FloatVector limit = FloatVector.fromArray(FLOATS, limits, i);
      if (FloatVector.fromArray(FLOATS, scores, from + i)
          .compare(VectorOperators.GT, limit)
          .anyTrue()) {
        return true;
      }
    }
    return false;
  }

  /** The same sums in the same order as over a block. */
  @Override
  public float score(float[] row, boolean squared, float[] query) {
    float sum = 0;
    if (squared) {
      for (int d = 0; d < row.length; d++) {
        float e = row[d] - query[d];
        sum = Math.fma(e, e, sum);
      }
      return -sum;
    }
    for (int d = 0; d < row.length; d++) {
      sum = Math.fma(row[d], query[d], sum);
    }
    return sum;
  }

  @Override
  public void dots(ByteBuffer rows, int from, int to, float[] vector, float[] products) {
    int whole = FLOATS.loopBound(vector.length);
    dots(memory(rows), from, to, whole, vector, products);
    if (whole < vector.length) {
      ByteBuffer floats = rows.duplicate().order(ByteOrder.LITTLE_ENDIAN);
      for (int r = from; r < to; r++) {
        for (int d = whole; d < vector.length; d++) {
          products[r] += floats.getFloat((r * vector.length + d) * Float.BYTES) * vector[d];
        }
      }
    }
  }

  /**
   * Computes the products of the first {@code whole} numbers, in four passes side by side, each
   * over a quarter of the rows from end to end: memory is faster so than in one pass, and far
   * faster than by four rows that are neighbors.
   */
  private static void dots(
      Object rows, int from, int to, int whole, float[] vector, float[] products) {
    int quarter = (to - from) / 4;
    int far = quarter * vector.length * Float.BYTES;
    for (int r = from; r < from + quarter; r++) {
      FloatVector s0 = FloatVector.zero(FLOATS);
      FloatVector s1 = s0;
      FloatVector s2 = s0;
      FloatVector s3 = s0;
      int at = r * vector.length * Float.BYTES;
      for (int d = 0; d < whole; d += LANES) {
        FloatVector v = FloatVector.fromArray(FLOATS, vector, d);
        s0 = floats(rows, at).fma(v, s0);
        s1 = floats(rows, at + far).fma(v, s1);
        s2 = floats(rows, at + 2 * far).fma(v, s2);
        s3 = floats(rows, at + 3 * far).fma(v, s3);
        at += 4 * LANES;
      }
      products[r] = s0.reduceLanes(VectorOperators.ADD);
      products[r + quarter] = s1.reduceLanes(VectorOperators.ADD);
      products[r + 2 * quarter] = s2.reduceLanes(VectorOperators.ADD);
      products[r + 3 * quarter] = s3.reduceLanes(VectorOperators.ADD);
    }
    for (int r = from + 4 * quarter; r < to; r++) {
      FloatVector sum = FloatVector.zero(FLOATS);
      int at = r * vector.length * Float.BYTES;
      for (int d = 0; d < whole; d += LANES) {
        sum = floats(rows, at).fma(FloatVector.fromArray(FLOATS, vector, d), sum);
        at += 4 * LANES;
      }
      products[r] = sum.reduceLanes(VectorOperators.ADD);
    }
  }

  @Override
  public boolean isAccelerated() {
    return true;
  }

  @Override
  public void byteDots(ByteBuffer rows, int offset, short[] query, int[] sums) {
    Object memory = memory(rows);
    short[] both = new short[BYTE_BLOCK / 2];
    short[] high = new short[BYTE_BLOCK / 2];
    Arrays.fill(sums, 0);
    for (int d = 0; d < query.length; d += CHUNK) {
      int total = 0;
      for (int i = d; i < d + CHUNK; i++) {
        total += query[i];
      }
      sumChunk(memory, offset + d * BYTE_BLOCK, query, d, both, high);
      widen(both, high, (short) (total * BYTE_BIAS), sums);
    }
  }

  /**
   * Sums the products of a chunk of numbers.
   *
   * <p>Two rows are in one short v, as {@code high * 256 + low}. Both {@code v * q} and {@code high
   * * q} are summed modulo 2^16; the sum of {@code low * q} is their difference. With the bias
   * taken off each sum of a chunk fits in 16 bits, so it is exact.
   *
   * @param both [128], overwritten by the sums of v * q
   * @param high [128], overwritten by the sums of high * q
   */
  private static void sumChunk(
      Object rows, int offset, short[] query, int from, short[] both, short[] high) {
    int lanes = SHORTS.length();
    for (int r = 0; r < BYTE_BLOCK / 2; r += 4 * lanes) {
      ShortVector both0 = ShortVector.zero(SHORTS);
      ShortVector high0 = both0;
      ShortVector both1 = both0;
      ShortVector high1 = both0;
      ShortVector both2 = both0;
      ShortVector high2 = both0;
      ShortVector both3 = both0;
      ShortVector high3 = both0;
      int at = offset + 2 * r;
      for (int i = from; i < from + CHUNK; i++) {
        ShortVector q = ShortVector.broadcast(SHORTS, query[i]);
        ShortVector v0 = shorts(rows, at);
        ShortVector v1 = shorts(rows, at + 2 * lanes);
        ShortVector v2 = shorts(rows, at + 4 * lanes);
        ShortVector v3 = shorts(rows, at + 6 * lanes);
        both0 = both0.add(v0.mul(q));
        high0 = high0.add(v0.lanewise(VectorOperators.LSHR, 8).mul(q));
        both1 = both1.add(v1.mul(q));
        high1 = high1.add(v1.lanewise(VectorOperators.LSHR, 8).mul(q));
        both2 = both2.add(v2.mul(q));
        high2 = high2.add(v2.lanewise(VectorOperators.LSHR, 8).mul(q));
        both3 = both3.add(v3.mul(q));
        high3 = high3.add(v3.lanewise(VectorOperators.LSHR, 8).mul(q));
        at += BYTE_BLOCK;
      }
      both0.intoArray(both, r);
      high0.intoArray(high, r);
      both1.intoArray(both, r + lanes);
      high1.intoArray(high, r + lanes);
      both2.intoArray(both, r + 2 * lanes);
      high2.intoArray(high, r + 2 * lanes);
      both3.intoArray(both, r + 3 * lanes);
      high3.intoArray(high, r + 3 * lanes);
    }
  }

  /** Adds the sums of a chunk, less the bias, to the sums in 32 bits. */
  private static void widen(short[] both, short[] high, short bias, int[] sums) {
    int lanes = INTS.length();
    int quarter = BYTE_BLOCK / 4;
    for (int at = 0; at < quarter; at += lanes) {
      ShortVector upper = ShortVector.fromArray(SHORTS, high, 2 * at);
      IntVector low =
          ShortVector.fromArray(SHORTS, both, 2 * at)
              .sub(upper.lanewise(VectorOperators.LSHL, 8))
              .sub(bias)
              .reinterpretAsInts();
      IntVector rest = upper.sub(bias).reinterpretAsInts();
      IntVector.fromArray(INTS, sums, at)
          .add(low.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16))
          .intoArray(sums, at);
      IntVector.fromArray(INTS, sums, at + quarter)
          .add(rest.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16))
          .intoArray(sums, at + quarter);
      IntVector.fromArray(INTS, sums, at + 2 * quarter)
          .add(low.lanewise(VectorOperators.ASHR, 16))
          .intoArray(sums, at + 2 * quarter);
      IntVector.fromArray(INTS, sums, at + 3 * quarter)
          .add(rest.lanewise(VectorOperators.ASHR, 16))
          .intoArray(sums, at + 3 * quarter);
    }
  }

  @Override
  public float byteDot(ByteBuffer rows, int offset, float[] vector) {
    return byteDot(memory(rows), offset, vector);
  }

  /** One register of ints holds numbers of four quarters of the row, each moved up and widened. */
  private static float byteDot(Object row, int offset, float[] vector) {
    FloatVector s0 = FloatVector.zero(FLOATS);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int quarter = vector.length / 4;
    int at = offset;
    for (int d = 0; d < quarter; d += LANES) {
      IntVector four = ints(row, at);
      FloatVector v0 = FloatVector.fromArray(FLOATS, vector, d);
      s0 = highBytes(four.lanewise(VectorOperators.LSHL, 24)).fma(v0, s0);
      FloatVector v1 = FloatVector.fromArray(FLOATS, vector, d + quarter);
      s1 = highBytes(four.lanewise(VectorOperators.LSHL, 16)).fma(v1, s1);
      FloatVector v2 = FloatVector.fromArray(FLOATS, vector, d + 2 * quarter);
      s2 = highBytes(four.lanewise(VectorOperators.LSHL, 8)).fma(v2, s2);
      FloatVector v3 = FloatVector.fromArray(FLOATS, vector, d + 3 * quarter);
      s3 = highBytes(four).fma(v3, s3);
      at += 4 * LANES;
    }
    return s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
  }

  private static FloatVector highBytes(IntVector numbers) {
    return (FloatVector) numbers.lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0);
  }
}
