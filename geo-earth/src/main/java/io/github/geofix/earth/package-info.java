/**
 * Photos cut from public-domain imagery of the whole Earth: real pictures with known positions for
 * demonstrations and end-to-end tests, and what can be guessed from them without learning.
 *
 * <p>{@link EarthImage} is a picture of the planet, {@link EarthPhotos} cuts photos out of it,
 * {@link EarthBaselines} locates them without a model.
 */
@NullMarked
package io.github.geofix.earth;

import org.jspecify.annotations.NullMarked;
