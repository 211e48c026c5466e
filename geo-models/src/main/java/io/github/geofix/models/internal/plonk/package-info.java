/** Not part of the API, and may change in any version. */
@NullMarked
package io.github.geofix.models.internal.plonk;

import org.jspecify.annotations.NullMarked;
