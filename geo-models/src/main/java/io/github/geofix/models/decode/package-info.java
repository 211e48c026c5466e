/** Search for the likeliest cells of a hierarchy, which several families decode step by step. */
@NullMarked
package io.github.geofix.models.decode;

import org.jspecify.annotations.NullMarked;
