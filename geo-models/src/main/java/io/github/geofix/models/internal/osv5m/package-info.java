/** The baseline of OpenStreetView-5M: classes of a quadtree, and an offset within each. */
@NullMarked
package io.github.geofix.models.internal.osv5m;

import org.jspecify.annotations.NullMarked;
