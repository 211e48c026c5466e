/** Calibration on held-out photos: temperature scaling and split conformal regions. */
@NullMarked
package io.github.geofix.models.calibration;

import org.jspecify.annotations.NullMarked;
