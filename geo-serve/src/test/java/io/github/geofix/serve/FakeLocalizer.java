package io.github.geofix.serve;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.Location.ScoreRegion;
import io.github.geofix.core.Photo;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.Region;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** Answers with one place, a degree further north for each 10 pixels of width. */
final class FakeLocalizer implements Localizer {
  final CountDownLatch begun = new CountDownLatch(1);
  volatile CountDownLatch goOn = new CountDownLatch(0);
  volatile boolean closed;

  static Location at(LatLng place) {
    S2Cell cell = S2Cell.of(place, 8);
    S2Cell next = S2Cell.of(new LatLng(place.latitude() + 1, place.longitude() + 1), 8);
    return new Location(
        place,
        List.of(Candidate.of(cell, 0.7), Candidate.of(next, 0.2)),
        List.of(new ScoreRegion(0.5, Region.of(cell))));
  }

  @Override
  public List<Location> locateImages(List<BufferedImage> photos) {
    begun.countDown();
    try {
      goOn.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return photos.stream().map(photo -> at(new LatLng(photo.getWidth() / 10.0, 20))).toList();
  }

  @Override
  public List<Location> locateAll(List<Path> photos) {
    throw new AssertionError("photos stay in memory");
  }

  @Override
  public Optional<float[]> vector(Photo photo) {
    return Optional.of(new float[] {photo.read(photoLimits()).getWidth(), 1});
  }

  @Override
  public void close() {
    closed = true;
  }
}
