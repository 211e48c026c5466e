/** Turns photos into batches: order, worker threads, and the choice of what shares a batch. */
@NullMarked
package io.github.geofix.train.data;

import org.jspecify.annotations.NullMarked;
