/** Positions, locations and the {@link io.github.geofix.core.Localizer} that finds them. */
@NullMarked
package io.github.geofix.core;

import org.jspecify.annotations.NullMarked;
