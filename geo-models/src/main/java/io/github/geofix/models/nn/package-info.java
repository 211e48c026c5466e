/** Layers, their parameters and the PyTorch engine below them. */
@NullMarked
package io.github.geofix.models.nn;

import org.jspecify.annotations.NullMarked;
