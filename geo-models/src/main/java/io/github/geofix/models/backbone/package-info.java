/** Temporary. */
@NullMarked
package io.github.geofix.models.backbone;

import org.jspecify.annotations.NullMarked;
