@NullMarked
package io.github.geofix.cli;

import org.jspecify.annotations.NullMarked;
