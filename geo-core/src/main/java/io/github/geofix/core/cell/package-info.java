/** Cells of the Earth: S2 cells, map tiles and the cells of a zoom grid, all under one type. */
@NullMarked
package io.github.geofix.core.cell;

import org.jspecify.annotations.NullMarked;
