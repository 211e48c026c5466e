package io.github.geofix.models.recombine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * The false negatives of a batch: photos and tiles that show one place without being a pair, which
 * a loss must not push apart.
 *
 * <p>The first target of a training example holds what decides. Its first number is the kind of the
 * rest: either latitude and longitude of the photo and of the middle of its tile, in units of 1e-7
 * degrees, about a centimeter; or the numbers of the tiles that show the photo's place, its own
 * first.
 */
final class FalseNegativeMask {
  private static final double UNITS_PER_DEGREE = 1e7;
  private static final long POSITIONS = 0;
  private static final long NUMBERS = 1;

  private FalseNegativeMask() {}

  /** Returns the target of a photo and a tile of known positions. */
  static long[] target(LatLng photo, LatLng tile) {
    return new long[] {
      POSITIONS,
      units(photo.latitude()),
      units(photo.longitude()),
      units(tile.latitude()),
      units(tile.longitude())
    };
  }

  /**
   * Returns the target of a photo whose tiles are known by number.
   *
   * @param tiles the number of its own tile, then of others that show its place; as many for all
   *     photos of a batch
   */
  static long[] target(long... tiles) {
    return LongStream.concat(LongStream.of(NUMBERS), LongStream.of(tiles)).toArray();
  }

  private static long units(double degrees) {
    return Math.round(degrees * UNITS_PER_DEGREE);
  }

  /**
   * Returns for each photo (row) and tile (column) whether they show one place: the middle of the
   * tile is nearer to the photo than {@code meters}, or its number is among the photo's.
   *
   * @param targets {@code [B, 5]} with positions, or {@code [B, 1 + n]} with n numbers
   * @return boolean {@code [B, B]}, in the manager of {@code targets}
   */
  static NDArray of(NDArray targets, double meters) {
    int batch = Math.toIntExact(targets.getShape().get(0));
    int width = Math.toIntExact(targets.getShape().get(1));
    long[] values = targets.toLongArray();
    boolean[] same = new boolean[batch * batch];
    for (int i = 0; i < same.length; i++) {
      int photo = i / batch * width;
      int tile = i % batch * width;
      same[i] =
          values[photo] == NUMBERS
              ? Arrays.stream(values, photo + 1, photo + width)
                  .anyMatch(number -> number == values[tile + 1])
              : 1000 * GreatCircle.distanceKm(place(values, photo + 1), place(values, tile + 3))
                  < meters;
    }
    return targets.getManager().create(same, new Shape(batch, batch));
  }

  private static LatLng place(long[] values, int at) {
    return new LatLng(values[at] / UNITS_PER_DEGREE, values[at + 1] / UNITS_PER_DEGREE);
  }
}
