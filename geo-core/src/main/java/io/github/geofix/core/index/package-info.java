/**
 * Nearest-neighbor search over embeddings that have a place on the Earth: exact and approximate,
 * over all rows or within a region; saved to one file and opened memory-mapped.
 */
@NullMarked
package io.github.geofix.core.index;

import org.jspecify.annotations.NullMarked;
