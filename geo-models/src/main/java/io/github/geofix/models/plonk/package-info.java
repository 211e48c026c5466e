/** PLONK: flow matching on the sphere, from noise to where a photo was taken. */
@NullMarked
package io.github.geofix.models.plonk;

import org.jspecify.annotations.NullMarked;
