@NullMarked
package io.github.geofix.models.token;

import org.jspecify.annotations.NullMarked;
