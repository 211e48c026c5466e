package io.github.geofix.core.index;

import io.github.geofix.core.geodesy.Frame;
import java.util.OptionalDouble;

/**
 * A map image found for a photo.
 *
 * @param id the address {@code zoom/x/y} of a tile, or the name that a square was added with
 * @param tile the ground it shows: a {@link io.github.geofix.core.cell.Tile} or a {@link
 *     io.github.geofix.core.geodesy.LocalFrame}
 * @param score how close photo and map image are, -1 to 1, higher is closer. Not a probability.
 * @param headingDegrees where the photo's middle looks if the map image is the right one, clockwise
 *     from north; empty where the encoder considers one heading only
 */
public record TileHit(String id, Frame tile, float score, OptionalDouble headingDegrees) {}
