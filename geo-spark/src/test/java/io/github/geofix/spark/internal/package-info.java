@NullMarked
package io.github.geofix.spark.internal;

import org.jspecify.annotations.NullMarked;
