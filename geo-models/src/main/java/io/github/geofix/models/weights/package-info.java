/** Weights in safetensors files: saved, loaded and imported by dotted name. */
@NullMarked
package io.github.geofix.models.weights;

import org.jspecify.annotations.NullMarked;
