package io.github.geofix.models.recombine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.format.TensorFile.DType;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.weights.RenameTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The places that photos are looked up among: S2 cells, each with the vector of the map tile around
 * its middle. Stored in a safetensors file as {@code gallery.ids} {@code [G]} and {@code
 * gallery.vectors} {@code [G, D]}. Immutable and thread-safe.
 *
 * <p>The vectors are kept outside the heap, where the engine reads them without a copy, which would
 * take longer than a search.
 */
final class Gallery {
  private static final String IDS = "gallery.ids";
  private static final String VECTORS = "gallery.vectors";
  private static final String DIGEST = "gallery.digest";

  /** Ignores these arrays when a network is filled from the same file. */
  static final RenameTable LEFT_OUT = RenameTable.builder().ignore("gallery\\..*").build();

  private final CellPartition places;
  private final int dimension;
  private final ByteBuffer vectors;
  private final String digest;

  private Gallery(CellPartition places, int dimension, Consumer<FloatBuffer> fill, String digest) {
    this.places = places;
    this.dimension = dimension;
    this.digest = digest;
    int bytes = Math.multiplyExact(places.size(), dimension * Float.BYTES);
    vectors = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    fill.accept(vectors.asFloatBuffer());
  }

  /**
   * Creates a gallery.
   *
   * @param places the cells, no more than {@link #most}
   * @param dimension the dimension D of a vector
   * @param fill writes the vectors, each of length 1 or 0, {@code [G, D]} row-major
   * @param digest {@link io.github.geofix.models.internal.weights.Weights#digest} of the network
   *     that made the vectors
   */
  static Gallery of(
      CellPartition places, int dimension, Consumer<FloatBuffer> fill, String digest) {
    return new Gallery(places, dimension, fill, digest);
  }

  /** Returns the largest size of a gallery: its vectors fill one buffer of 2 GiB. */
  static int most(int dimension) {
    return Integer.MAX_VALUE / Float.BYTES / dimension;
  }

  /** Returns the cells. */
  CellPartition places() {
    return places;
  }

  /** Returns the number of places G. */
  int size() {
    return places.size();
  }

  /** Returns the digest of the network that made the vectors. */
  String digest() {
    return digest;
  }

  /**
   * Returns the vectors of some places, {@code [end - start, D]}. On the CPU they are the gallery's
   * own memory: do not write into them.
   */
  NDArray vectors(NDManager step, int start, int end) {
    int row = dimension * Float.BYTES;
    ByteBuffer rows = vectors.slice(start * row, (end - start) * row);
    return step.create(rows, new Shape(end - start, dimension), DataType.FLOAT32);
  }

  /** Returns the vector of a place, [D]. */
  float[] vector(int place) {
    float[] vector = new float[dimension];
    vectors.asFloatBuffer().get(place * dimension, vector);
    return vector;
  }

  void write(Safetensors.Writer writer) {
    writer
        .longs(IDS, places.cellIds(), size())
        .tensor(VECTORS, DType.F32, new long[] {size(), dimension}, this::writeVectors)
        .metadata(DIGEST, digest);
  }

  private void writeVectors(WritableByteChannel out) throws IOException {
    ByteBuffer bytes = vectors.slice();
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  static boolean isIn(Safetensors file) {
    return file.names().contains(IDS);
  }

  /**
   * Reads a gallery.
   *
   * @param dimension the dimension D of a vector
   * @throws ModelFormatException if the arrays do not fit each other or the network
   */
  static Gallery read(Safetensors file, int dimension) {
    long[] ids = file.longs(IDS);
    CellPartition places;
    try {
      places = CellPartition.ofCellIds(ids);
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException(file.path() + " holds no gallery: " + e.getMessage(), e);
    }
    // The row of a vector is the label of its cell.
    if (!Arrays.equals(places.cellIds(), ids)) {
      throw new ModelFormatException(file.path() + ": " + IDS + " are not in Hilbert order");
    }
    if (!file.names().contains(VECTORS)
        || file.shape(VECTORS).length != 2
        || file.shape(VECTORS)[0] != places.size()
        || file.shape(VECTORS)[1] != dimension) {
      throw new ModelFormatException(
          file.path() + " lacks an array " + VECTORS + " of " + places.size() + " x " + dimension);
    }
    if (places.size() > most(dimension)) {
      throw new ModelFormatException(
          "%s holds %d places with vectors of %d numbers: at most %d fit into memory"
              .formatted(file.path(), places.size(), dimension, most(dimension)));
    }
    String digest = file.metadata().getOrDefault(DIGEST, "");
    return new Gallery(places, dimension, vectors -> file.read(VECTORS, 0, vectors), digest);
  }
}
