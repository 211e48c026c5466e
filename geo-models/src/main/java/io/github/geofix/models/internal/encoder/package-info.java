/** Encoders of photos without positions of their own: any backbone with its weights. */
@NullMarked
package io.github.geofix.models.internal.encoder;

import org.jspecify.annotations.NullMarked;
