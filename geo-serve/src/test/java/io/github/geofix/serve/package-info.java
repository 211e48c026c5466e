@NullMarked
package io.github.geofix.serve;

import org.jspecify.annotations.NullMarked;
