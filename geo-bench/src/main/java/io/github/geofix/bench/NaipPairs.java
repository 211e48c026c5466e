package io.github.geofix.bench;

import io.github.geofix.bench.NaipCells.Cell;
import io.github.geofix.models.recombine.RecombineModel;
import io.github.geofix.models.train.Examples;
import java.awt.image.BufferedImage;
import java.util.SplittableRandom;

/**
 * Pairs to learn from: two images of one square, of two dates.
 *
 * @param dates their numbers, two or more
 * @param jitter how far the photo is from the middle of the tile at most, along each axis, in
 *     pixels
 * @param seed of the grids of squares
 */
record NaipPairs(
    NaipCells cells, int[] dates, NaipCamera camera, int jitter, RecombineModel model, long seed)
    implements Examples {

  @Override
  public int size() {
    return cells.trainingCount();
  }

  @Override
  public Example example(int epoch, int index, SplittableRandom random) {
    SplittableRandom grid = new SplittableRandom(31 * seed + epoch);
    Cell cell = cells.trainingCells(grid).get(index);
    int reference = random.nextInt(dates.length);
    int query = (reference + 1 + random.nextInt(dates.length - 1)) % dates.length;
    BufferedImage seen = cells.image(dates[query], cell.near(jitter, random));
    BufferedImage photo = camera.panorama(seen, random);
    return model.example(photo, cells.image(dates[reference], cell), index, random);
  }
}
