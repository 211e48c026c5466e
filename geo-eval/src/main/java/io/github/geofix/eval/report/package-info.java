/**
 * Reports that a person reads: one HTML page that needs no network, no other file and no server.
 */
@NullMarked
package io.github.geofix.eval.report;

import org.jspecify.annotations.NullMarked;
