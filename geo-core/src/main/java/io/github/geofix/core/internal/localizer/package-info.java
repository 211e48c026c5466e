/** Not part of the API, and may change in any version. */
@NullMarked
package io.github.geofix.core.internal.localizer;

import org.jspecify.annotations.NullMarked;
