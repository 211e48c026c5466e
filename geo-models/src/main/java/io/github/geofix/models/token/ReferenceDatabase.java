package io.github.geofix.models.token;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.index.EmbeddingIndexBuilder;
import io.github.geofix.core.index.Hit;
import io.github.geofix.core.index.IndexOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;

/**
 * Photos with known places, searched by their first vector: an {@link EmbeddingIndex} whose rows
 * carry all vectors of the photo. The tokens of a neighbor follow from its place, so one database
 * serves models of any level.
 *
 * <p>Takes {@code 4 (V + 1) W} bytes a photo. Thread-safe; must be closed.
 */
public final class ReferenceDatabase implements AutoCloseable {

  /** Collects photos. Not thread-safe. */
  public static final class Builder {
    private final int vectors;
    private final int dimension;
    private final EmbeddingIndexBuilder rows;

    private Builder(int vectors, int dimension) {
      this.vectors = vectors;
      this.dimension = dimension;
      rows = EmbeddingIndex.builder(dimension, IndexOptions.defaults());
    }

    /**
     * Adds a photo; returns this.
     *
     * @param photoVectors V vectors of W values
     * @param id a name, which need not be unique
     * @throws IllegalArgumentException if they are of another number or length
     */
    public Builder add(float[][] photoVectors, LatLng latLng, String id) {
      checkShape(photoVectors, vectors, dimension);
      ByteBuffer payload =
          ByteBuffer.allocate(Float.BYTES * vectors * dimension).order(ByteOrder.LITTLE_ENDIAN);
      for (float[] vector : photoVectors) {
        payload.asFloatBuffer().put(vector);
        payload.position(payload.position() + Float.BYTES * dimension);
      }
      rows.add(photoVectors[0], latLng, id, payload.array());
      return this;
    }

    /** Returns the database. */
    public ReferenceDatabase build() {
      return new ReferenceDatabase(rows.build());
    }
  }

  private final EmbeddingIndex index;

  private ReferenceDatabase(EmbeddingIndex index) {
    this.index = index;
  }

  /**
   * Starts a database of photos with so many vectors of such a length.
   *
   * @param vectors V, at least 1
   * @param dimension W
   */
  public static Builder builder(int vectors, int dimension) {
    return new Builder(vectors, dimension);
  }

  /**
   * Maps a saved database.
   *
   * @throws io.github.geofix.core.format.ModelFormatException if the file is none
   */
  public static ReferenceDatabase open(Path file) {
    return new ReferenceDatabase(EmbeddingIndex.open(file));
  }

  /**
   * Saves the database.
   *
   * @throws java.io.UncheckedIOException if writing fails; an older file is left as it was
   */
  public void save(Path file) {
    index.save(file);
  }

  /** Returns the length of the vectors, W. */
  public int dimension() {
    return index.dimension();
  }

  /** Returns the number of photos. */
  public int size() {
    return index.size();
  }

  /**
   * Returns the photos most similar to one, best first.
   *
   * @param vectors the photo's; the first is compared
   * @param skipped how many of the best to leave out: 1 for a photo that is in the database itself,
   *     else 0
   * @param count at least 1
   * @throws IllegalArgumentException if the database has fewer photos
   */
  public List<Neighbor> neighbors(float[][] vectors, int skipped, int count) {
    if (size() < skipped + count) {
      throw new IllegalArgumentException(
          "the database has "
              + size()
              + " photos, "
              + (skipped + count)
              + " needed: add photos, or use a model with fewer neighbors");
    }
    return index.search(vectors[0], skipped + count).hits().stream()
        .skip(skipped)
        .map(hit -> neighbor(hit, vectors))
        .toList();
  }

  private Neighbor neighbor(Hit hit, float[][] like) {
    byte[] payload = index.payload(hit.row());
    int width = index.dimension();
    if (payload.length != Float.BYTES * like.length * width) {
      throw new IllegalArgumentException(
          "a photo of the database has "
              + payload.length
              + " bytes of vectors, "
              + like.length
              + " vectors of "
              + width
              + " needed");
    }
    float[][] vectors = new float[like.length][width];
    ByteBuffer bytes = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] vector : vectors) {
      for (int i = 0; i < width; i++) {
        vector[i] = bytes.getFloat();
      }
    }
    return new Neighbor(vectors, hit.latLng(), hit.score());
  }

  static void checkShape(float[][] given, int vectors, int dimension) {
    boolean fits = given.length == vectors;
    for (float[] vector : given) {
      fits &= vector.length == dimension;
    }
    if (!fits) {
      throw new IllegalArgumentException(
          given.length
              + " vectors of "
              + (given.length == 0 ? 0 : given[0].length)
              + " values given, "
              + vectors
              + " of "
              + dimension
              + " needed");
    }
  }

  @Override
  public void close() {
    index.close();
  }
}
