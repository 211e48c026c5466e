package io.github.geofix.eval.protocol;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Localizer.PhotoOutcome;
import io.github.geofix.core.Location;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.abstention.AnswerRule;
import io.github.geofix.core.abstention.AnswerRules;
import io.github.geofix.core.abstention.CalibrationVectors;
import io.github.geofix.core.geodesy.Boundaries;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.eval.DistanceEvaluator;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.Drift;
import io.github.geofix.eval.PhotoReport;
import io.github.geofix.eval.Share;
import io.github.geofix.eval.protocol.Evaluation.PhotoEvaluation;
import io.github.geofix.eval.protocol.Evaluation.PhotoEvaluation.RuleOutcome;
import io.github.geofix.eval.protocol.Protocol.Finding;
import io.github.geofix.eval.protocol.RunProvenance.FilesDigest;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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
  private final Calibrated calibrated;

  /** What the model kept of its calibration. */
  private record Calibrated(List<AnswerRule> rules, Optional<CalibrationVectors> vectors) {
    static final Calibrated NOT = new Calibrated(List.of(), Optional.empty());
  }

  private PhotoBenchmark(
      Optional<PhotoProtocol> protocol,
      PhotoSet set,
      List<Double> limitsKm,
      PhotoReport.Options options,
      boolean skipsUnreadable,
      Calibrated calibrated) {
    this.protocol = protocol;
    this.set = set;
    this.limitsKm = List.copyOf(limitsKm);
    this.options = options;
    this.skipsUnreadable = skipsUnreadable;
    this.calibrated = calibrated;
  }

  /** Returns a benchmark of any photos, at {@link DistanceReport#STANDARD_KM}. */
  public static PhotoBenchmark of(PhotoSet set) {
    return new PhotoBenchmark(
        Optional.empty(),
        set,
        DistanceReport.STANDARD_KM,
        PhotoReport.Options.defaults(),
        false,
        Calibrated.NOT);
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
        false,
        Calibrated.NOT);
  }

  /** Returns a copy with other limits in km, positive and ascending. */
  public PhotoBenchmark withLimitsKm(List<Double> limitsKm) {
    return new PhotoBenchmark(protocol, set, limitsKm, options, skipsUnreadable, calibrated);
  }

  /** Returns a copy with another distance within which an answer is right, for reliability. */
  public PhotoBenchmark withRightKm(double rightKm) {
    return new PhotoBenchmark(
        protocol, set, limitsKm, options.withRightKm(rightKm), skipsUnreadable, calibrated);
  }

  /** Returns a copy that breaks the figures down by cells. */
  public PhotoBenchmark withCells(CellPartition cells) {
    return new PhotoBenchmark(
        protocol, set, limitsKm, options.withCells(cells), skipsUnreadable, calibrated);
  }

  /** Returns a copy that draws intervals by bootstrap, besides those of Wilson. */
  public PhotoBenchmark withResampling(PhotoReport.Resampling resampling) {
    return new PhotoBenchmark(
        protocol, set, limitsKm, options.withResampling(resampling), skipsUnreadable, calibrated);
  }

  /** Returns a copy whose hierarchical path score has named regions below countries. */
  public PhotoBenchmark withBoundaries(Boundaries boundaries) {
    return new PhotoBenchmark(
        protocol, set, limitsKm, options.withBoundaries(boundaries), skipsUnreadable, calibrated);
  }

  /**
   * Returns a copy that leaves out photos it cannot read, and lists them as {@link
   * PhotoEvaluation#skipped}.
   */
  public PhotoBenchmark skippingUnreadable() {
    return new PhotoBenchmark(protocol, set, limitsKm, options, true, calibrated);
  }

  /**
   * Returns a copy that measures what rules for giving answers do, and whether the photos are of
   * the kind that the rules were fitted on: {@link PhotoEvaluation#ruleOutcomes}.
   */
  public PhotoBenchmark withAnswerRules(AnswerRules rules) {
    return with(new Calibrated(rules.rules(), calibrated.vectors()));
  }

  /**
   * Returns a copy that finds out whether the photos are of the kind that the model was calibrated
   * on, by its vectors of them: {@link PhotoEvaluation#vectorDrift}. At most {@value
   * Drift.OfVectors#MOST_PHOTOS} photos are read once more.
   */
  public PhotoBenchmark withCalibrationVectors(CalibrationVectors vectors) {
    return with(new Calibrated(calibrated.rules(), Optional.of(vectors)));
  }

  private PhotoBenchmark with(Calibrated calibrated) {
    return new PhotoBenchmark(protocol, set, limitsKm, options, skipsUnreadable, calibrated);
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
    Kept kept = new Kept(observer, calibrated.rules().stream().map(RuleTally::new).toList());
    DistanceEvaluator evaluator = DistanceEvaluator.defaults().withKm(limitsKm).withObserver(kept);
    DistanceReport distances =
        (skipsUnreadable ? evaluator.skippingUnreadable() : evaluator)
            .evaluate(localizer, set.photos());
    Optional<Drift.OfVectors> drift =
        calibrated.vectors().flatMap(vectors -> Drift.OfVectors.of(vectors, localizer, kept.read));
    Manifest photos = Manifest.of(kept.photos);
    Manifest answers = Manifest.of(kept.answers);
    return new PhotoEvaluation(
        this,
        PhotoReport.of(distances, photos, answers, options),
        new PhotoEvaluation.Answers(
            photos,
            answers,
            kept.locations,
            kept.skipped,
            kept.unanswered,
            kept.tallies.stream().map(tally -> tally.outcome(photos.size(), drift)).toList(),
            drift));
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
        new PhotoEvaluation.Answers(
            photos, answers, Map.of(), List.of(), List.of(), List.of(), Optional.empty()));
  }

  /** Counts which answers a rule gives. */
  private static final class RuleTally {
    private final AnswerRule rule;
    private final List<Double> masses = new ArrayList<>();
    private int given;
    private int right;

    RuleTally(AnswerRule rule) {
      this.rule = rule;
    }

    void add(Location location, LatLng truth) {
      double km = rule.bound().withinKm();
      masses.add(AnswerRule.mass(location, km));
      if (rule.accepts(location)) {
        given++;
        right += GreatCircle.isWithin(truth, location.latLng(), km) ? 1 : 0;
      }
    }

    RuleOutcome outcome(int photos, Optional<Drift.OfVectors> vectors) {
      boolean enough = masses.size() >= Drift.LEAST_PHOTOS && rule.masses().size() > 1;
      return new RuleOutcome(
          rule.bound(),
          Share.of(given, photos),
          given == 0 ? Optional.empty() : Optional.of(Share.of(right, given)),
          enough
              ? Optional.of(Drift.of(rule, masses))
                  .map(drift -> vectors.map(drift::withVectors).orElse(drift))
              : Optional.empty());
    }
  }

  /** What is kept of the answers. */
  private static final class Kept implements DistanceEvaluator.Observer {
    private final DistanceEvaluator.Observer observer;
    private final List<Manifest.Entry> photos = new ArrayList<>();
    private final List<Manifest.Entry> answers = new ArrayList<>();
    private final Map<Integer, Location> locations = new HashMap<>();
    private final List<PhotoOutcome.Failed> skipped = new ArrayList<>();
    private final List<PhotoOutcome.Unanswered> unanswered = new ArrayList<>();
    private final List<Path> read = new ArrayList<>();
    private final List<RuleTally> tallies;

    Kept(DistanceEvaluator.Observer observer, List<RuleTally> tallies) {
      this.observer = observer;
      this.tallies = tallies;
    }

    @Override
    public void located(int index, Manifest.Entry photo, Location location) {
      Map<String, String> score = Map.of("score", Double.toString(location.score()));
      if (photos.size() < IN_DETAIL) {
        locations.put(photos.size(), location);
      }
      photos.add(photo);
      read.add(photo.image());
      answers.add(new Manifest.Entry(photo.image(), location.latLng(), score));
      tallies.forEach(tally -> tally.add(location, photo.latLng()));
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
      read.add(photo.image());
      answers.add(new Manifest.Entry(photo.image(), farthest, Map.of("score", "0")));
      unanswered.add(outcome);
      observer.unanswered(index, photo, outcome);
    }
  }

  /**
   * Photos with known positions as stored on disk, and what is wrong with them.
   *
   * @param photos the photos that can be used
   * @param findings what a user should be shown
   * @param whole whether these are all photos of the benchmark, so that published figures compare
   */
  public record PhotoSet(Manifest photos, List<Finding> findings, boolean whole) {

    /** Copies the list. */
    public PhotoSet {
      findings = List.copyOf(findings);
    }

    /**
     * Looks for the images of any list of photos.
     *
     * @param images whether the images are needed; else only duplicates are looked for
     */
    public static PhotoSet of(Manifest photos, boolean images) {
      List<Manifest.Entry> found = new ArrayList<>();
      List<String> missing = new ArrayList<>();
      List<String> twice = new ArrayList<>();
      Set<Path> seen = new HashSet<>();
      for (Manifest.Entry photo : photos.entries()) {
        if (!seen.add(photo.image().toAbsolutePath().normalize())) {
          twice.add(photo.image().toString());
        } else if (images && !Files.isReadable(photo.image())) {
          missing.add(photo.image().toString());
        } else {
          found.add(photo);
        }
      }
      List<Finding> findings = new ArrayList<>();
      Finding.add(findings, "photos listed twice", twice, true);
      Finding.add(findings, "images missing" + likelyReason(missing), missing, true);
      return new PhotoSet(Manifest.of(found), findings, findings.isEmpty());
    }

    private static String likelyReason(List<String> missing) {
      if (File.separatorChar == '/' && missing.stream().anyMatch(path -> path.contains("\\"))) {
        return ", whose paths have \\ where / is needed";
      }
      return missing.stream().anyMatch(path -> !path.equals(path.strip()) || path.contains("/ "))
          ? ", whose paths begin or end with a space"
          : "";
    }

    /**
     * Digests the photos and their positions; reads every image that is there.
     *
     * @param name of the list
     */
    public FilesDigest digest(String name) {
      StringBuilder positions = new StringBuilder();
      photos.locations().forEach(place -> positions.append(place).append('\n'));
      return FilesDigest.ofList(name, positions.toString(), images());
    }

    List<Path> images() {
      return photos.entries().stream().map(Manifest.Entry::image).toList();
    }

    /**
     * Returns the photos if nothing is wrong with them.
     *
     * @throws IllegalArgumentException if images are missing, rows are unreadable or twice there;
     *     the message counts them and names the first
     */
    public Manifest complete() {
      Finding.refuseFatal("the data are not complete", findings);
      return photos;
    }
  }
}
