package io.github.geofix.core.index;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.IndexOptions.Metric;
import java.util.List;

/**
 * The rows closest to a query.
 *
 * @param hits the rows, best first; equal scores by row number
 * @param cost the cost of the search
 */
public record SearchResult(List<Hit> hits, SearchCost cost) {
  /** Copies the list. */
  public SearchResult {
    hits = List.copyOf(hits);
  }

  /**
   * One row found by a search.
   *
   * @param row the row's number in the index; changes when the index is compacted
   * @param score the similarity, see {@link Metric}; not a probability
   * @param id the name the row was added with
   * @param latLng the row's position
   */
  public record Hit(int row, float score, String id, LatLng latLng) {}

  /**
   * The cost of a search. The results of a batch share one.
   *
   * @param rowsScanned the number of rows compared with each query, including rows outside a region
   *     that share a block with it
   * @param bytesRead the bytes of row data read
   * @param nanos the time from call to return, in nanoseconds
   */
  public record SearchCost(long rowsScanned, long bytesRead, long nanos) {}
}
