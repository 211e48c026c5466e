/** The training loop: options, progress, results and checkpoints. */
@NullMarked
package io.github.geofix.train;

import org.jspecify.annotations.NullMarked;
