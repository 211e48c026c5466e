package io.github.geofix.core;

import io.github.geofix.core.Localizer.PhotoOutcome;
import io.github.geofix.core.metrics.LocateMetrics;
import java.awt.image.BufferedImage;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A localizer that reports its calls. Thread-safe.
 *
 * @param localizer closed with this one
 */
record MeasuredLocalizer(Localizer localizer, LocateMetrics metrics) implements Localizer {

  @Override
  public Location locate(Path photo) {
    return measured(1, () -> localizer.locate(photo));
  }

  @Override
  public Location locate(byte[] photo) {
    return measured(1, () -> localizer.locate(photo));
  }

  @Override
  public Location locate(InputStream photo) {
    return measured(1, () -> localizer.locate(photo));
  }

  @Override
  public Location locate(BufferedImage photo) {
    return measured(1, () -> localizer.locate(photo));
  }

  @Override
  public Location locate(Photo photo) {
    return measured(1, () -> localizer.locate(photo));
  }

  @Override
  public Explanation explain(Photo photo, Explanation.Options options) {
    return measured(1, () -> localizer.explain(photo, options));
  }

  @Override
  public List<Location> locateAll(List<Path> photos) {
    return measured(photos.size(), () -> localizer.locateAll(photos));
  }

  @Override
  public List<Location> locateImages(List<BufferedImage> photos) {
    return measured(photos.size(), () -> localizer.locateImages(photos));
  }

  @Override
  public Optional<float[]> vector(Photo photo) {
    return localizer.vector(photo);
  }

  @Override
  public Photo.Limits photoLimits() {
    return localizer.photoLimits();
  }

  @Override
  public void locateEach(List<Path> photos, Consumer<? super PhotoOutcome> action) {
    long[] start = {System.nanoTime()};
    localizer.locateEach(
        photos,
        outcome -> {
          if (outcome instanceof PhotoOutcome.Failed failed) {
            metrics.failed(1, failed.error());
          } else {
            metrics.located(1, since(start[0]));
          }
          action.accept(outcome);
          start[0] = System.nanoTime();
        });
  }

  private <T> T measured(int photos, Supplier<T> call) {
    long start = System.nanoTime();
    T result;
    try {
      result = call.get();
    } catch (NoAnswerException e) {
      metrics.located(photos, since(start));
      throw e;
    } catch (RuntimeException e) {
      metrics.failed(photos, e);
      throw e;
    }
    metrics.located(photos, since(start));
    return result;
  }

  private static Duration since(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  @Override
  public void warmUp() {
    localizer.warmUp();
  }

  @Override
  public void close() {
    localizer.close();
  }
}
