/** Lets a vision-language model outside decide between the places that a token model found. */
@NullMarked
package io.github.geofix.models.token.judge;

import org.jspecify.annotations.NullMarked;
