package io.github.geofix.cli;

import io.github.geofix.core.index.Embeddings;
import io.github.geofix.models.token.TokenModel.PhotoVectors;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Vectors of photo files that were computed before: one row for each, vector after vector. */
final class SavedVectors implements PhotoVectors, AutoCloseable {
  private final Embeddings rows;
  private final int count;
  private final Map<Path, Integer> rowOf = new HashMap<>();

  /**
   * Opens files whose rows belong together.
   *
   * @param photos in the order of the rows
   * @param count V, the number of vectors of a photo
   * @param dimension W, their length
   * @throws IllegalArgumentException if rows or columns are of another number
   */
  static SavedVectors open(List<Path> files, List<Path> photos, int count, int dimension) {
    return new SavedVectors(VectorFiles.open(files), photos, count, dimension);
  }

  /** As {@link #open}, of rows that are open; closed with this. */
  SavedVectors(Embeddings rows, List<Path> photos, int count, int dimension) {
    this.count = count;
    this.rows = rows;
    if (rows.size() != photos.size() || rows.dimension() != count * dimension) {
      rows.close();
      throw new IllegalArgumentException(
          "%s has %d rows of %d values: needed are %d rows, one a photo, of %d x %d values"
              .formatted(
                  rows.file().map(Path::toString).orElse("what --vectors names"),
                  rows.size(),
                  rows.dimension(),
                  photos.size(),
                  count,
                  dimension));
    }
    for (int i = 0; i < photos.size(); i++) {
      rowOf.put(photos.get(i), i);
    }
  }

  /** Returns the vectors of a row. */
  private float[][] row(int index) {
    float[] row = new float[rows.dimension()];
    rows.read(index, 1, row);
    int dimension = row.length / count;
    float[][] vectors = new float[count][dimension];
    for (int v = 0; v < count; v++) {
      System.arraycopy(row, v * dimension, vectors[v], 0, dimension);
    }
    return vectors;
  }

  @Override
  public float[][] of(Path photo) {
    Integer row = rowOf.get(photo);
    if (row == null) {
      throw new IllegalArgumentException("no vectors were given for " + photo);
    }
    return row(row);
  }

  @Override
  public float[][] of(BufferedImage photo) {
    throw new IllegalArgumentException("vectors are given for photo files alone");
  }

  @Override
  public void close() {
    rows.close();
  }
}
