/** Chains of models: the first proposes candidates, the next ones re-rank them. */
@NullMarked
package io.github.geofix.core.cascade;

import org.jspecify.annotations.NullMarked;
