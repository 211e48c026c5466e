/** Imagery read from any of the usual stores of tiles. */
@NullMarked
package io.github.geofix.core.tile;

import org.jspecify.annotations.NullMarked;
