/** What localizers report to a monitoring system. */
@NullMarked
package io.github.geofix.core.metrics;

import org.jspecify.annotations.NullMarked;
