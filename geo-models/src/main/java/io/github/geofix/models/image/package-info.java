/** From a photo file to the numbers a network reads: decoding, resizing, crops, augmentation. */
@NullMarked
package io.github.geofix.models.image;

import org.jspecify.annotations.NullMarked;
