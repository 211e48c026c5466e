/** Photos that one camera took on its way, located together. */
@NullMarked
package io.github.geofix.core.track;

import org.jspecify.annotations.NullMarked;
