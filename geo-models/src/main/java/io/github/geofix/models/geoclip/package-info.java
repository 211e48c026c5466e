/** GeoCLIP: photos and positions as vectors of one embedding space. */
@NullMarked
package io.github.geofix.models.geoclip;

import org.jspecify.annotations.NullMarked;
