/** The command line of geo-spark; not API. */
@NullMarked
package io.github.geofix.spark.internal;

import org.jspecify.annotations.NullMarked;
