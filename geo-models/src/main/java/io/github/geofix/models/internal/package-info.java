/**
 * Not part of the API, and may change in any version: from scores of cells to a location, in
 * batches.
 */
@NullMarked
package io.github.geofix.models.internal;

import org.jspecify.annotations.NullMarked;
