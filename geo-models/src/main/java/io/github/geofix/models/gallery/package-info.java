/** Galleries of photos with known positions, in which other photos are found. */
@NullMarked
package io.github.geofix.models.gallery;

import org.jspecify.annotations.NullMarked;
