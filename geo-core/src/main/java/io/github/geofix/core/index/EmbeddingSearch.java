package io.github.geofix.core.index;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.Region;
import java.util.List;

/**
 * Rows in which the nearest to a query can be found: a whole index, or the part of one that lies in
 * a region. Thread-safe.
 */
public interface EmbeddingSearch {

  /** Returns D, the length of a row and of a query. */
  int width();

  /**
   * Finds the k rows closest to a query; fewer when there are fewer rows.
   *
   * @param query [D]
   * @throws IllegalArgumentException if the query has another width, or holds NaN or an infinity,
   *     or is zero where the metric is the cosine, or k is less than 1
   * @throws IllegalStateException if the index is closed
   */
  SearchResult search(float[] query, int k);

  /**
   * Finds the k rows closest to each query, reading the rows once for all of them: much cheaper
   * than one search after the other. The result has the order of the queries, and the scores are
   * those of {@link #search(float[], int)} to the last bit.
   *
   * @param queries [B, D]
   */
  List<SearchResult> search(float[][] queries, int k);

  /**
   * Returns the rows of this search that lie within a great-circle distance of a point.
   *
   * @throws IllegalArgumentException if the radius is negative or not a number
   */
  EmbeddingSearch within(LatLng center, double radiusKm);

  /**
   * Returns the rows of this search that lie in a box, its edges included. Where west is more than
   * east, the box crosses the antimeridian.
   *
   * @throws IllegalArgumentException if a value is out of range, or south is more than north
   */
  EmbeddingSearch withinBox(double south, double west, double north, double east);

  /** Returns the rows of this search that lie in a region. */
  EmbeddingSearch within(Region region);

  /**
   * Returns this search with at most so many threads for one call. An index starts with as many as
   * there are processors.
   *
   * @throws IllegalArgumentException if there is less than one
   */
  EmbeddingSearch withThreads(int threads);
}
