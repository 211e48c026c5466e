/** What a model needs to be trained: examples, batches and the loss of a batch. */
@NullMarked
package io.github.geofix.models.train;

import org.jspecify.annotations.NullMarked;
