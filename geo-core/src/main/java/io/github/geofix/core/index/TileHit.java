package io.github.geofix.core.index;

import io.github.geofix.core.geodesy.Frame;
import java.util.OptionalDouble;

/**
 * A map image found for a photo.
 *
 * @param id the address {@code zoom/x/y} of a tile, or the name that a square was added with
 * @param tile the ground it shows: a {@link io.github.geofix.core.cell.Tile} or a {@link
 *     io.github.geofix.core.geodesy.LocalFrame}
 * @param score the cosine of photo and map image, -1 to 1. Not a probability.
 * @param headingDegrees the heading of the photo's center if the map image is right, clockwise from
 *     north; empty if the encoder considers only one heading
 */
public record TileHit(String id, Frame tile, float score, OptionalDouble headingDegrees) {}
