/** The geofix command: one class for each subcommand. */
@NullMarked
package io.github.geofix.cli;

import org.jspecify.annotations.NullMarked;
