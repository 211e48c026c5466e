@NullMarked
package io.github.geofix.models.internal.decode;

import org.jspecify.annotations.NullMarked;
