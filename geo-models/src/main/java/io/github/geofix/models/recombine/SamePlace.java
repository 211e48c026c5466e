package io.github.geofix.models.recombine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.LatLng;
import io.github.geofix.core.geodesy.GreatCircle;

/**
 * Tells which photos and tiles of a batch show one place although they are not partners, so that a
 * loss does not push them apart.
 *
 * <p>As targets of a training example a place is either {@code [4]}, latitude and longitude of the
 * photo and of the middle of its tile in units of 1e-7 degrees, about a centimetre; or {@code [1]},
 * the number of the tile, where positions are not known.
 */
final class SamePlace {
  private static final double UNITS_PER_DEGREE = 1e7;

  private SamePlace() {}

  /** Returns the target of a photo and a tile whose positions are known. */
  static long[] target(LatLng photo, LatLng tile) {
    return new long[] {
      units(photo.latitude()),
      units(photo.longitude()),
      units(tile.latitude()),
      units(tile.longitude())
    };
  }

  /** Returns the target of a photo and a tile that is known by its number alone. */
  static long[] target(long tile) {
    return new long[] {tile};
  }

  private static long units(double degrees) {
    return Math.round(degrees * UNITS_PER_DEGREE);
  }

  /**
   * Returns for each photo (row) and tile (column) whether they show one place: the tile's middle
   * is nearer to the photo than {@code meters}, or the tile is the photo's own.
   *
   * @param targets {@code [B, 4]} or {@code [B, 1]}
   * @return boolean {@code [B, B]}, in the manager of {@code targets}
   */
  static NDArray mask(NDArray targets, double meters) {
    int batch = Math.toIntExact(targets.getShape().get(0));
    long[] values = targets.toLongArray();
    boolean[] same = new boolean[batch * batch];
    if (targets.getShape().get(1) == 1) {
      for (int i = 0; i < same.length; i++) {
        same[i] = values[i / batch] == values[i % batch];
      }
    } else {
      for (int i = 0; i < same.length; i++) {
        LatLng photo = place(values, 4 * (i / batch));
        LatLng tile = place(values, 4 * (i % batch) + 2);
        same[i] = 1000 * GreatCircle.distanceKm(photo, tile) < meters;
      }
    }
    return targets.getManager().create(same, new Shape(batch, batch));
  }

  private static LatLng place(long[] values, int at) {
    return new LatLng(values[at] / UNITS_PER_DEGREE, values[at + 1] / UNITS_PER_DEGREE);
  }
}
