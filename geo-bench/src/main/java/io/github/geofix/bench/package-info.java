/** Benchmarks of hot classes beside what users would take instead. */
@NullMarked
package io.github.geofix.bench;

import org.jspecify.annotations.NullMarked;
