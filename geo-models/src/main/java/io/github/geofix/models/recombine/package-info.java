/** Ground and aerial images made comparable by where each direction is in them. */
@NullMarked
package io.github.geofix.models.recombine;

import org.jspecify.annotations.NullMarked;
