/**
 * Internal: files that appear whole or not at all, records as strict JSON, providers of services.
 */
@NullMarked
package io.github.geofix.core.io;

import org.jspecify.annotations.NullMarked;
