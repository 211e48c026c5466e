@NullMarked
package io.github.geofix.judge;

import org.jspecify.annotations.NullMarked;
