package io.github.geofix.models.io;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.ScoreRegion;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.core.partition.Region;
import io.github.geofix.models.image.ImagePreprocessor;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.image.Photos;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Decodes and preprocesses photos and hands them to a family in batches. Thread-safe. */
public abstract class BatchLocalizer implements Localizer {
  private static final int BATCH = 32;

  /** A batch holds fewer photos if they are large: 32 of 336 pixels fit, in 43 MB. */
  private static final int MAX_FLOATS = 11_000_000;

  private static final List<Double> SHARES = List.of(0.5, 0.9);

  private final ImagePreprocessor preprocessor;

  /** Creates a localizer for a network that reads such images. */
  protected BatchLocalizer(ImageSpec image) {
    this.preprocessor = ImagePreprocessor.of(image);
  }

  /**
   * Locates one batch.
   *
   * @param photos {@code [count, 3, H, W]}, preprocessed; or what {@link #prepare} returned, one
   *     photo after the other
   */
  protected abstract List<Location> locate(float[] photos, int count);

  /**
   * Turns a photo into numbers, as many for each photo. Overridden by families that look at several
   * crops, or at more than the photo's pixels.
   *
   * @param file where the photo came from, if it came from a file
   */
  protected float[] prepare(BufferedImage photo, Optional<Path> file) {
    return preprocessor.apply(photo);
  }

  /** Returns the regions of S2 cells that hold half and nine tenths of the score. */
  protected static List<ScoreRegion> regions(CellPartition cells, double[] scores) {
    List<Region> regions = Region.holding(SHARES, cells, scores);
    return IntStream.range(0, SHARES.size())
        .mapToObj(i -> new ScoreRegion(SHARES.get(i), regions.get(i).s2Tokens()))
        .toList();
  }

  @Override
  public List<Location> locateAll(List<Path> photos) {
    return inBatches(photos, file -> prepare(Photos.read(file), Optional.of(file)));
  }

  @Override
  public List<Location> locateImages(List<BufferedImage> photos) {
    return inBatches(photos, photo -> prepare(photo, Optional.empty()));
  }

  private <T> List<Location> inBatches(List<T> photos, Function<T, float[]> prepare) {
    List<Location> locations = new ArrayList<>(photos.size());
    List<float[]> batch = new ArrayList<>();
    for (T photo : photos) {
      float[] floats = prepare.apply(photo);
      batch.add(floats);
      if (batch.size() == Math.max(1, Math.min(BATCH, MAX_FLOATS / floats.length))) {
        locations.addAll(locate(joined(batch), batch.size()));
        batch.clear();
      }
    }
    if (!batch.isEmpty()) {
      locations.addAll(locate(joined(batch), batch.size()));
    }
    return locations;
  }

  private static float[] joined(List<float[]> batch) {
    int length = batch.get(0).length;
    float[] joined = new float[batch.size() * length];
    for (int i = 0; i < batch.size(); i++) {
      System.arraycopy(batch.get(i), 0, joined, i * length, length);
    }
    return joined;
  }

  /** Closes nothing: the arrays belong to the model. */
  @Override
  public void close() {}
}
