/** Rules for which answers to give, with a bound on their error. */
@NullMarked
package io.github.geofix.core.abstention;

import org.jspecify.annotations.NullMarked;
