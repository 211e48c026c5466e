/**
 * Not part of the API, and may change in any version: files that appear whole or not at all,
 * records as strict JSON, CSV, providers of services.
 */
@NullMarked
package io.github.geofix.core.internal;

import org.jspecify.annotations.NullMarked;
