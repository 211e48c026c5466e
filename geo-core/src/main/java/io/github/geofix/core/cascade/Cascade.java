package io.github.geofix.core.cascade;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Explanation;
import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Localizer.PhotoOutcome;
import io.github.geofix.core.Location;
import io.github.geofix.core.ModelProvider;
import io.github.geofix.core.NoAnswerException;
import io.github.geofix.core.Photo;
import io.github.geofix.core.Refiner;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Interrupts;
import io.github.geofix.core.internal.geodesy.WeightedPoints;
import io.github.geofix.core.partition.Region;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * A chain of models: the first proposes candidates anywhere on Earth, the next ones re-rank them.
 * Thread-safe if its parts are; closing it closes them.
 *
 * <p>A candidate's score is its prior score times its likelihood to the power of a weight: a
 * logarithmic opinion pool (Genest and Zidek, "Combining Probability Distributions", Statistical
 * Science 1986). Weight 1 would treat the models as independent, but they read the same photo and
 * their errors correlate.
 *
 * <p>The first model receives the photo files, since it may read sidecar files. For the refiners
 * each file is decoded a second time, one at a time, so that a batch of photos need not fit in
 * memory.
 *
 * <p>The prior of a candidate that a refiner was given is its score. The prior of a new candidate
 * is a density: the sum of the given scores, each spread around its position as a normal
 * distribution whose standard deviation is the candidate's radius.
 */
public final class Cascade implements Localizer {

  /** Bounds the density of candidates without extent. */
  private static final double LEAST_RADIUS_KM = 1e-3;

  /** The candidates of the first stage; later stages cannot recover what it omits. */
  private static final int FIRST_CANDIDATES = 60;

  /** A stage may return many cells for few candidates; this many continue. */
  private static final int MOST_CANDIDATES = 100;

  private final Options options;
  private final Localizer first;
  private final Function<Path, BufferedImage> decode;
  private final List<Refiner> refiners;
  private final List<Stage> stages = new ArrayList<>();

  /**
   * Options of combining the stages.
   *
   * @param weight the exponent of a refiner's scores, above 0; 1 for models with independent errors
   * @param meanKm the answer is the score-weighted mean within this distance of the best candidate,
   *     up to 10,007; 0 for that candidate itself
   */
  public record Options(double weight, double meanKm) {

    /** Checks the ranges. */
    public Options {
      if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("weight must be above 0: " + weight);
      }
      if (!(meanKm >= 0 && meanKm <= 10_007)) {
        throw new IllegalArgumentException(
            "meanKm must be 0 to 10,007, a quarter of the Earth: " + meanKm);
      }
    }

    /**
     * Returns a weight of 0.3 and a mean within 500 km, chosen on 700 photos per rendering of the
     * Earth data, where weight 1 was worse within 200 km than the first stage alone.
     */
    public static Options defaults() {
      return new Options(0.3, 500);
    }

    /** Returns a copy with another weight. */
    public Options withWeight(double newWeight) {
      return new Options(newWeight, meanKm);
    }

    /** Returns a copy with another distance. */
    public Options withMeanKm(double newMeanKm) {
      return new Options(weight, newMeanKm);
    }
  }

  /** The counters of one stage. */
  private static final class Stage {
    private final String name;
    private final LongAdder photos = new LongAdder();
    private final LongAdder candidates = new LongAdder();
    private final LongAdder nanos = new LongAdder();

    Stage(String name) {
      this.name = name;
    }

    void count(int newPhotos, int newCandidates, long since) {
      photos.add(newPhotos);
      candidates.add(newCandidates);
      nanos.add(System.nanoTime() - since);
    }
  }

  /**
   * The cost of a stage so far.
   *
   * @param stage its name
   * @param photos the number of photos
   * @param candidates the number of candidates over all photos
   * @param seconds the time over all threads
   */
  public record Cost(String stage, long photos, long candidates, double seconds) {}

  /**
   * Loads a cascade of model folders, with 60 candidates of the first and {@link Options#defaults}.
   *
   * @param first a model of any family
   * @param refinedBy models that compare photos with a map, in order
   * @throws io.github.geofix.core.format.ModelFormatException if a folder is not a model this
   *     version can read, or not one that can refine
   * @throws IllegalStateException if no model provider is on the class path
   */
  public static Cascade load(Path first, List<Path> refinedBy) {
    return load(first, refinedBy, LoadOptions.defaults());
  }

  /**
   * Loads a cascade of model folders with options, see {@link #load(Path, List)}.
   *
   * @throws io.github.geofix.core.format.ModelFormatException if a folder is not a model this
   *     version can read, not one that can refine, or names code and the options do not allow it
   * @throws IllegalStateException if no model provider is on the class path
   */
  public static Cascade load(Path first, List<Path> refinedBy, LoadOptions load) {
    ModelProvider models = ModelProvider.find();
    Localizer localizer = models.localizer(first, load, FIRST_CANDIDATES);
    List<Refiner> refiners = new ArrayList<>();
    try {
      for (Path folder : refinedBy) {
        refiners.add(models.refiner(folder, load));
      }
    } catch (RuntimeException e) {
      localizer.close();
      refiners.forEach(Refiner::close);
      throw e;
    }
    return new Cascade(
        localizer, refiners, photo -> models.read(photo, load.photoLimits()), Options.defaults());
  }

  /**
   * Creates a cascade.
   *
   * @param first proposes the candidates, best many, such as 50: what it omits is lost
   * @param refiners the models that re-rank them, in order
   * @param decode reads a photo file
   */
  public Cascade(
      Localizer first,
      List<Refiner> refiners,
      Function<Path, BufferedImage> decode,
      Options options) {
    this.first = first;
    this.refiners = List.copyOf(refiners);
    this.decode = decode;
    this.options = options;
    stages.add(new Stage("first"));
    this.refiners.forEach(refiner -> stages.add(new Stage(refiner.name())));
  }

  @Override
  public List<Location> locateAll(List<Path> photos) {
    return refined(photos, first::locateAll, decode);
  }

  @Override
  public Optional<float[]> vector(Photo photo) {
    return first.vector(photo);
  }

  @Override
  public Photo.Limits photoLimits() {
    return first.photoLimits();
  }

  @Override
  public void locateEach(List<Path> photos, Consumer<? super PhotoOutcome> action) {
    long[] start = {System.nanoTime()};
    first.locateEach(
        photos,
        outcome -> {
          PhotoOutcome refined = outcome;
          if (outcome instanceof PhotoOutcome.Located located) {
            Location proposed = located.location();
            stages.get(0).count(1, proposed.candidates().size(), start[0]);
            refined = new PhotoOutcome.Located(located.photo(), refined(located.photo(), proposed));
          }
          action.accept(refined);
          start[0] = System.nanoTime();
        });
  }

  private Location refined(Path photo, Location proposed) {
    return refiners.isEmpty() ? proposed : refined(decode.apply(photo), proposed);
  }

  @Override
  public List<Location> locateImages(List<BufferedImage> photos) {
    return refined(photos, first::locateImages, Function.identity());
  }

  private <T> List<Location> refined(
      List<T> photos,
      Function<List<T>, List<Location>> locate,
      Function<? super T, BufferedImage> decode) {
    long start = System.nanoTime();
    List<Location> proposed = locate.apply(photos);
    int candidates = proposed.stream().mapToInt(location -> location.candidates().size()).sum();
    stages.get(0).count(photos.size(), candidates, start);
    if (refiners.isEmpty()) {
      return proposed;
    }
    List<Location> locations = new ArrayList<>(photos.size());
    for (int i = 0; i < photos.size(); i++) {
      Interrupts.check(i, photos.size(), "photos");
      locations.add(refined(decode.apply(photos.get(i)), proposed.get(i)));
    }
    return locations;
  }

  private Location refined(BufferedImage photo, Location proposed) {
    return located(refinements(photo, proposed));
  }

  /** Returns the candidates after each refiner, best first. */
  private List<Explanation.Stage> refinements(BufferedImage photo, Location proposed) {
    List<Candidate> candidates = proposed.candidates();
    List<Explanation.Stage> after = new ArrayList<>();
    for (int i = 0; i < refiners.size(); i++) {
      long start = System.nanoTime();
      List<Candidate> prior = candidates;
      candidates = posterior(prior, refiners.get(i).refine(photo, prior));
      stages.get(i + 1).count(1, candidates.size(), start);
      after.add(new Explanation.Stage(refiners.get(i).name(), candidates));
    }
    return after;
  }

  private Location located(List<Explanation.Stage> after) {
    List<Candidate> candidates = after.get(after.size() - 1).candidates();
    LatLng best = candidates.get(0).latLng();
    return new Location(options.meanKm() == 0 ? best : meanAround(best, candidates), candidates);
  }

  /**
   * {@inheritDoc}
   *
   * <p>A region restricts the candidates of the first model. Those of the refiners that have no
   * place in it are left out, and none counts for less because it has only a part in it: the first
   * model's do already.
   */
  @Override
  public Location locate(Photo photo) {
    long start = System.nanoTime();
    Location proposed = first.locate(photo);
    stages.get(0).count(1, proposed.candidates().size(), start);
    return refiners.isEmpty() ? proposed : located(refinements(photo, proposed), photo.region());
  }

  @Override
  public Explanation explain(Photo photo, Explanation.Options options) {
    long start = System.nanoTime();
    Explanation proposed = first.explain(photo, options);
    stages.get(0).count(1, proposed.location().candidates().size(), start);
    if (refiners.isEmpty()) {
      return proposed;
    }
    List<Explanation.Stage> after = refinements(photo, proposed.location());
    return new Explanation(
        located(after, photo.region()), new Explanation.Stages(proposed.evidence(), after));
  }

  private List<Explanation.Stage> refinements(Photo photo, Location proposed) {
    BufferedImage image =
        photo.file().isPresent() ? decode.apply(photo.file().get()) : photo.read(photoLimits());
    return refinements(image, proposed);
  }

  private Location located(List<Explanation.Stage> after, Optional<Region> region) {
    Location location = located(after);
    return region.isPresent() ? inside(location, region.get()) : location;
  }

  private static Location inside(Location location, Region region) {
    List<Candidate> inside =
        location.candidates().stream().flatMap(place -> place.within(region).stream()).toList();
    double sum = inside.stream().mapToDouble(Candidate::score).sum();
    if (!(sum > 0)) {
      throw new NoAnswerException("the refiners leave no candidate in the region given");
    }
    List<Candidate> candidates =
        inside.stream().map(place -> place.withScore(place.score() / sum)).toList();
    LatLng answer = location.latLng();
    return new Location(region.contains(answer) ? answer : candidates.get(0).latLng(), candidates);
  }

  /** Returns the best candidates by prior times likelihood, best first. */
  private List<Candidate> posterior(List<Candidate> prior, List<Candidate> fit) {
    ToDoubleFunction<LatLng> worth = worth(prior, fit);
    double[] likelihoods = relative(fit);
    double[] scores = new double[fit.size()];
    for (int i = 0; i < scores.length; i++) {
      double likelihood = Math.pow(likelihoods[i], options.weight());
      scores[i] = likelihood * worth.applyAsDouble(fit.get(i).latLng());
    }
    // All of it is nothing where the two methods contradict each other: then the later one counts.
    double sum = Arrays.stream(scores).sum();
    double[] counted = sum > 0 ? scores : likelihoods;
    double all = sum > 0 ? sum : Arrays.stream(likelihoods).sum();
    List<Candidate> posterior = new ArrayList<>(counted.length);
    for (int i = 0; i < counted.length; i++) {
      posterior.add(fit.get(i).withScore(counted[i] / all));
    }
    posterior.sort(Comparator.comparingDouble((Candidate candidate) -> -candidate.score()));
    return posterior.subList(0, Math.min(MOST_CANDIDATES, posterior.size()));
  }

  /** Returns likelihoods relative to the best; all 1 if the refiner excludes every candidate. */
  private static double[] relative(List<Candidate> fit) {
    double best = fit.stream().mapToDouble(Candidate::score).max().orElse(0);
    return fit.stream().mapToDouble(place -> best > 0 ? place.score() / best : 1).toArray();
  }

  /** Returns the prior of the candidates of the later stage. */
  private static ToDoubleFunction<LatLng> worth(List<Candidate> prior, List<Candidate> fit) {
    Map<LatLng, Double> scores = new HashMap<>();
    prior.forEach(place -> scores.merge(place.latLng(), place.score(), Double::sum));
    return fit.stream().allMatch(place -> scores.containsKey(place.latLng()))
        ? scores::get
        : place -> density(prior, place);
  }

  private static double density(List<Candidate> prior, LatLng place) {
    double density = 0;
    for (Candidate candidate : prior) {
      double radius = Math.max(candidate.radiusKm(), LEAST_RADIUS_KM);
      double deviations = GreatCircle.distanceKm(candidate.latLng(), place) / radius;
      density += candidate.score() * Math.exp(-deviations * deviations / 2) / (radius * radius);
    }
    return density;
  }

  private LatLng meanAround(LatLng best, List<Candidate> candidates) {
    List<LatLng> points = candidates.stream().map(Candidate::latLng).toList();
    double[] weights = candidates.stream().mapToDouble(Candidate::score).toArray();
    return WeightedPoints.of(points, weights).meanAround(best, options.meanKm());
  }

  /** Returns the cost of each stage so far, in order. */
  public List<Cost> costs() {
    return stages.stream()
        .map(
            stage ->
                new Cost(
                    stage.name,
                    stage.photos.sum(),
                    stage.candidates.sum(),
                    stage.nanos.sum() * 1e-9))
        .toList();
  }

  @Override
  public void close() {
    first.close();
    refiners.forEach(Refiner::close);
  }
}
