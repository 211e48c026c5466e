/** From scores of cells to a location: candidates, mean position and regions. */
@NullMarked
package io.github.geofix.models.answer;

import org.jspecify.annotations.NullMarked;
