@NullMarked
package io.github.geofix.models.io;

import org.jspecify.annotations.NullMarked;
