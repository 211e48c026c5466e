@NullMarked
package io.github.geofix.examples;

import org.jspecify.annotations.NullMarked;
