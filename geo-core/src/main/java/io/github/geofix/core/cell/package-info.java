/** Cells of the Earth, and the paths that lead to them. */
@NullMarked
package io.github.geofix.core.cell;

import org.jspecify.annotations.NullMarked;
