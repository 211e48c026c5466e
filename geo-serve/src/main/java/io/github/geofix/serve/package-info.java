/** An HTTP server that locates photos, with a page to try it in a browser. */
@NullMarked
package io.github.geofix.serve;

import org.jspecify.annotations.NullMarked;
