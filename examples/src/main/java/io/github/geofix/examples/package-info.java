/** One small program for each task of the README. */
@NullMarked
package io.github.geofix.examples;

import org.jspecify.annotations.NullMarked;
