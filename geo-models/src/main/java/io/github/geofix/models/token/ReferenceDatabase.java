package io.github.geofix.models.token;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.index.EmbeddingSearch.Hit;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.Interrupts;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

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
    private final EmbeddingIndex.Builder rows;

    private Builder(int vectors, int dimension, EmbeddingIndex.Builder rows) {
      this.vectors = vectors;
      this.dimension = dimension;
      this.rows = rows;
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
    return new Builder(
        vectors, dimension, EmbeddingIndex.builder(dimension, EmbeddingIndex.Options.defaults()));
  }

  /**
   * Writes the file of a database that need not fit into memory; {@link #open} maps it.
   *
   * @param vectors V, the number of vectors in a row
   * @param rows [N, V W]: the vectors of each photo, one after the other; the name of their encoder
   *     is kept if it is in the metadata as {@code encoder}
   * @param places where the photos were taken
   * @param onRow called with the number of photos written
   * @throws IllegalArgumentException if the numbers of rows and places differ, or V does not divide
   *     the rows
   * @throws java.io.UncheckedIOException if writing fails; an older file is left as it was
   */
  public static void write(
      Path file, int vectors, Embeddings rows, List<LatLng> places, IntConsumer onRow) {
    RowVectors read = new RowVectors(rows, vectors);
    RowVectors.checkPlaces(rows, places);
    EmbeddingIndex.Options options =
        EmbeddingIndex.Options.defaults().withEncoder(rows.metadata().getOrDefault("encoder", ""));
    EmbeddingIndex.write(
        file,
        read.dimension(),
        options,
        index -> {
          Builder builder = new Builder(vectors, read.dimension(), index);
          for (int i = 0; i < rows.size(); i++) {
            Interrupts.check(i, rows.size(), "photos");
            builder.add(read.of(i), places.get(i), Integer.toString(i));
            onRow.accept(i + 1);
          }
        });
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

  /** Returns the digest of the encoder that made the vectors; empty if it is not known. */
  String encoder() {
    return index.options().encoder();
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
    return neighbors(find(vectors, skipped, count), vectors.length);
  }

  private void requireRows(int needed) {
    if (size() < needed) {
      throw new IllegalArgumentException(
          "the database has "
              + Count.of(size(), "photos, ")
              + needed
              + " needed: add photos, or use a model with fewer neighbors");
    }
  }

  /**
   * Returns a photo of the database as a neighbor.
   *
   * @param row as {@link Hit#row} numbers them
   * @param count V
   */
  private Neighbor neighbor(int row, double score, int count) {
    byte[] payload = index.payload(row);
    int width = index.dimension();
    if (payload.length != Float.BYTES * count * width) {
      throw new IllegalArgumentException(
          "a photo of the database has "
              + payload.length
              + " bytes of vectors, "
              + count
              + " vectors of "
              + width
              + " needed");
    }
    float[][] vectors = new float[count][width];
    ByteBuffer bytes = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] vector : vectors) {
      for (int i = 0; i < width; i++) {
        vector[i] = bytes.getFloat();
      }
    }
    return new Neighbor(vectors, index.latLng(row), score);
  }

  /** The neighbors of a photo that were searched once: their rows and scores. */
  record Found(int[] rows, double[] scores) {}

  /** As {@link #neighbors}, to be kept and given to {@link #neighbors(Found, int)}. */
  Found find(float[][] vectors, int skipped, int count) {
    requireRows(skipped + count);
    List<Hit> hits = index.search(vectors[0], skipped + count).hits();
    List<Hit> kept = hits.subList(skipped, hits.size());
    return new Found(
        kept.stream().mapToInt(Hit::row).toArray(),
        kept.stream().mapToDouble(Hit::score).toArray());
  }

  /**
   * Returns neighbors found before.
   *
   * @param count V
   */
  List<Neighbor> neighbors(Found found, int count) {
    return IntStream.range(0, found.rows().length)
        .mapToObj(i -> neighbor(found.rows()[i], found.scores()[i], count))
        .toList();
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

  /**
   * A photo of the reference database that is similar to the query.
   *
   * @param vectors its V vectors of W values
   * @param latLng where it was taken
   * @param similarity the cosine of the vectors that were compared, -1 to 1
   */
  public record Neighbor(float[][] vectors, LatLng latLng, double similarity) {}
}
