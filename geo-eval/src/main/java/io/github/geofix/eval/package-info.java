/** Metrics, intervals and comparisons of systems that tell where photos were taken. */
@NullMarked
package io.github.geofix.eval;

import org.jspecify.annotations.NullMarked;
