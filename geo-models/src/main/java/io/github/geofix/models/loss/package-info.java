/** Training losses, computed so that they neither overflow nor lose small differences. */
@NullMarked
package io.github.geofix.models.loss;

import org.jspecify.annotations.NullMarked;
