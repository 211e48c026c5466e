package io.github.geofix.eval;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Localizer.PhotoOutcome;
import io.github.geofix.core.Location;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.CsvFile;
import io.github.geofix.core.internal.Printable;
import io.github.geofix.core.internal.RelativeNames;
import io.github.geofix.core.internal.cell.S2Cells;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Locates photos with known positions and measures the distances. Immutable and thread-safe.
 *
 * <p>Photos are located in batches; of each only the position and the coverage of its regions are
 * kept.
 */
public final class DistanceEvaluator {
  private static final String RANK = "rank";

  /** Receives each photo as soon as it is located, in manifest order. */
  @FunctionalInterface
  public interface Observer {
    /**
     * Receives a located photo.
     *
     * @param index the photo's position in the manifest
     * @param photo the photo
     * @param location the predicted location
     */
    void located(int index, Manifest.Entry photo, Location location);

    /**
     * Receives a photo that is skipped because it cannot be read.
     *
     * @param index the photo's position in the manifest
     * @param photo the photo
     * @param failure why
     */
    default void skipped(int index, Manifest.Entry photo, PhotoOutcome.Failed failure) {}

    /**
     * Receives a photo that the localizer declines to locate. It counts as located at the {@link
     * #farthest} point.
     *
     * @param index the photo's position in the manifest
     * @param photo the photo
     * @param outcome why
     */
    default void unanswered(int index, Manifest.Entry photo, PhotoOutcome.Unanswered outcome) {}
  }

  private final List<Double> limitsKm;
  private final boolean skipsUnreadable;
  private final Observer observer;

  private DistanceEvaluator(List<Double> limitsKm, boolean skipsUnreadable, Observer observer) {
    this.limitsKm = limitsKm;
    this.skipsUnreadable = skipsUnreadable;
    this.observer = observer;
  }

  /**
   * Returns an evaluator at {@link DistanceReport#STANDARD_KM} that refuses photos it cannot read.
   */
  public static DistanceEvaluator defaults() {
    return new DistanceEvaluator(DistanceReport.STANDARD_KM, false, (index, photo, location) -> {});
  }

  /** Returns a copy with other limits in km, positive and ascending. */
  public DistanceEvaluator withKm(double... limitsKm) {
    return withKm(Arrays.stream(limitsKm).boxed().toList());
  }

  /** Returns a copy with other limits in km, positive and ascending. */
  public DistanceEvaluator withKm(List<Double> limitsKm) {
    return new DistanceEvaluator(List.copyOf(limitsKm), skipsUnreadable, observer);
  }

  /** Returns a copy that skips photos it cannot read, of which the observer is notified. */
  public DistanceEvaluator skippingUnreadable() {
    return new DistanceEvaluator(limitsKm, true, observer);
  }

  /** Returns a copy with an observer: for progress, or to keep candidates. */
  public DistanceEvaluator withObserver(Observer observer) {
    return new DistanceEvaluator(limitsKm, skipsUnreadable, observer);
  }

  /**
   * Locates every photo and reports the distances to the truth. Photos are named by their paths
   * below the folder that holds all of them.
   *
   * <p>A missing image is found before the first one is located, unless unreadable ones are
   * skipped. A photo that the localizer declines to locate counts with the largest error there is,
   * {@link DistanceErrors#WORST_KM}, and the coverage of regions is not reported then.
   *
   * @throws IllegalArgumentException if the manifest is empty, it names a file that cannot be read,
   *     or all photos were skipped
   * @throws java.io.UncheckedIOException if a file is truncated or not an image, and is not skipped
   */
  public DistanceReport evaluate(Localizer localizer, Manifest photos) {
    if (!skipsUnreadable) {
      photos
          .firstMissingImage()
          .ifPresent(
              image -> {
                throw new IllegalArgumentException("cannot read the image " + image);
              });
    }
    Located located = new Located(photos.entries());
    localizer.locateEach(images(photos), located::add);
    return located.report();
  }

  /** The photos of one run that are located so far. */
  private final class Located {
    private final List<Manifest.Entry> photos;
    private final List<Manifest.Entry> read = new ArrayList<>();
    private final List<LatLng> guesses = new ArrayList<>();
    private final RegionCoverage.Counter regions = new RegionCoverage.Counter();
    private final List<PhotoOutcome.Failed> skipped = new ArrayList<>();

    Located(List<Manifest.Entry> photos) {
      this.photos = photos;
    }

    void add(PhotoOutcome outcome) {
      int index = read.size() + skipped.size();
      Manifest.Entry photo = photos.get(index);
      if (outcome instanceof PhotoOutcome.Located located) {
        read.add(photo);
        guesses.add(located.location().latLng());
        regions.add(photo.latLng(), located.location());
        observer.located(index, photo, located.location());
      } else if (outcome instanceof PhotoOutcome.Failed failed) {
        if (!skipsUnreadable) {
          throw failed.error();
        }
        skipped.add(failed);
        observer.skipped(index, photo, failed);
      } else if (outcome instanceof PhotoOutcome.Unanswered unanswered) {
        Candidate none = Candidate.of(S2Cell.of(farthest(photo.latLng()), S2Cells.MAX_LEVEL), 0);
        read.add(photo);
        guesses.add(farthest(photo.latLng()));
        regions.add(photo.latLng(), new Location(farthest(photo.latLng()), List.of(none)));
        observer.unanswered(index, photo, unanswered);
      }
    }

    DistanceReport report() {
      if (read.isEmpty() && !skipped.isEmpty()) {
        throw new IllegalArgumentException(
            "none of the "
                + Count.of(skipped.size(), "photos can be read; the first: ")
                + skipped.get(0).reason());
      }
      Manifest measured = Manifest.of(read);
      return new DistanceReport(
          DistanceErrors.of(measured.locations(), guesses),
          limitsKm,
          names(photos, measured.entries()),
          regions.coverages());
    }
  }

  /** Returns the antipode of a position: the worst answer, and that of a photo without one. */
  public static LatLng farthest(LatLng truth) {
    double longitude = truth.longitude();
    return new LatLng(-truth.latitude(), longitude > 0 ? longitude - 180 : longitude + 180);
  }

  /**
   * Reports the predictions of another system.
   *
   * @param predictions one row a photo with the predicted position
   * @param photos the photos with their true positions
   * @throws IllegalArgumentException as {@link #pair}
   */
  public DistanceReport evaluate(Manifest predictions, Manifest photos) {
    List<LatLng> guesses = pair(predictions, photos).locations();
    return new DistanceReport(
        DistanceErrors.of(photos.locations(), guesses),
        limitsKm,
        names(photos.entries(), photos.entries()));
  }

  /**
   * Returns the predictions in the order of the photos, and no others.
   *
   * <p>Of several rows of a photo that of the lowest rank counts, if there is a column {@code
   * rank}, as in the answers of {@code geofix locate --format csv}.
   *
   * <p>Photos are paired by path, else by file name, else by file name without its ending, where
   * these names are unique.
   *
   * @param predictions one row a photo with the predicted position
   * @param photos the photos with their true positions
   * @throws IllegalArgumentException if a photo has no prediction or two; the message counts them
   *     and names the first
   */
  public static Manifest pair(Manifest predictions, Manifest photos) {
    return pairAnswers(bestRanked(predictions), photos);
  }

  /** Returns of the rows of each photo that of the lowest rank, if there are ranks. */
  private static Manifest bestRanked(Manifest predictions) {
    Map<Path, Manifest.Entry> best = new LinkedHashMap<>();
    for (Manifest.Entry row : predictions.entries()) {
      String rank = row.extra().get(RANK);
      if (rank == null) {
        return predictions;
      }
      Manifest.Entry other = best.get(row.image());
      if (other == null || rank(row) < rank(other)) {
        best.put(row.image(), row);
      } else if (rank(row) == rank(other)) {
        throw new IllegalArgumentException(
            row.image() + " has the rank " + Printable.of(rank) + " twice");
      }
    }
    return Manifest.of(List.copyOf(best.values()));
  }

  private static double rank(Manifest.Entry row) {
    String text = String.valueOf(row.extra().get(RANK));
    try {
      return CsvFile.number(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          row.image() + " has a rank that is no number: " + Printable.of(text), e);
    }
  }

  private static Manifest pairAnswers(Manifest predictions, Manifest photos) {
    PhotoPairing answered = new PhotoPairing(images(predictions));
    refuse(answered.twice(), predictions, "photos predicted twice", "");
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
        photos,
        "photos without a prediction",
        predictions.size() == 0
            ? "; there are no predictions"
            : "; predictions are of "
                + predictions.entries().get(0).image()
                + (predictions.size() > 1 ? ", ..." : ""));
    return Manifest.of(guesses);
  }

  private static void refuse(Set<Path> images, Manifest all, String what, String hint) {
    if (!images.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s: %,d of %,d (", what, images.size(), all.size())
              + images.stream().limit(3).map(Path::toString).collect(Collectors.joining(", "))
              + (images.size() > 3 ? ", ...)" : ")")
              + hint);
    }
  }

  private static List<Path> images(Manifest photos) {
    return photos.entries().stream().map(Manifest.Entry::image).toList();
  }

  private static List<String> names(List<Manifest.Entry> all, List<Manifest.Entry> measured) {
    RelativeNames names = RelativeNames.of(all.stream().map(Manifest.Entry::image).toList());
    return measured.stream().map(entry -> names.of(entry.image())).toList();
  }
}
