package io.github.geofix.models.internal.recombine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.recombine.RecombineConfig.View;

/**
 * FRGeo's feature recombination: pools a feature map by direction and joins the results, so that
 * the vectors of a ground and an aerial image of one place correspond.
 *
 * <p>Zhang and Zhu, "Aligning geometric spatial layout in cross-view geo-localization via feature
 * recombination" (FRGeo), AAAI 2024, eqs. 2 to 9, with four regions: south-west, north-west,
 * north-east, south-east. Ground maps are cut into strips, aerial ones into quadrants; for other
 * numbers of regions into wedges. All maps have north in the middle or up.
 *
 * <p>Costs one matrix product a map. Immutable, and thread-safe if the normalization is.
 */
public final class FeatureRecombination {

  /** What is done to the mean of each region before the regions are joined. */
  @FunctionalInterface
  public interface Normalization {
    /** Nothing, as in the paper's text. */
    Normalization NONE = (f, regions) -> regions;

    /**
     * Normalizes vectors {@code [..., D]}. The released code applies the backbone's final layer
     * normalization here, which the paper does not mention: {@code convNeXt::normalized}.
     */
    NDArray apply(Forward f, NDArray regions);
  }

  private final int regions;
  private final Normalization normalization;

  private FeatureRecombination(int regions, Normalization normalization) {
    if (regions < 1) {
      throw new IllegalArgumentException("regions must be 1 or more: " + regions);
    }
    this.regions = regions;
    this.normalization = normalization;
  }

  /**
   * Returns a recombination of R equal angles.
   *
   * @throws IllegalArgumentException if {@code regions} is below 1
   */
  public static FeatureRecombination of(int regions, Normalization normalization) {
    return new FeatureRecombination(regions, normalization);
  }

  /** Returns the number of regions R. */
  public int regions() {
    return regions;
  }

  /**
   * Recombines maps of images that face north.
   *
   * @param map {@code [B, D, H, W]} of any size
   * @return {@code [B, R D]}: all D features of the first region, then of the next
   * @throws IllegalArgumentException if a region of the map has no cell
   */
  public NDArray recombine(Forward f, NDArray map, View view) {
    int rows = side(map, 2);
    int columns = side(map, 3);
    float[] weights =
        switch (view) {
          case GROUND -> Regions.strips(rows, columns, regions);
          case AERIAL -> Regions.wedges(rows, columns, regions);
        };
    NDArray pooled = pooled(f, map, weights, regions);
    return pooled.reshape(pooled.getShape().get(0), -1);
  }

  /**
   * Returns the features of each cell of maps, normalized as the mean of a region is.
   *
   * @param map {@code [B, D, H, W]}
   * @return {@code [B, H W, D]}
   */
  NDArray cells(Forward f, NDArray map) {
    Shape shape = map.getShape();
    NDArray cells = map.reshape(shape.get(0), shape.get(1), -1).transpose(0, 2, 1);
    return normalization.apply(f, cells);
  }

  /**
   * Recombines maps of ground images once for each of S headings, evenly spaced from north
   * clockwise: heading s is {@code 360 s / S} degrees. Compare with aerial images by {@link
   * HeadingMatches}. Where R divides the columns, heading 0 of a full circle equals {@link
   * #recombine}.
   *
   * @param map {@code [B, D, H, W]} whose columns are equal angles, clockwise from left to right
   * @param headings the number S of directions in which the middle may look
   * @param fieldOfView angle that the columns span, above 0 to 360 degrees; regions outside it
   *     become zeros
   * @return {@code [B, S, R D]}
   * @throws IllegalArgumentException if {@code headings} or {@code fieldOfView} is out of range
   */
  public NDArray shifted(Forward f, NDArray map, int headings, double fieldOfView) {
    checkView(headings, fieldOfView);
    int rows = side(map, 2);
    int columns = side(map, 3);
    int all = headings * regions;
    float[] weights = new float[rows * columns * all];
    float[] seen = new float[all];
    for (int s = 0; s < headings; s++) {
      float[] one = Regions.strips(rows, columns, regions, 360.0 * s / headings, fieldOfView);
      for (int r = 0; r < regions; r++) {
        seen[s * regions + r] = Regions.isEmpty(one, regions, r) ? 0 : 1;
        for (int cell = 0; cell < rows * columns; cell++) {
          weights[cell * all + s * regions + r] = one[cell * regions + r];
        }
      }
    }
    NDArray pooled = pooled(f, map, weights, all);
    return masked(pooled, seen, new Shape(1, all, 1)).reshape(map.getShape().get(0), headings, -1);
  }

  /**
   * Recombines maps of ground images whose heading is known: what {@link #shifted(Forward, NDArray,
   * int, double)} gives for one heading of each, at the cost of one.
   *
   * @param map {@code [B, D, H, W]} whose columns are equal angles, clockwise from left to right
   * @param heading for each map which of the S headings, 0 to S - 1
   * @param headings the number S of directions in which the middle may look
   * @param fieldOfView angle that the columns span, above 0 to 360 degrees
   * @return {@code [B, R D]}
   * @throws IllegalArgumentException if there is not one heading for each map, or a heading, {@code
   *     headings} or {@code fieldOfView} is out of range
   */
  public NDArray shifted(Forward f, NDArray map, long[] heading, int headings, double fieldOfView) {
    checkView(headings, fieldOfView);
    if (heading.length != side(map, 0)) {
      throw new IllegalArgumentException(
          heading.length + " headings given for maps " + map.getShape() + ": one each needed");
    }
    int rows = side(map, 2);
    int columns = side(map, 3);
    int size = rows * columns * regions;
    float[] weights = new float[heading.length * size];
    float[] seen = new float[heading.length * regions];
    for (int b = 0; b < heading.length; b++) {
      if (heading[b] < 0 || heading[b] >= headings) {
        throw new IllegalArgumentException("heading " + heading[b] + " is not one of " + headings);
      }
      double degrees = 360.0 * heading[b] / headings;
      float[] one = Regions.strips(rows, columns, regions, degrees, fieldOfView);
      System.arraycopy(one, 0, weights, b * size, size);
      for (int r = 0; r < regions; r++) {
        seen[b * regions + r] = Regions.isEmpty(one, regions, r) ? 0 : 1;
      }
    }
    NDArray pooled = pooled(f, map, weights, regions);
    return masked(pooled, seen, new Shape(heading.length, regions, 1)).reshape(heading.length, -1);
  }

  private static void checkView(int headings, double fieldOfView) {
    boolean possible = headings >= 1 && fieldOfView > 0 && fieldOfView <= 360;
    if (!possible) {
      throw new IllegalArgumentException(
          headings
              + " headings and a field of view of "
              + fieldOfView
              + " degrees: at least 1 and above 0 to 360 needed");
    }
  }

  /** Makes zeros of what is not seen, after the normalization made something of nothing. */
  private static NDArray masked(NDArray pooled, float[] seen, Shape shape) {
    NDArray mask = pooled.getManager().create(seen, shape);
    return pooled.mul(mask.toType(pooled.getDataType(), false));
  }

  /**
   * Returns the normalized weighted means, {@code [B, count, D]}.
   *
   * @param weights {@code [cells, count]} for all maps, or {@code [B, cells, count]}
   */
  private NDArray pooled(Forward f, NDArray map, float[] weights, int count) {
    Shape shape = map.getShape();
    long cells = shape.get(2) * shape.get(3);
    boolean common = weights.length == cells * count;
    Shape form = common ? new Shape(cells, count) : new Shape(shape.get(0), cells, count);
    NDArray matrix = map.getManager().create(weights, form).toType(map.getDataType(), false);
    NDArray means = map.reshape(shape.get(0), shape.get(1), cells).matMul(matrix);
    return normalization.apply(f, means.transpose(0, 2, 1));
  }

  private static int side(NDArray map, int axis) {
    Shape shape = map.getShape();
    if (shape.dimension() != 4) {
      throw new IllegalArgumentException("a map " + shape + " is not [B, D, H, W]");
    }
    return Math.toIntExact(shape.get(axis));
  }
}
