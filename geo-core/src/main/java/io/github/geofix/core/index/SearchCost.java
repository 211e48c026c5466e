package io.github.geofix.core.index;

/**
 * The cost of a search. A batch is one search: its results share one cost.
 *
 * @param rowsScanned how many rows were compared with the query, rows beside a region's edge that
 *     were read along included; for a batch, with each of the queries
 * @param bytesRead how many bytes of row data were read
 * @param nanos the time from call to return, in nanoseconds
 */
public record SearchCost(long rowsScanned, long bytesRead, long nanos) {}
