/** The field's benchmarks: their layouts on disk, splits and metrics. */
@NullMarked
package io.github.geofix.eval.protocol;

import org.jspecify.annotations.NullMarked;
