/** Model folders: {@code config.json}, {@code weights.safetensors} and {@code card.json}. */
@NullMarked
package io.github.geofix.models.io;

import org.jspecify.annotations.NullMarked;
