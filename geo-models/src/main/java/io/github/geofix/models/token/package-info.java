/** The token family: a transformer writes the S2 cell of a photo token by token. */
@NullMarked
package io.github.geofix.models.token;

import org.jspecify.annotations.NullMarked;
