@NullMarked
package io.github.geofix.models.token.judge;

import org.jspecify.annotations.NullMarked;
