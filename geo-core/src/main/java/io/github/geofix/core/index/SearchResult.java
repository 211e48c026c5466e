package io.github.geofix.core.index;

import java.util.List;

/**
 * The rows closest to a query.
 *
 * @param hits the rows, best first; of equal scores the lower row number first
 * @param cost what the search did
 */
public record SearchResult(List<Hit> hits, SearchCost cost) {
  /** Copies the list. */
  public SearchResult {
    hits = List.copyOf(hits);
  }
}
