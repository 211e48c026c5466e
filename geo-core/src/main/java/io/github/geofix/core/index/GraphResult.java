package io.github.geofix.core.index;

/**
 * The result of a graph search.
 *
 * @param best the best rows found
 * @param scored how many scores were computed
 */
record GraphResult(TopK best, long scored) {}
