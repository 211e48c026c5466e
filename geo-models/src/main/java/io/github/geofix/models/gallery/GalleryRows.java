package io.github.geofix.models.gallery;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.ApproximateIndex;
import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.index.EmbeddingSearch;
import io.github.geofix.core.index.EmbeddingSearch.Hit;
import io.github.geofix.core.partition.Region;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a gallery in its folder: {@code photos.index}, or {@code graph} if it was compacted
 * for approximate search. If both are there, a process ended between writing one and deleting the
 * other: {@code photos.index} counts. Thread-safe.
 */
final class GalleryRows implements AutoCloseable {
  static final String ROWS = "photos.index";
  static final String GRAPH = "graph";

  private final Path folder;
  private final int efSearch;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private EmbeddingIndex rows;
  private @Nullable ApproximateIndex graph;

  private GalleryRows(Path folder, int efSearch) {
    this.folder = folder;
    this.efSearch = efSearch;
    rows = open();
  }

  /** Writes the rows of an empty gallery. */
  static void create(Path file, int dimension, EmbeddingIndex.Options options) {
    try (EmbeddingIndex empty = EmbeddingIndex.builder(dimension, options).build()) {
      empty.save(file);
    }
  }

  /**
   * Opens the rows of a gallery.
   *
   * @param dimension that of the encoder's vectors
   * @param digest that of the encoder's weights
   * @throws ModelFormatException if the rows are damaged or of another encoder
   */
  static GalleryRows open(Path folder, int dimension, String digest, int efSearch) {
    GalleryRows rows = new GalleryRows(folder, efSearch);
    if (rows.rows.dimension() != dimension || !rows.rows.options().encoder().equals(digest)) {
      rows.close();
      throw new ModelFormatException(
          folder + " holds vectors of another encoder than its own: build the gallery again");
    }
    return rows;
  }

  private EmbeddingIndex open() {
    Path exact = folder.resolve(ROWS);
    if (Files.exists(exact) || !Files.isDirectory(folder.resolve(GRAPH))) {
      graph = null;
      return EmbeddingIndex.open(exact);
    }
    graph = ApproximateIndex.open(folder.resolve(GRAPH), efSearch);
    return graph.rows();
  }

  private void free() {
    if (graph != null) {
      graph.close();
    } else {
      rows.close();
    }
  }

  /** Returns the file of the rows, or the folder of the graph. */
  Path file() {
    return reading(() -> folder.resolve(graph == null ? ROWS : GRAPH));
  }

  /** Returns whether searches are approximate. */
  boolean isApproximate() {
    return reading(() -> graph != null);
  }

  /** Returns the number of photos. */
  int size() {
    return reading(() -> rows.size());
  }

  /** Returns the number of rows, deleted ones included. */
  int slots() {
    return reading(() -> rows.rows());
  }

  EmbeddingIndex.Options options() {
    return reading(() -> rows.options());
  }

  /** Returns whether the photo of a row was removed. */
  boolean isDeleted(int row) {
    return reading(() -> rows.isDeleted(row));
  }

  /** Returns the vector of a row, of length 1. */
  float[] vector(int row) {
    return reading(() -> rows.vector(row));
  }

  /** Returns where the photo of a row was taken. */
  LatLng latLng(int row) {
    return reading(() -> rows.latLng(row));
  }

  /** Returns the names of all photos. */
  Set<String> ids() {
    return reading(
        () -> {
          Set<String> ids = new HashSet<>();
          for (int row = 0; row < rows.rows(); row++) {
            if (!rows.isDeleted(row)) {
              ids.add(rows.id(row));
            }
          }
          return ids;
        });
  }

  /** Finds the most similar photos. */
  List<EmbeddingSearch.Result> search(float[][] queries, int k) {
    return reading(() -> search().search(queries, k));
  }

  /** Finds the most similar photos within a distance of a place. */
  EmbeddingSearch.Result searchWithin(float[] query, LatLng center, double km, int k) {
    return reading(() -> search().within(center, km).search(query, k));
  }

  /** Finds the most similar photos of a region, best first; none is possible. */
  List<Hit> searchWithin(float[] query, Region region, int k) {
    return reading(() -> search().within(region).search(query, k)).hits();
  }

  private EmbeddingSearch search() {
    return graph == null ? rows : graph;
  }

  /**
   * Adds photos and saves the rows.
   *
   * @param added of the same dimension and options
   */
  void append(EmbeddingIndex.Builder added) {
    change(index -> index.append(added));
  }

  /**
   * Removes photos and saves the rows.
   *
   * @return the names that were found
   */
  Set<String> remove(Set<String> ids) {
    Set<String> found = new HashSet<>();
    change(
        index -> {
          for (int row = 0; row < index.rows(); row++) {
            if (!index.isDeleted(row) && ids.contains(index.id(row))) {
              found.add(index.id(row));
              index.delete(row);
            }
          }
          return found.size();
        });
    return found;
  }

  /** A change of the rows; returns how many there are. */
  private interface Change {
    int apply(EmbeddingIndex index);
  }

  /** Changes the rows, saves them as an exact index, and maps the new file. */
  private void change(Change change) {
    writing(
        () -> {
          try {
            change.apply(rows);
            rows.save(folder.resolve(ROWS));
          } finally {
            // What was saved, or the rows as they were if that failed.
            free();
            rows = open();
          }
          delete(folder.resolve(GRAPH));
        });
  }

  /**
   * Frees the space of removed photos and sorts the rest by position.
   *
   * @param approximate whether to build a graph for approximate search
   * @param onLinked receives the number of rows linked so far, see {@link ApproximateIndex#build}
   */
  void compact(boolean approximate, IntConsumer onLinked) {
    change(EmbeddingIndex::compact);
    if (approximate) {
      writing(
          () -> {
            ApproximateIndex.build(
                rows, ApproximateIndex.Options.defaults(), folder.resolve(GRAPH), onLinked);
            free();
            delete(folder.resolve(ROWS));
            rows = open();
          });
    }
  }

  private static void delete(Path path) {
    try {
      if (Files.exists(path)) {
        MoreFiles.deleteRecursively(path, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + path + ": " + e.getMessage(), e);
    }
  }

  private <T> T reading(Supplier<T> work) {
    lock.readLock().lock();
    try {
      return work.get();
    } finally {
      lock.readLock().unlock();
    }
  }

  private void writing(Runnable work) {
    lock.writeLock().lock();
    try {
      work.run();
    } finally {
      lock.writeLock().unlock();
    }
  }

  @Override
  public void close() {
    writing(this::free);
  }
}
