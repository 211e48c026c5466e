/** Joint localization of photos that one moving camera took. */
@NullMarked
package io.github.geofix.core.track;

import org.jspecify.annotations.NullMarked;
