package io.github.geofix.models.internal.recombine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import io.github.geofix.models.internal.nn.Scalar;

/**
 * The cosines of photos of unknown heading and aerial images, each pair at its best heading.
 *
 * @param similarities {@code [B, G]}, cosines, -1 to 1
 * @param headings {@code [B, G]}, that heading of the middle of the photo: degrees clockwise from
 *     north, 0 to below 360
 */
public record HeadingMatches(NDArray similarities, NDArray headings) {

  /**
   * Compares every photo with every aerial image at every heading, one heading after the other, so
   * that memory is proportional to {@code B G} whatever S is. Of equal headings the first wins.
   *
   * @param units {@code [B, S, R D]}, from {@link FeatureRecombination#shifted}, of length 1; the
   *     results belong to its manager
   * @param unitsAerial {@code [G, R D]}, of length 1
   */
  public static HeadingMatches of(NDArray units, NDArray unitsAerial) {
    NDManager owner = units.getManager();
    NDArray tiles = unitsAerial.transpose();
    NDArray best = units.get(":, 0").matMul(tiles);
    NDArray headings = best.zerosLike();
    long all = units.getShape().get(1);
    for (int s = 1; s < all; s++) {
      try (NDManager trial = owner.newSubManager()) {
        NDArray asked = units.get(":, " + s);
        asked.attach(trial);
        NDArray cosines = asked.matMul(tiles);
        NDArray heading = cosines.onesLike().mul(Scalar.of(cosines, 360.0 * s / all));
        NDArray headingsSoFar = NDArrays.where(cosines.gt(best), heading, headings);
        NDArray bestSoFar = cosines.maximum(best);
        best.close();
        headings.close();
        best = bestSoFar;
        headings = headingsSoFar;
        best.attach(owner);
        headings.attach(owner);
      }
    }
    return new HeadingMatches(best, headings);
  }
}
