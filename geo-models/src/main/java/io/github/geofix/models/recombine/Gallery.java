package io.github.geofix.models.recombine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.format.DType;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.format.SafetensorsWriter;
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
 * The places a model compares photos with, each with the vector of the map tile around its middle.
 * In a safetensors file: {@code gallery.ids} {@code [G]}, the S2 cells, and {@code gallery.vectors}
 * {@code [G, D]}. Immutable and thread-safe.
 *
 * <p>The vectors lie outside the heap, where the engine reads them as they are: a gallery may be
 * larger than all photos it is ever compared with, and copying it would take longer than comparing.
 */
final class Gallery {
  private static final String IDS = "gallery.ids";
  private static final String VECTORS = "gallery.vectors";
  private static final String DIGEST = "gallery.digest";

  /** Leaves these arrays out when a network is filled from the same file. */
  static final RenameTable LEFT_OUT = RenameTable.builder().ignore("gallery\\..*").build();

  private final CellPartition places;
  private final int width;
  private final ByteBuffer vectors;
  private final String digest;

  private Gallery(CellPartition places, int width, Consumer<FloatBuffer> fill, String digest) {
    this.places = places;
    this.width = width;
    this.digest = digest;
    int bytes = Math.multiplyExact(places.size(), width * Float.BYTES);
    vectors = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    fill.accept(vectors.asFloatBuffer());
  }

  /**
   * Creates a gallery.
   *
   * @param places the cells, no more than {@link #most}
   * @param width the length D of a vector
   * @param fill puts the vectors, each of length 1, {@code [G, D]} row-major
   * @param digest {@link io.github.geofix.models.weights.Weights#digest} of the network that made
   *     the vectors
   */
  static Gallery of(CellPartition places, int width, Consumer<FloatBuffer> fill, String digest) {
    return new Gallery(places, width, fill, digest);
  }

  /** Returns the most places that a gallery can hold: their vectors fill 2 GiB, one buffer. */
  static int most(int width) {
    return Integer.MAX_VALUE / Float.BYTES / width;
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
   * own memory: nobody may write into them.
   */
  NDArray vectors(NDManager step, int start, int end) {
    int row = width * Float.BYTES;
    ByteBuffer rows = vectors.slice(start * row, (end - start) * row);
    return step.create(rows, new Shape(end - start, width), DataType.FLOAT32);
  }

  void write(SafetensorsWriter writer) {
    writer
        .longs(IDS, places.cellIds(), size())
        .tensor(VECTORS, DType.F32, new long[] {size(), width}, this::writeVectors)
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
   * @param width the length D of a vector
   * @throws ModelFormatException if the arrays do not fit each other or the network
   */
  static Gallery read(Safetensors file, int width) {
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
        || file.shape(VECTORS)[1] != width) {
      throw new ModelFormatException(
          file.path() + " lacks an array " + VECTORS + " of " + places.size() + " x " + width);
    }
    if (places.size() > most(width)) {
      throw new ModelFormatException(
          "%s holds %d places with vectors of %d numbers: at most %d fit into memory"
              .formatted(file.path(), places.size(), width, most(width)));
    }
    String digest = file.metadata().getOrDefault(DIGEST, "");
    return new Gallery(places, width, vectors -> file.read(VECTORS, 0, vectors), digest);
  }
}
