/** Photos, partitions, evaluations and indexes of any size, on Apache Spark. */
@NullMarked
package io.github.geofix.spark;

import org.jspecify.annotations.NullMarked;
