package io.github.geofix.core.index;

import io.github.geofix.core.geodesy.LatLng;

/**
 * One row found by a search.
 *
 * @param row the row's number in the index; changes when the index is compacted
 * @param score the similarity, see {@link Metric}; not a probability
 * @param id the name the row was added with
 * @param latLng the row's position
 */
public record Hit(int row, float score, String id, LatLng latLng) {}
