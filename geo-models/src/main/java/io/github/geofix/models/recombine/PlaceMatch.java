package io.github.geofix.models.recombine;

/**
 * The best match of a photo in a gallery.
 *
 * @param place the index of the place in {@link RecombineModel#places}
 * @param similarity the cosine of photo and tile, -1 to 1
 * @param heading the heading of the middle of the photo there, degrees clockwise from north, 0 to
 *     below 360; 0 where one heading alone is tried
 */
public record PlaceMatch(int place, double similarity, double heading) {}
