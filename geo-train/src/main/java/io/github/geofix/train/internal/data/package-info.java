/** Not part of the API, and may change in any version. */
@NullMarked
package io.github.geofix.train.internal.data;

import org.jspecify.annotations.NullMarked;
