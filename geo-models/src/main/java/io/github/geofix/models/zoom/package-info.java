/** Cross-view geo-localization by autoregressive zooming into a map, after Just Zoom In. */
@NullMarked
package io.github.geofix.models.zoom;

import org.jspecify.annotations.NullMarked;
