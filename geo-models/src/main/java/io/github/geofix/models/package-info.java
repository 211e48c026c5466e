/** What the four method families share: a network with a training objective. */
@NullMarked
package io.github.geofix.models;

import org.jspecify.annotations.NullMarked;
