package io.github.geofix.core.index;

/**
 * The cost of a search. The results of a batch share one.
 *
 * @param rowsScanned the number of rows compared with each query, including rows outside a region
 *     that share a block with it
 * @param bytesRead the bytes of row data read
 * @param nanos the time from call to return, in nanoseconds
 */
public record SearchCost(long rowsScanned, long bytesRead, long nanos) {}
