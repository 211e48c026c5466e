package io.github.geofix.core.index;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingIndex.Metric;
import io.github.geofix.core.partition.Region;
import java.util.List;

/** Nearest-neighbor search over an index, or over the part of it inside a region. Thread-safe. */
public interface EmbeddingSearch {

  /** Returns D, the dimension of rows and queries. */
  int dimension();

  /**
   * Finds the k rows closest to a query; fewer if there are fewer rows.
   *
   * @param query [D]
   * @throws IllegalArgumentException if the query has another dimension, or contains NaN or an
   *     infinity, or is zero where the metric is the cosine, or k is less than 1
   * @throws IllegalStateException if the index is closed
   */
  Result search(float[] query, int k);

  /**
   * Finds the k rows closest to each query, reading the rows once for the whole batch. The scores
   * equal those of {@link #search(float[], int)} bit for bit.
   *
   * @param queries [B, D]
   * @return B results, in the order of the queries
   */
  List<Result> search(float[][] queries, int k);

  /**
   * Restricts the search to rows within a great-circle distance of a point.
   *
   * @throws IllegalArgumentException if the radius is negative or not a number
   */
  EmbeddingSearch within(LatLng center, double radiusKm);

  /**
   * Restricts the search to rows in a box, edges included. If west is greater than east, the box
   * crosses the antimeridian.
   *
   * @throws IllegalArgumentException if a value is out of range, or south is greater than north
   */
  EmbeddingSearch withinBox(double south, double west, double north, double east);

  /** Restricts the search to rows in a region. */
  EmbeddingSearch within(Region region);

  /**
   * Limits the number of threads of one call; the default is the number of processors.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  EmbeddingSearch withThreads(int threads);

  /**
   * The rows closest to a query.
   *
   * @param hits the rows, best first; equal scores by row number
   * @param cost the cost of the search
   */
  record Result(List<Hit> hits, SearchCost cost) {
    /** Copies the list. */
    public Result {
      hits = List.copyOf(hits);
    }
  }

  /**
   * One row found by a search.
   *
   * @param row the row's number in the index; changes when the index is compacted
   * @param score the similarity, see {@link Metric}; not a probability
   * @param id the name the row was added with
   * @param latLng the row's position
   */
  record Hit(int row, float score, String id, LatLng latLng) {}

  /**
   * The cost of a search. The results of a batch share one.
   *
   * @param rowsScanned the number of rows compared with each query, including rows outside a region
   *     that share a block with it
   * @param bytesRead the bytes of row data read
   * @param nanos the time from call to return, in nanoseconds
   */
  record SearchCost(long rowsScanned, long bytesRead, long nanos) {}
}
