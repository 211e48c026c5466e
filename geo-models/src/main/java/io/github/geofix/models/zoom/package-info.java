/** Zooming in on a ground photo step by step, from one square of ground to a cell of it. */
@NullMarked
package io.github.geofix.models.zoom;

import org.jspecify.annotations.NullMarked;
