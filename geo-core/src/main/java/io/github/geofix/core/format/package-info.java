/** Readers that trust nothing, and mapped files. */
@NullMarked
package io.github.geofix.core.format;

import org.jspecify.annotations.NullMarked;
