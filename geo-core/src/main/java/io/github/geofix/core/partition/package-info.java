/** S2 cell partitions and hierarchies used as class labels, regions and the S2 token codec. */
@NullMarked
package io.github.geofix.core.partition;

import org.jspecify.annotations.NullMarked;
