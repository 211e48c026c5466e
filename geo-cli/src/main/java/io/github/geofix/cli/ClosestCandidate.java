package io.github.geofix.cli;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Explanation;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.Photo;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.localizer.ForwardingLocalizer;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Answers with the candidate closest to the truth: the best that any selection among the candidates
 * could do. For analysis only, since it needs the answers.
 */
final class ClosestCandidate extends ForwardingLocalizer {
  private final Map<Path, LatLng> truths = new HashMap<>();

  /** Wraps a localizer, which is closed with this. */
  ClosestCandidate(Localizer localizer, Manifest photos) {
    super(localizer);
    photos.entries().forEach(photo -> truths.put(photo.image(), photo.latLng()));
  }

  @Override
  public Location locate(Photo photo) {
    return closest(file(photo), super.locate(photo));
  }

  @Override
  public Explanation explain(Photo photo, Explanation.Options options) {
    Explanation explained = super.explain(photo, options);
    return new Explanation(closest(file(photo), explained.location()), explained.evidence());
  }

  private static Path file(Photo photo) {
    return photo.file().orElseThrow(ClosestCandidate::filesAlone);
  }

  private static UnsupportedOperationException filesAlone() {
    return new UnsupportedOperationException("the truth is known of photo files alone");
  }

  @Override
  public List<Location> locateAll(List<Path> photos) {
    List<Location> locations = super.locateAll(photos);
    List<Location> closest = new ArrayList<>(locations.size());
    for (int i = 0; i < locations.size(); i++) {
      closest.add(closest(photos.get(i), locations.get(i)));
    }
    return closest;
  }

  @Override
  public void locateEach(List<Path> photos, Consumer<? super PhotoOutcome> action) {
    super.locateEach(
        photos,
        outcome ->
            action.accept(
                outcome instanceof PhotoOutcome.Located located
                    ? new PhotoOutcome.Located(
                        located.photo(), closest(located.photo(), located.location()))
                    : outcome));
  }

  private Location closest(Path photo, Location location) {
    LatLng truth = Objects.requireNonNull(truths.get(photo));
    LatLng answer =
        location.candidates().stream()
            .map(Candidate::latLng)
            .min(Comparator.comparingDouble(place -> GreatCircle.distanceKm(place, truth)))
            .orElseThrow();
    return new Location(answer, location.candidates(), location.regions());
  }

  @Override
  public List<Location> locateImages(List<BufferedImage> photos) {
    throw filesAlone();
  }
}
