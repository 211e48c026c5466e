package io.github.geofix.models.token;

import io.github.geofix.core.geodesy.LatLng;

/**
 * A photo of the reference database that is similar to the query.
 *
 * @param vectors its V vectors of W values
 * @param latLng where it was taken
 * @param similarity the cosine of the vectors that were compared, -1 to 1
 */
public record Neighbor(float[][] vectors, LatLng latLng, double similarity) {}
