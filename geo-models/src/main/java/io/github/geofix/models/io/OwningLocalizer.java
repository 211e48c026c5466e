package io.github.geofix.models.io;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/** A localizer whose closing closes the model, but not under the feet of a call in progress. */
final class OwningLocalizer implements Localizer {
  private final GeoModel model;
  private final Localizer localizer;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed;

  OwningLocalizer(GeoModel model) {
    this.model = model;
    this.localizer = model.localizer();
  }

  @Override
  public List<Location> locateAll(List<Path> photos) {
    return whileOpen(() -> localizer.locateAll(photos));
  }

  @Override
  public List<Location> locateImages(List<BufferedImage> photos) {
    return whileOpen(() -> localizer.locateImages(photos));
  }

  private List<Location> whileOpen(Supplier<List<Location>> call) {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the localizer is closed");
      }
      return call.get();
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        model.close();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
