package io.github.geofix.models.internal;

import com.google.common.primitives.Floats;
import io.github.geofix.core.Candidate;
import io.github.geofix.core.Explanation;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Localizer.PhotoOutcome;
import io.github.geofix.core.Location;
import io.github.geofix.core.Location.ScoreRegion;
import io.github.geofix.core.Photo;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Interrupts;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.core.internal.geodesy.SphericalMean;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.core.partition.Region;
import io.github.geofix.models.GeoModel.AnswerOptions;
import io.github.geofix.models.calibration.Calibration;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.internal.image.ImagePreprocessor;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Decodes and preprocesses photos and hands them to a family in batches. Thread-safe. */
public abstract class BatchLocalizer implements Localizer {
  private static final int BATCH = 32;

  /** A batch holds fewer photos if they are large: 32 of 336 pixels fit, in 43 MB. */
  private static final int MAX_FLOATS = 11_000_000;

  private final ImagePreprocessor preprocessor;
  private final Photo.Limits photoLimits;

  /**
   * Creates a localizer for a network that reads such images.
   *
   * @param photoLimits on the photos that it decodes
   */
  protected BatchLocalizer(ImageSpec image, Photo.Limits photoLimits) {
    this.preprocessor = ImagePreprocessor.of(image);
    this.photoLimits = photoLimits;
  }

  @Override
  public final Photo.Limits photoLimits() {
    return photoLimits;
  }

  /**
   * Locates one batch.
   *
   * @param photos {@code [count, 3, H, W]}, preprocessed; or what {@link #prepare} returned, one
   *     photo after the other
   */
  protected abstract List<Location> locate(float[] photos, int count);

  /**
   * Answers for one photo with what is known of it.
   *
   * @param pixels of the photo, as {@link #prepare} returned them
   */
  protected abstract Answer answer(float[] pixels, Photo photo, Explanation.Options options);

  @Override
  public final Location locate(Photo photo) {
    return answer(photo, Explanation.Options.defaults()).location();
  }

  @Override
  public final Explanation explain(Photo photo, Explanation.Options options) {
    return answer(photo, options).explained();
  }

  private Answer answer(Photo photo, Explanation.Options options) {
    return answer(prepare(photo.read(photoLimits), photo.file()), photo, options);
  }

  /**
   * Turns a photo into numbers, as many for each photo. Overridden by families that look at several
   * crops, or at more than the photo's pixels.
   *
   * @param file where the photo came from, if it came from a file
   */
  protected float[] prepare(BufferedImage photo, Optional<Path> file) {
    return preprocessor.apply(photo);
  }

  /**
   * Returns the region of each {@link Calibration#COVERAGE}.
   *
   * @param scores one for each cell, at the temperature of the calibration
   * @param calibration states the share of the score that each holds
   */
  public static List<ScoreRegion> regions(
      CellPartition cells, double[] scores, Calibration calibration) {
    List<Region> regions = Region.holding(calibration.sharesFor(cells, scores), cells, scores);
    return IntStream.range(0, regions.size())
        .mapToObj(i -> new ScoreRegion(Calibration.COVERAGE.get(i), regions.get(i)))
        .toList();
  }

  /**
   * Returns the location that scores of cells stand for.
   *
   * @param scores one for each cell, adding up to 1
   * @param calibration as of {@link #regions}
   */
  protected static Location location(
      CellPartition cells, double[] scores, AnswerOptions options, Calibration calibration) {
    return location(cells, scores, options, calibration, cell -> OptionalDouble.empty());
  }

  /**
   * As {@link #location(CellPartition, double[], AnswerOptions, Calibration)}, with headings.
   *
   * @param headings returns the heading of a cell's photo in degrees, if it is known
   */
  protected static Location location(
      CellPartition cells,
      double[] scores,
      AnswerOptions options,
      Calibration calibration,
      IntFunction<OptionalDouble> headings) {
    List<Candidate> best =
        Arrays.stream(best(scores, options.candidates()))
            .mapToObj(
                cell ->
                    new Candidate(
                        cells.meanOf(cell),
                        scores[cell],
                        cells.radiusKm(cell),
                        cells.cell(cell),
                        headings.apply(cell)))
            .toList();
    LatLng answer = answer(best.get(0).latLng(), cells::meanOf, scores, options);
    return new Location(answer, best, regions(cells, scores, calibration));
  }

  /**
   * As {@link #location(CellPartition, double[], AnswerOptions, Calibration, IntFunction)}, given
   * that the photo was taken in a region.
   *
   * @throws io.github.geofix.core.NoAnswerException if no cell with a score is in the region
   */
  protected static Location locationWithin(
      Optional<Region> region,
      CellPartition cells,
      double[] scores,
      AnswerOptions options,
      Calibration calibration,
      IntFunction<OptionalDouble> headings) {
    double[] within = Within.scores(region, cells, scores);
    return Within.location(region, location(cells, within, options, calibration, headings));
  }

  /**
   * Returns the location that scores of positions stand for: its candidates are positions, its
   * regions unions of the cells that they are in.
   *
   * @param positions returns the position of a number
   * @param cells those of the positions
   * @param scores one for each position, adding up to 1
   * @param calibration as of {@link #regions}
   */
  protected static Location location(
      IntFunction<LatLng> positions,
      PositionCells cells,
      double[] scores,
      AnswerOptions options,
      Calibration calibration) {
    List<Candidate> best =
        Arrays.stream(best(scores, options.candidates()))
            .mapToObj(
                i -> {
                  LatLng position = positions.apply(i);
                  S2Cell cell = cells.cells().cell(cells.label(i));
                  double radiusKm = S2Cells.radiusKm(cell.id(), position);
                  return new Candidate(position, scores[i], radiusKm, cell);
                })
            .toList();
    LatLng answer = answer(best.get(0).latLng(), positions, scores, options);
    return new Location(answer, best, regions(cells.cells(), cells.sums(scores), calibration));
  }

  /**
   * As {@link #location(IntFunction, PositionCells, double[], AnswerOptions, Calibration)}, given
   * that the photo was taken in a region: positions outside are left out.
   *
   * @throws io.github.geofix.core.NoAnswerException if no position with a score is in the region
   */
  protected static Location locationWithin(
      Optional<Region> region,
      IntFunction<LatLng> positions,
      PositionCells cells,
      double[] scores,
      AnswerOptions options,
      Calibration calibration) {
    double[] within = Within.scores(region, positions, scores);
    return Within.location(region, location(positions, cells, within, options, calibration));
  }

  /** Returns the cells of the highest scores, the highest first and of equals the first. */
  private static int[] best(double[] scores, int count) {
    int[] best = new int[Math.min(count, scores.length)];
    int size = 0;
    for (int cell = 0; cell < scores.length; cell++) {
      if (size == best.length && scores[cell] <= scores[best[size - 1]]) {
        continue;
      }
      int at = size < best.length ? size++ : size - 1;
      for (; at > 0 && scores[cell] > scores[best[at - 1]]; at--) {
        best[at] = best[at - 1];
      }
      best[at] = cell;
    }
    return best;
  }

  /** Returns the best place itself, or the mean of the score around it. */
  private static LatLng answer(
      LatLng best, IntFunction<LatLng> positions, double[] scores, AnswerOptions options) {
    if (options.meanKm() == 0) {
      return best;
    }
    SphericalMean mean = new SphericalMean();
    for (int i = 0; i < scores.length; i++) {
      LatLng position = positions.apply(i);
      if (GreatCircle.isWithin(best, position, options.meanKm())) {
        mean.add(position, scores[i]);
      }
    }
    return mean.latLng();
  }

  @Override
  public List<Location> locateAll(List<Path> photos) {
    return inBatches(photos, file -> prepare(Photos.read(file, photoLimits), Optional.of(file)));
  }

  @Override
  public List<Location> locateImages(List<BufferedImage> photos) {
    return inBatches(photos, photo -> prepare(photo, Optional.empty()));
  }

  @Override
  public void locateEach(List<Path> photos, Consumer<? super PhotoOutcome> action) {
    new OutcomeBatches<>(
            file -> prepare(Photos.read(file, photoLimits), Optional.of(file)),
            BatchLocalizer::isFull,
            batch -> locate(joined(batch), batch.size()),
            PhotoOutcome.Located::new)
        .locateEach(photos, action);
  }

  private <T> List<Location> inBatches(List<T> photos, Function<T, float[]> prepare) {
    List<Location> locations = new ArrayList<>(photos.size());
    List<float[]> batch = new ArrayList<>();
    try (ReadAhead<T, float[]> reader = new ReadAhead<>(photos, prepare)) {
      for (int i = 0; i < photos.size(); i++) {
        batch.add(reader.next());
        if (isFull(batch) || i == photos.size() - 1) {
          reader.begin(batch.size());
          Interrupts.check(locations.size(), photos.size(), "photos");
          locations.addAll(locate(joined(batch), batch.size()));
          batch.clear();
        }
      }
    }
    return locations;
  }

  /** Returns whether a batch of preprocessed photos is as large as it should be. */
  public static boolean isFull(List<float[]> batch) {
    return !batch.isEmpty() && batch.size() >= batchSize(batch.get(0).length);
  }

  /** Returns how many photos of so many floats make a batch, at least 1. */
  public static int batchSize(int floats) {
    return Math.max(1, Math.min(BATCH, MAX_FLOATS / floats));
  }

  /** Returns preprocessed photos, at least one, as one array. */
  public static float[] joined(List<float[]> batch) {
    return Floats.concat(batch.toArray(float[][]::new));
  }

  /** Closes nothing: the arrays belong to the model. */
  @Override
  public void close() {}
}
