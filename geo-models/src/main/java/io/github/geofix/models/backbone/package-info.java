/** Networks that turn an image into vectors: what every family begins with. */
@NullMarked
package io.github.geofix.models.backbone;

import org.jspecify.annotations.NullMarked;
