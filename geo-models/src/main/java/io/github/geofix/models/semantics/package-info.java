/** Semantic class maps of photos: what each pixel shows. */
@NullMarked
package io.github.geofix.models.semantics;

import org.jspecify.annotations.NullMarked;
