/** Distances, means and projections on the sphere. */
@NullMarked
package io.github.geofix.core.geodesy;

import org.jspecify.annotations.NullMarked;
