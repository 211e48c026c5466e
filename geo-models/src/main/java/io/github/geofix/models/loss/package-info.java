/** Training objectives, each in the form that neither overflows nor loses small differences. */
@NullMarked
package io.github.geofix.models.loss;

import org.jspecify.annotations.NullMarked;
