package io.github.geofix.models.internal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.format.TensorFile;
import io.github.geofix.core.format.TensorFile.DType;
import io.github.geofix.models.weights.RenameTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The vectors {@code [G, D]} of a gallery, an array of the model's weights file. They are kept
 * outside the heap, where the engine reads them without a copy, which would take longer than a
 * search. Immutable and thread-safe.
 */
public final class StoredVectors {
  /** Ignores the arrays of a gallery when a network is filled from the same file. */
  public static final RenameTable LEFT_OUT = RenameTable.builder().ignore("gallery\\..*").build();

  private static final String NAME = "gallery.vectors";

  private final int size;
  private final int dimension;
  private final ByteBuffer bytes;

  /**
   * Creates the vectors.
   *
   * @param size the number G of vectors, no more than {@link #most}
   * @param dimension the length D of a vector
   * @param fill writes them row by row
   * @throws ArithmeticException if there are too many
   */
  public StoredVectors(int size, int dimension, Consumer<FloatBuffer> fill) {
    this.size = size;
    this.dimension = dimension;
    int length = Math.multiplyExact(size, dimension * Float.BYTES);
    bytes = ByteBuffer.allocateDirect(length).order(ByteOrder.nativeOrder());
    fill.accept(bytes.asFloatBuffer());
  }

  /** Returns the largest number of vectors: they fill one buffer of 2 GiB. */
  public static int most(int dimension) {
    return Integer.MAX_VALUE / Float.BYTES / dimension;
  }

  /** Returns whether a file holds so many vectors of this length. */
  public static boolean areIn(TensorFile file, long size, int dimension) {
    return file.names().contains(NAME)
        && Arrays.equals(file.shape(NAME), new long[] {size, dimension});
  }

  /** Reads the vectors of a file that holds them, see {@link #areIn}. */
  public static StoredVectors read(TensorFile file, int size, int dimension) {
    return new StoredVectors(size, dimension, vectors -> file.read(NAME, 0, vectors));
  }

  /** Adds the vectors to a file. */
  public void write(Safetensors.Writer writer) {
    writer.tensor(NAME, DType.F32, new long[] {size, dimension}, this::write);
  }

  private void write(WritableByteChannel out) throws IOException {
    ByteBuffer rest = bytes.slice();
    while (rest.hasRemaining()) {
      out.write(rest);
    }
  }

  /**
   * Returns some of the vectors, {@code [end - start, D]}. On the CPU they are this object's own
   * memory: do not write into them.
   */
  public NDArray rows(NDManager step, int start, int end) {
    int row = dimension * Float.BYTES;
    ByteBuffer rows = bytes.slice(start * row, (end - start) * row);
    return step.create(rows, new Shape(end - start, dimension), DataType.FLOAT32);
  }

  /** Returns one vector, {@code [D]}. */
  public float[] row(int index) {
    float[] row = new float[dimension];
    bytes.asFloatBuffer().get(index * dimension, row);
    return row;
  }
}
