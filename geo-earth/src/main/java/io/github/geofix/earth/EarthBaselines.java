package io.github.geofix.earth;

import io.github.geofix.core.geodesy.LatLng;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Four ways to locate photos of {@link EarthPhotos} without learning, to be printed beside every
 * learned method. All choose among the same cells of land and compare with the same reference
 * picture. Immutable and thread-safe; the work is shared by all processors.
 *
 * <p>Photos of any size are shrunk to 8 x 8 pixels. On photos of May 2004, 12 x 12 pixels gain
 * search 3 points within 200 km at three times the time, and cost the plain correlation 1 point.
 */
public final class EarthBaselines {

  /** Width and height at which pictures are compared. */
  private static final int SIDE = 8;

  /** The one size that is tried without search: the middle of what {@link EarthPhotos} takes. */
  private static final double MIDDLE_SIZE_DEGREES = 8;

  private static final double[] SIZES_DEGREES = {5, 7, 9, 11};
  private static final double[] ROTATIONS_DEGREES = {-20, -10, 0, 10, 20};
  private static final int POSITIONS_PER_SIDE = 3;

  /** Cells handled by one task: enough templates to outweigh the merging of its results. */
  private static final int CELLS_PER_TASK = 8;

  private final EarthImage reference;
  private final LandCells cells;

  private EarthBaselines(EarthImage reference, LandCells cells) {
    this.reference = reference;
    this.cells = cells;
  }

  /**
   * Creates the baselines.
   *
   * @param reference the picture that photos are compared with
   * @param cells where photos may have been taken
   */
  public static EarthBaselines of(EarthImage reference, LandCells cells) {
    return new EarthBaselines(reference, cells);
  }

  /** Guesses the middle of a random cell for each of {@code count} photos, unseen. */
  public List<LatLng> chance(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return IntStream.range(0, count)
        .mapToObj(i -> cells.center(random.nextInt(cells.size())))
        .toList();
  }

  /**
   * Guesses the middle of the cell whose mean color, over 8 degrees of ground, is nearest to the
   * photo's in RGB.
   */
  public List<LatLng> meanColor(List<BufferedImage> photos) {
    double[][] colors =
        IntStream.range(0, cells.size())
            .parallel()
            .mapToObj(c -> mean(template(cells.center(c), MIDDLE_SIZE_DEGREES, 0)))
            .toArray(double[][]::new);
    return photos.parallelStream()
        .map(photo -> cells.center(nearest(colors, mean(shrunk(photo)))))
        .toList();
  }

  /** Returns the mean of red, green and blue. */
  private static double[] mean(int[] rgb) {
    double[] mean = new double[3];
    for (int c = 0; c < 3; c++) {
      int shift = 16 - 8 * c;
      mean[c] = Arrays.stream(rgb).map(color -> color >> shift & 0xFF).average().orElseThrow();
    }
    return mean;
  }

  private static int nearest(double[][] colors, double[] color) {
    int nearest = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < colors.length; i++) {
      double squared = squaredDistance(colors[i], color);
      if (squared < least) {
        least = squared;
        nearest = i;
      }
    }
    return nearest;
  }

  private static double squaredDistance(double[] a, double[] b) {
    double red = a[0] - b[0];
    double green = a[1] - b[1];
    double blue = a[2] - b[2];
    return red * red + green * green + blue * blue;
  }

  /**
   * Guesses the middle of the cell whose picture, 8 degrees of ground with north up, has the
   * highest normalized cross-correlation with the photo.
   */
  public List<LatLng> correlation(List<BufferedImage> photos) {
    return bestView(photos, new double[] {MIDDLE_SIZE_DEGREES}, new double[] {0}, 1);
  }

  /**
   * Guesses the place with the highest normalized cross-correlation: 9 positions in each cell, 4
   * sizes and 5 rotations. One call for all photos is faster than one for each.
   */
  public List<LatLng> correlationSearch(List<BufferedImage> photos) {
    return bestView(photos, SIZES_DEGREES, ROTATIONS_DEGREES, POSITIONS_PER_SIDE);
  }

  private List<LatLng> bestView(
      List<BufferedImage> photos, double[] sizes, double[] rotations, int positionsPerSide) {
    TemplateMatcher matcher =
        new TemplateMatcher(
            photos.parallelStream()
                .map(photo -> TemplateMatcher.vector(shrunk(photo)))
                .toArray(float[][]::new));
    int perPosition = sizes.length * rotations.length;
    int perCell = positionsPerSide * positionsPerSide * perPosition;
    IntStream.range(0, (cells.size() + CELLS_PER_TASK - 1) / CELLS_PER_TASK)
        .parallel()
        .forEach(
            task -> {
              int first = task * CELLS_PER_TASK;
              int end = Math.min(first + CELLS_PER_TASK, cells.size());
              float[][] templates =
                  IntStream.range(first, end)
                      .mapToObj(cell -> templates(cell, sizes, rotations, positionsPerSide))
                      .flatMap(Arrays::stream)
                      .toArray(float[][]::new);
              matcher.match(templates, first * perCell);
            });
    return Arrays.stream(matcher.best())
        .mapToObj(
            template ->
                cells
                    .positions(template / perCell, positionsPerSide)
                    .get(template % perCell / perPosition))
        .toList();
  }

  /** Returns the vectors of all views of a cell: positions, then sizes, then rotations. */
  private float[][] templates(int cell, double[] sizes, double[] rotations, int positionsPerSide) {
    List<float[]> templates = new ArrayList<>();
    for (LatLng position : cells.positions(cell, positionsPerSide)) {
      for (double size : sizes) {
        for (double rotation : rotations) {
          templates.add(TemplateMatcher.vector(template(position, size, rotation)));
        }
      }
    }
    return templates.toArray(float[][]::new);
  }

  /**
   * Ranks the cells by {@link #meanColor} for each photo.
   *
   * @param cellOf the true cell of each photo
   * @return for each photo how many other cells fit it as well as the true one or better
   */
  public int[] meanColorRanks(List<BufferedImage> photos, int[] cellOf) {
    double[][] colors = photos.stream().map(photo -> mean(shrunk(photo))).toArray(double[][]::new);
    return ranks(
        cellOf,
        cell -> {
          double[] seen = mean(template(cells.center(cell), MIDDLE_SIZE_DEGREES, 0));
          float[] scores = new float[colors.length];
          for (int p = 0; p < scores.length; p++) {
            scores[p] = (float) -squaredDistance(seen, colors[p]);
          }
          return scores;
        });
  }

  /** As {@link #meanColorRanks}, by {@link #correlation}. */
  public int[] correlationRanks(List<BufferedImage> photos, int[] cellOf) {
    return ranks(photos, cellOf, new double[] {MIDDLE_SIZE_DEGREES}, new double[] {0}, 1);
  }

  /**
   * As {@link #meanColorRanks}, by the best view of each cell that {@link #correlationSearch}
   * tries.
   */
  public int[] correlationSearchRanks(List<BufferedImage> photos, int[] cellOf) {
    return ranks(photos, cellOf, SIZES_DEGREES, ROTATIONS_DEGREES, POSITIONS_PER_SIDE);
  }

  private int[] ranks(
      List<BufferedImage> photos,
      int[] cellOf,
      double[] sizes,
      double[] rotations,
      int positionsPerSide) {
    float[][] vectors =
        photos.parallelStream()
            .map(photo -> TemplateMatcher.vector(shrunk(photo)))
            .toArray(float[][]::new);
    return ranks(
        cellOf,
        cell -> {
          TemplateMatcher matcher = new TemplateMatcher(vectors);
          matcher.match(templates(cell, sizes, rotations, positionsPerSide), 0);
          return matcher.bestScores();
        });
  }

  /**
   * Counts in one pass over the cells, keeping a number for each photo and cell.
   *
   * @param scoresOf the score of each photo in a cell
   */
  private int[] ranks(int[] cellOf, IntFunction<float[]> scoresOf) {
    float[][] scores =
        IntStream.range(0, cells.size()).parallel().mapToObj(scoresOf).toArray(float[][]::new);
    return IntStream.range(0, cellOf.length)
        .map(
            photo -> {
              float truth = scores[cellOf[photo]][photo];
              return (int)
                      IntStream.range(0, scores.length)
                          .filter(cell -> scores[cell][photo] >= truth)
                          .count()
                  - 1;
            })
        .toArray();
  }

  private int[] template(LatLng center, double sizeDegrees, double rotationDegrees) {
    int[] rgb = new int[SIDE * SIDE];
    reference.sample(new EarthView(center, sizeDegrees, rotationDegrees), SIDE, rgb);
    return rgb;
  }

  private static int[] shrunk(BufferedImage photo) {
    int[] rgb = EarthImage.pixels(photo);
    int height = photo.getHeight();
    int[] narrow = new int[height * SIDE];
    Shrink columns = new Shrink(photo.getWidth(), SIDE);
    for (int i = 0; i < narrow.length; i++) {
      narrow[i] = columns.average(rgb, i / SIDE * photo.getWidth(), 1, i % SIDE);
    }
    int[] small = new int[SIDE * SIDE];
    Shrink rows = new Shrink(height, SIDE);
    for (int i = 0; i < small.length; i++) {
      small[i] = rows.average(narrow, i % SIDE, SIDE, i / SIDE);
    }
    return small;
  }
}
