@NullMarked
package io.github.geofix.models.embed;

import org.jspecify.annotations.NullMarked;
