/** Not part of the API, and may change in any version: the decoder of WebP images. */
@NullMarked
package io.github.geofix.core.internal.webp;

import org.jspecify.annotations.NullMarked;
