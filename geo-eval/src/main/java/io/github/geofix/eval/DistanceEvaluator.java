package io.github.geofix.eval;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.geodesy.LatLng;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Runs a localizer over photos with known positions and measures the distances. Immutable and
 * thread-safe.
 */
public final class DistanceEvaluator {

  /**
   * Is told of each photo as it is located, in manifest order: for progress, or to keep candidates.
   */
  @FunctionalInterface
  public interface Observer {
    /**
     * Takes one located photo.
     *
     * @param index the photo's place in the manifest
     * @param photo the photo
     * @param location where the localizer thinks it was taken
     */
    void located(int index, Manifest.Entry photo, Location location);
  }

  private final List<Double> limitsKm;
  private final int batchSize;
  private final Observer observer;

  private DistanceEvaluator(List<Double> limitsKm, int batchSize, Observer observer) {
    this.limitsKm = limitsKm;
    this.batchSize = batchSize;
    this.observer = observer;
  }

  /** Returns an evaluator at {@link DistanceReport#STANDARD_KM} in batches of 64 photos. */
  public static DistanceEvaluator withDefaults() {
    return new DistanceEvaluator(DistanceReport.STANDARD_KM, 64, (index, photo, location) -> {});
  }

  /** Returns a copy that reports the given limits, positive and ascending. */
  public DistanceEvaluator withKm(double... limitsKm) {
    return new DistanceEvaluator(Arrays.stream(limitsKm).boxed().toList(), batchSize, observer);
  }

  /**
   * Returns a copy that hands the localizer this many photos at a time.
   *
   * @throws IllegalArgumentException if {@code batchSize} is not positive
   */
  public DistanceEvaluator withBatchSize(int batchSize) {
    if (batchSize < 1) {
      throw new IllegalArgumentException("batchSize must be 1 or more: " + batchSize);
    }
    return new DistanceEvaluator(limitsKm, batchSize, observer);
  }

  /** Returns a copy that tells {@code observer} of each photo. */
  public DistanceEvaluator withObserver(Observer observer) {
    return new DistanceEvaluator(limitsKm, batchSize, observer);
  }

  /**
   * Locates every photo and reports the distances to the truth.
   *
   * <p>A missing image is found before the first one is located.
   *
   * @throws IllegalArgumentException if the manifest is empty or names a file that cannot be read
   * @throws java.io.UncheckedIOException if a file is truncated or not an image
   */
  public DistanceReport evaluate(Localizer localizer, Manifest photos) {
    photos
        .firstMissingImage()
        .ifPresent(
            image -> {
              throw new IllegalArgumentException("cannot read the image " + image);
            });
    List<Manifest.Entry> entries = photos.entries();
    List<Location> located = new ArrayList<>(entries.size());
    for (int from = 0; from < entries.size(); from += batchSize) {
      List<Manifest.Entry> batch =
          entries.subList(from, Math.min(from + batchSize, entries.size()));
      List<Location> locations =
          localizer.locateAll(batch.stream().map(Manifest.Entry::image).toList());
      for (int i = 0; i < batch.size(); i++) {
        located.add(slim(locations.get(i)));
        observer.located(from + i, batch.get(i), locations.get(i));
      }
    }
    return DistanceReport.ofLocations(photos.locations(), located, limitsKm)
        .withPhotos(names(photos));
  }

  /** Returns a location without its candidates but the first, which no figure needs. */
  private static Location slim(Location location) {
    return new Location(location.latLng(), location.candidates().subList(0, 1), location.regions());
  }

  /**
   * Reports what another system predicted.
   *
   * @param predictions one row a photo with the predicted position
   * @param photos the photos with their true positions
   * @throws IllegalArgumentException as {@link #pair}
   */
  public DistanceReport evaluate(Manifest predictions, Manifest photos) {
    List<LatLng> guesses = pair(predictions, photos).locations();
    return new DistanceReport(
        DistanceErrors.of(photos.locations(), guesses), limitsKm, names(photos));
  }

  /**
   * Returns the predictions in the order of the photos, and no others.
   *
   * <p>Photos are paired by path, or by file name where the paths differ but the names are unique.
   *
   * @param predictions one row a photo with the predicted position
   * @param photos the photos with their true positions
   * @throws IllegalArgumentException if a photo has no prediction or two; the message counts them
   *     and names the first
   */
  public static Manifest pair(Manifest predictions, Manifest photos) {
    PhotoPairing answered = new PhotoPairing(images(predictions));
    refuse(answered.twice(), "predicted twice", "");
    int[] rows = answered.find(images(photos));
    List<Manifest.Entry> guesses = new ArrayList<>(photos.size());
    Set<Path> missing = new LinkedHashSet<>();
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] == PhotoPairing.MISSING) {
        missing.add(photos.entries().get(i).image());
      } else {
        guesses.add(predictions.entries().get(rows[i]));
      }
    }
    refuse(
        missing,
        "without a prediction, of " + photos.size(),
        predictions.size() == 0
            ? "; there are no predictions"
            : "; predictions are of "
                + predictions.entries().get(0).image()
                + (predictions.size() > 1 ? ", ..." : ""));
    return Manifest.of(guesses);
  }

  private static void refuse(Set<Path> images, String what, String hint) {
    if (!images.isEmpty()) {
      throw new IllegalArgumentException(
          Count.of(images.size(), "photos are ")
              + what
              + ": "
              + images.stream().limit(3).map(Path::toString).collect(Collectors.joining(", "))
              + (images.size() > 3 ? ", ..." : "")
              + hint);
    }
  }

  private static List<Path> images(Manifest photos) {
    return photos.entries().stream().map(Manifest.Entry::image).toList();
  }

  private static List<String> names(Manifest photos) {
    return photos.entries().stream().map(entry -> entry.image().toString()).toList();
  }
}
