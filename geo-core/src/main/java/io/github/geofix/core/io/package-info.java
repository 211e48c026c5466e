/** Internal: files and folders that appear whole or not at all, and records as strict JSON. */
@NullMarked
package io.github.geofix.core.io;

import org.jspecify.annotations.NullMarked;
