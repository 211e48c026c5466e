/** The demo: trains the families on the Earth imagery, tests them, and reports. */
@NullMarked
package io.github.geofix.earth.demo;

import org.jspecify.annotations.NullMarked;
