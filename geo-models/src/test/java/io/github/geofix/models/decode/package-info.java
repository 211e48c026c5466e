@NullMarked
package io.github.geofix.models.decode;

import org.jspecify.annotations.NullMarked;
