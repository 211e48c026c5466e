package io.github.geofix.core.tile;

/**
 * One resolution of an imagery source: a grid of pixels in the plane of its {@link Projection}, cut
 * into tiles from its top left corner.
 *
 * @param zoom the name of the level in messages and for its reader; grows with resolution
 * @param originX x of the left edge
 * @param originY y of the top edge
 * @param scaleX pixels per unit of x
 * @param scaleY pixels per unit of y
 * @param width pixels from the left to the right edge
 * @param height pixels from the top to the bottom edge
 * @param tileWidth the width of a tile in pixels
 * @param tileHeight the height of a tile in pixels
 */
record PyramidLevel(
    int zoom,
    double originX,
    double originY,
    double scaleX,
    double scaleY,
    long width,
    long height,
    int tileWidth,
    int tileHeight) {}
