@NullMarked
package io.github.geofix.models.zoom;

import org.jspecify.annotations.NullMarked;
