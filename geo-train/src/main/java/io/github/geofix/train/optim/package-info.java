/** Optimizers and learning-rate schedules, equal to PyTorch's. */
@NullMarked
package io.github.geofix.train.optim;

import org.jspecify.annotations.NullMarked;
