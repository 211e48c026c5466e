/** Several methods, one after the other, each looking closer than the one before. */
@NullMarked
package io.github.geofix.core.cascade;

import org.jspecify.annotations.NullMarked;
