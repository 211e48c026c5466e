@NullMarked
package io.github.geofix.models.recombine;

import org.jspecify.annotations.NullMarked;
