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
import java.util.function.Function;

/** Decodes and preprocesses photos and hands them to a family in batches. Thread-safe. */
public abstract class BatchLocalizer implements Localizer {
  private static final int BATCH = 32;

  private static final List<Double> SHARES = List.of(0.5, 0.9);

  private final ImagePreprocessor preprocessor;

  /** Creates a localizer for a network that reads such images. */
  protected BatchLocalizer(ImageSpec image) {
    this.preprocessor = ImagePreprocessor.of(image);
  }

  /**
   * Locates one batch.
   *
   * @param photos {@code [count, 3, H, W]}, preprocessed
   */
  protected abstract List<Location> locate(float[] photos, int count);

  /** Returns the regions of S2 cells that hold half and nine tenths of the score. */
  protected static List<ScoreRegion> regions(CellPartition cells, double[] scores) {
    return SHARES.stream()
        .map(share -> new ScoreRegion(share, Region.holding(share, cells, scores).s2Tokens()))
        .toList();
  }

  @Override
  public List<Location> locateAll(List<Path> photos) {
    return inBatches(photos, Photos::read);
  }

  @Override
  public List<Location> locateImages(List<BufferedImage> photos) {
    return inBatches(photos, Function.identity());
  }

  private <T> List<Location> inBatches(List<T> photos, Function<T, BufferedImage> decode) {
    List<Location> locations = new ArrayList<>(photos.size());
    for (int start = 0; start < photos.size(); start += BATCH) {
      List<T> batch = photos.subList(start, Math.min(photos.size(), start + BATCH));
      int length = preprocessor.spec().length();
      float[] floats = new float[batch.size() * length];
      for (int i = 0; i < batch.size(); i++) {
        float[] photo = preprocessor.apply(decode.apply(batch.get(i)));
        System.arraycopy(photo, 0, floats, i * length, length);
      }
      locations.addAll(locate(floats, batch.size()));
    }
    return locations;
  }

  /** Closes nothing: the arrays belong to the model. */
  @Override
  public void close() {}
}
