package io.github.geofix.core.index;

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
}
