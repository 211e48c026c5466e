@NullMarked
package io.github.geofix.core.cascade;

import org.jspecify.annotations.NullMarked;
