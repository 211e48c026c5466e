package io.github.geofix.models.recombine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.nn.Scalar;

/**
 * How well photos of unknown heading fit aerial images, each pair at the heading that fits best.
 *
 * @param similarities {@code [B, G]}, cosines, -1 to 1
 * @param headings {@code [B, G]}, where the middle of the photo then looks: degrees clockwise from
 *     north, 0 to below 360
 */
public record HeadingMatches(NDArray similarities, NDArray headings) {

  /**
   * Compares every photo with every aerial image at every heading; holds {@code B S G} numbers.
   *
   * @param shifted {@code [B, S, R D]}, from {@link FeatureRecombination#shifted}, of any length;
   *     the results belong to its manager
   * @param aerial {@code [G, R D]}, of any length
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public static HeadingMatches of(NDArray shifted, NDArray aerial) {
    Shape photos = shifted.getShape();
    Shape tiles = aerial.getShape();
    boolean fits =
        photos.dimension() == 3 && tiles.dimension() == 2 && photos.get(2) == tiles.get(1);
    if (!fits) {
      throw new IllegalArgumentException(
          "photos " + photos + " and aerial images " + tiles + " are not [B, S, D] and [G, D]");
    }
    NDArray units = shifted.normalize(2, 2).reshape(-1, photos.get(2));
    NDArray cosines =
        units
            .matMul(aerial.normalize(2, 1).transpose())
            .reshape(photos.get(0), photos.get(1), tiles.get(0));
    NDArray best = cosines.argMax(1).toType(DataType.FLOAT32, false);
    NDArray step = Scalar.of(best, 360.0 / photos.get(1));
    return new HeadingMatches(cosines.max(new int[] {1}), best.mul(step));
  }
}
