package io.github.geofix.eval.protocol;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.PhotoOutcome;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.eval.DistanceEvaluator;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.PhotoReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Photos with known positions, and what is measured on them: a {@link PhotoProtocol} or photos of
 * one's own. Immutable and thread-safe.
 *
 * <pre>{@code
 * PhotoBenchmark benchmark = PhotoProtocol.named("im2gps3k").open(root);
 * PhotoEvaluation evaluation = benchmark.evaluate(localizer).named("embed-small");
 * System.out.println(evaluation.toMarkdown());
 * }</pre>
 */
public final class PhotoBenchmark {

  /** Photos whose whole locations are kept for a report. */
  static final int IN_DETAIL = 12;

  private final Optional<PhotoProtocol> protocol;
  private final PhotoSet set;
  private final List<Double> limitsKm;
  private final PhotoReport.Options options;
  private final boolean skipsUnreadable;

  private PhotoBenchmark(
      Optional<PhotoProtocol> protocol,
      PhotoSet set,
      List<Double> limitsKm,
      PhotoReport.Options options,
      boolean skipsUnreadable) {
    this.protocol = protocol;
    this.set = set;
    this.limitsKm = List.copyOf(limitsKm);
    this.options = options;
    this.skipsUnreadable = skipsUnreadable;
  }

  /** Returns a benchmark of any photos, at {@link DistanceReport#STANDARD_KM}. */
  public static PhotoBenchmark of(PhotoSet set) {
    return new PhotoBenchmark(
        Optional.empty(), set, DistanceReport.STANDARD_KM, PhotoReport.Options.defaults(), false);
  }

  /**
   * Returns a benchmark of the field.
   *
   * @param set its photos, all or some
   */
  public static PhotoBenchmark of(PhotoProtocol protocol, PhotoSet set) {
    PhotoReport.Options options = PhotoReport.Options.defaults();
    return new PhotoBenchmark(
        Optional.of(protocol),
        set,
        protocol.limitsKm(),
        protocol.grid().map(options::withGrid).orElse(options),
        false);
  }

  /** Returns a copy with other limits in km, positive and ascending. */
  public PhotoBenchmark withLimitsKm(List<Double> limitsKm) {
    return new PhotoBenchmark(protocol, set, limitsKm, options, skipsUnreadable);
  }

  /** Returns a copy with another distance within which an answer is right, for reliability. */
  public PhotoBenchmark withRightKm(double rightKm) {
    return new PhotoBenchmark(
        protocol, set, limitsKm, options.withRightKm(rightKm), skipsUnreadable);
  }

  /** Returns a copy that breaks the figures down by cells. */
  public PhotoBenchmark withCells(CellPartition cells) {
    return new PhotoBenchmark(protocol, set, limitsKm, options.withCells(cells), skipsUnreadable);
  }

  /**
   * Returns a copy that leaves out photos it cannot read, and lists them as {@link
   * PhotoEvaluation#skipped}.
   */
  public PhotoBenchmark skippingUnreadable() {
    return new PhotoBenchmark(protocol, set, limitsKm, options, true);
  }

  /** Returns the protocol, unless the photos are the user's own. */
  public Optional<PhotoProtocol> protocol() {
    return protocol;
  }

  /** Returns the photos. */
  public PhotoSet set() {
    return set;
  }

  /**
   * Locates all photos and measures the answers.
   *
   * @throws IllegalArgumentException if an image is missing, or there is none to measure
   * @throws java.io.UncheckedIOException if an image cannot be read and is not skipped
   */
  public PhotoEvaluation evaluate(Localizer localizer) {
    return evaluate(localizer, (index, photo, location) -> {});
  }

  /** As {@link #evaluate(Localizer)}; the observer receives each photo as it is located. */
  public PhotoEvaluation evaluate(Localizer localizer, DistanceEvaluator.Observer observer) {
    Kept kept = new Kept(observer);
    DistanceEvaluator evaluator = DistanceEvaluator.defaults().withKm(limitsKm).withObserver(kept);
    DistanceReport distances =
        (skipsUnreadable ? evaluator.skippingUnreadable() : evaluator)
            .evaluate(localizer, set.photos());
    Manifest photos = Manifest.of(kept.photos);
    Manifest answers = Manifest.of(kept.answers);
    return new PhotoEvaluation(
        this,
        PhotoReport.of(distances, photos, answers, options),
        new PhotoEvaluation.Answers(
            photos, answers, kept.locations, kept.skipped, kept.unanswered));
  }

  /**
   * Measures the predictions of any system.
   *
   * @param predictions one row a photo, paired as {@link DistanceEvaluator#pair} does
   * @throws IllegalArgumentException if a photo has no prediction or two
   */
  public PhotoEvaluation evaluate(Manifest predictions) {
    Manifest photos = set.photos();
    Manifest answers = DistanceEvaluator.pair(predictions, photos);
    DistanceReport distances =
        DistanceEvaluator.defaults().withKm(limitsKm).evaluate(answers, photos);
    return new PhotoEvaluation(
        this,
        PhotoReport.of(distances, photos, answers, options),
        new PhotoEvaluation.Answers(photos, answers, Map.of(), List.of(), List.of()));
  }

  /** What is kept of the answers. */
  private static final class Kept implements DistanceEvaluator.Observer {
    private final DistanceEvaluator.Observer observer;
    private final List<Manifest.Entry> photos = new ArrayList<>();
    private final List<Manifest.Entry> answers = new ArrayList<>();
    private final Map<Integer, Location> locations = new HashMap<>();
    private final List<PhotoOutcome.Failed> skipped = new ArrayList<>();
    private final List<PhotoOutcome.Unanswered> unanswered = new ArrayList<>();

    Kept(DistanceEvaluator.Observer observer) {
      this.observer = observer;
    }

    @Override
    public void located(int index, Manifest.Entry photo, Location location) {
      Map<String, String> score = Map.of("score", Double.toString(location.score()));
      if (photos.size() < IN_DETAIL) {
        locations.put(photos.size(), location);
      }
      photos.add(photo);
      answers.add(new Manifest.Entry(photo.image(), location.latLng(), score));
      observer.located(index, photo, location);
    }

    @Override
    public void skipped(int index, Manifest.Entry photo, PhotoOutcome.Failed failure) {
      skipped.add(failure);
      observer.skipped(index, photo, failure);
    }

    @Override
    public void unanswered(int index, Manifest.Entry photo, PhotoOutcome.Unanswered outcome) {
      LatLng farthest = DistanceEvaluator.farthest(photo.latLng());
      photos.add(photo);
      answers.add(new Manifest.Entry(photo.image(), farthest, Map.of("score", "0")));
      unanswered.add(outcome);
      observer.unanswered(index, photo, outcome);
    }
  }
}
