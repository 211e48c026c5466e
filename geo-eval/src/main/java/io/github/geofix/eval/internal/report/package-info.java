/** Not part of the API, and may change in any version. */
@NullMarked
package io.github.geofix.eval.internal.report;

import org.jspecify.annotations.NullMarked;
