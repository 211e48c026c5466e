@NullMarked
package io.github.geofix.spark;

import org.jspecify.annotations.NullMarked;
