/** The embed family: photos and cells in one space, on several levels of a cell hierarchy. */
@NullMarked
package io.github.geofix.models.embed;

import org.jspecify.annotations.NullMarked;
