package io.github.geofix.core.track;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Location;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.geodesy.WeightedPoints;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Hidden Markov filter and smoother of the locations of photos from one moving camera. Works with
 * the locations of any localizer. Immutable and thread-safe.
 *
 * <p>Uses the forward-backward algorithm (Rabiner, "A tutorial on hidden Markov models", Proc. IEEE
 * 1989, section III). The states of photo t are its candidates and those of the photos around it,
 * each a square whose corners are at its radius r, of area {@code A = 2 r^2} and variance {@code
 * r^2 / 6} along each side. With {@code N(d, v) = exp(-d^2 / (2 v)) / (2 pi v)}, distances d,
 * {@code v(x, y) = (r_x^2 + r_y^2) / 6} and the Earth's area E:
 *
 * <ul>
 *   <li>The emission density of photo t at a position x, from its candidates i of score s, is
 *       {@code q_t(x) = sum_i (1 - floor) s_i N(d(x, i), v(x, i)) + rest / E}, where the rest is 1
 *       minus the sum of the weighted scores.
 *   <li>The transition density from y to x is {@code p(x | y) = (1 - jump) N(d(x, y), u^2 + v(x,
 *       y)) + jump / E}, where u is the speed times the time between the photos.
 *   <li>A sequence of states has the weight {@code prod_t A(x_t) q_t(x_t) prod_t p(x_t | x_t-1)}.
 * </ul>
 *
 * <p>Scores are used as probabilities under a uniform prior over positions, so calibrate the model.
 * Takes O(T M^2) time and O(T M) memory for T photos with M states.
 */
public final class TrackFilter {

  private static final double EARTH_KM2 =
      4 * Math.PI * GreatCircle.EARTH_RADIUS_KM * GreatCircle.EARTH_RADIUS_KM;

  /** The least radius, one meter, since a point has no area. */
  private static final double LEAST_RADIUS_KM = 1e-3;

  /**
   * Options of the motion model and of the trust in single photos.
   *
   * @param kmPerSecond the typical speed: the standard deviation of the displacement along each
   *     axis in a second; above 0
   * @param jump the probability that the next position is uniform on the Earth, above 0 to 1
   * @param floor the probability that the candidates of a photo carry no information, above 0 to 1
   * @param temperature the scores are raised to 1 / temperature, keeping their sum; above 1 if
   *     photos overlap, so that their errors correlate; above 0
   * @param window the number of photos before and after one whose candidates are states of it, 0 or
   *     more
   * @param meanKm the answer is the density mode of the states: the mean within this distance of
   *     the state with the most probability within it; above 0
   * @param candidates the most candidates in a location, above 0
   */
  public record Options(
      double kmPerSecond,
      double jump,
      double floor,
      double temperature,
      int window,
      double meanKm,
      int candidates) {

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is out of range; the message names it
     */
    public Options {
      check(kmPerSecond > 0 && kmPerSecond < Double.POSITIVE_INFINITY, "kmPerSecond", kmPerSecond);
      check(jump > 0 && jump <= 1, "jump", jump);
      check(floor > 0 && floor <= 1, "floor", floor);
      check(temperature > 0 && temperature < Double.POSITIVE_INFINITY, "temperature", temperature);
      check(window >= 0, "window", window);
      check(meanKm > 0 && meanKm <= 10_000, "meanKm", meanKm);
      check(candidates > 0, "candidates", candidates);
    }

    private static void check(boolean fits, String name, Number given) {
      if (!fits) {
        throw new IllegalArgumentException(name + " is out of range: " + given);
      }
    }

    /**
     * Returns the options for a speed: jump probability 0.000001, floor 0.1, temperature 2, a
     * window of five photos, a mean within 500 km, ten candidates. They suit models with cells
     * about 100 km wide; for smaller cells set {@link #withMeanKm} to a few times their radius.
     */
    public static Options ofSpeed(double kmPerSecond) {
      return new Options(kmPerSecond, 1e-6, 0.1, 2, 5, 500, 10);
    }

    /** Returns a copy with another probability of jumps. */
    public Options withJump(double value) {
      return new Options(kmPerSecond, value, floor, temperature, window, meanKm, candidates);
    }

    /** Returns a copy with another floor. */
    public Options withFloor(double value) {
      return new Options(kmPerSecond, jump, value, temperature, window, meanKm, candidates);
    }

    /** Returns a copy with another temperature. */
    public Options withTemperature(double value) {
      return new Options(kmPerSecond, jump, floor, value, window, meanKm, candidates);
    }

    /** Returns a copy with another window. */
    public Options withWindow(int value) {
      return new Options(kmPerSecond, jump, floor, temperature, value, meanKm, candidates);
    }

    /** Returns a copy with another distance of the mean. */
    public Options withMeanKm(double value) {
      return new Options(kmPerSecond, jump, floor, temperature, window, value, candidates);
    }
  }

  private final Options options;

  private TrackFilter(Options options) {
    this.options = options;
  }

  /** Returns a filter. */
  public static TrackFilter of(Options options) {
    return new TrackFilter(options);
  }

  /**
   * Estimates each location from its photo and those before it, as is possible online.
   *
   * @param times the times of the photos, ascending
   * @param locations the location of each photo by itself
   * @throws IllegalArgumentException if there is no photo, the lists differ in length, or the times
   *     are not ascending
   */
  public Track filter(List<Instant> times, List<Location> locations) {
    Track single = new Track(times, locations);
    List<List<Candidate>> places = places(single, 0);
    return track(single, places, forward(single, places));
  }

  /**
   * Estimates each location from all photos; otherwise as {@link #filter}.
   *
   * @throws IllegalArgumentException as {@link #filter} does
   */
  public Track smooth(List<Instant> times, List<Location> locations) {
    Track single = new Track(times, locations);
    List<List<Candidate>> places = places(single, options.window());
    List<double[]> probabilities = forward(single, places);
    double[] later = new double[0];
    for (int t = times.size() - 1; t >= 0; t--) {
      double[] here = probabilities.get(t);
      later = t == times.size() - 1 ? ones(here.length) : backward(single, places, t, later);
      for (int x = 0; x < here.length; x++) {
        here[x] *= later[x];
      }
      normalize(here);
    }
    return track(single, places, probabilities);
  }

  /** Returns the states of each photo: its candidates and those around it, without duplicates. */
  private List<List<Candidate>> places(Track single, int ahead) {
    List<List<Candidate>> places = new ArrayList<>();
    int count = single.locations().size();
    for (int t = 0; t < count; t++) {
      Map<LatLng, Candidate> known = new LinkedHashMap<>();
      int last = (int) Math.min(count - 1, (long) t + ahead);
      for (int other = Math.max(0, t - options.window()); other <= last; other++) {
        for (Candidate candidate : single.locations().get(other).candidates()) {
          known.putIfAbsent(candidate.latLng(), candidate);
        }
      }
      places.add(List.copyOf(known.values()));
    }
    return places;
  }

  /** Returns the probability of each state given the photo and those before it. */
  private List<double[]> forward(Track single, List<List<Candidate>> places) {
    List<double[]> probabilities = new ArrayList<>();
    for (int t = 0; t < places.size(); t++) {
      double[] here = likelihoods(single, places, t);
      if (t > 0) {
        double usualKm = usualKm(single, t);
        double[] before = probabilities.get(t - 1);
        for (int x = 0; x < here.length; x++) {
          double arriving = 0;
          for (int y = 0; y < before.length; y++) {
            arriving += before[y] * way(places.get(t - 1).get(y), places.get(t).get(x), usualKm);
          }
          here[x] *= arriving;
        }
      }
      normalize(here);
      probabilities.add(here);
    }
    return probabilities;
  }

  /**
   * Returns how well each state of a photo explains the later photos, up to a factor.
   *
   * @param later the same of the next photo
   */
  private double[] backward(Track single, List<List<Candidate>> places, int t, double[] later) {
    double usualKm = usualKm(single, t + 1);
    double[] likelihoods = likelihoods(single, places, t + 1);
    double[] here = new double[places.get(t).size()];
    for (int y = 0; y < here.length; y++) {
      for (int x = 0; x < later.length; x++) {
        double way = way(places.get(t).get(y), places.get(t + 1).get(x), usualKm);
        here[y] += way * likelihoods[x] * later[x];
      }
    }
    normalize(here);
    return here;
  }

  /** Returns the emission weights of the states of a photo: {@code A q} of the class comment. */
  private double[] likelihoods(Track single, List<List<Candidate>> places, int t) {
    List<Candidate> candidates = single.locations().get(t).candidates();
    double[] scores = softened(candidates);
    double trust = 1 - options.floor();
    double everywhere = Math.max(options.floor(), 1 - trust * sum(scores)) / EARTH_KM2;
    return places.get(t).stream()
        .mapToDouble(
            place -> {
              double density = everywhere;
              for (int i = 0; i < scores.length; i++) {
                density += trust * scores[i] * density(place, candidates.get(i), 0);
              }
              return 2 * radiusKm(place) * radiusKm(place) * density;
            })
        .toArray();
  }

  /** Returns the scores raised to 1 / temperature, with their original sum. */
  private double[] softened(List<Candidate> candidates) {
    double[] scores = candidates.stream().mapToDouble(Candidate::score).toArray();
    double best = Arrays.stream(scores).max().orElse(0);
    if (best == 0) {
      return scores;
    }
    double power = 1 / options.temperature();
    double[] softened = Arrays.stream(scores).map(score -> Math.pow(score / best, power)).toArray();
    double factor = sum(scores) / sum(softened);
    return Arrays.stream(softened).map(score -> score * factor).toArray();
  }

  private static double sum(double[] values) {
    return Arrays.stream(values).sum();
  }

  /** Returns the typical displacement along each axis from photo t - 1 to photo t. */
  private double usualKm(Track single, int t) {
    Duration between = Duration.between(single.times().get(t - 1), single.times().get(t));
    return options.kmPerSecond() * (between.getSeconds() + between.getNano() / 1e9);
  }

  /** Returns the transition density, {@code p} of the class comment. */
  private double way(Candidate from, Candidate to, double usualKm) {
    return options.jump() / EARTH_KM2 + (1 - options.jump()) * density(from, to, usualKm);
  }

  /**
   * Returns the density, per km2, of a displacement between two states that is typically {@code km}
   * along each axis.
   */
  private static double density(Candidate a, Candidate b, double km) {
    double distance = GreatCircle.distanceKm(a.latLng(), b.latLng());
    double squares = radiusKm(a) * radiusKm(a) + radiusKm(b) * radiusKm(b);
    double variance = km * km + squares / 6;
    return Math.exp(-distance * distance / (2 * variance)) / (2 * Math.PI * variance);
  }

  private static double radiusKm(Candidate place) {
    return Math.max(LEAST_RADIUS_KM, place.radiusKm());
  }

  private static void normalize(double[] weights) {
    double sum = sum(weights);
    for (int i = 0; i < weights.length; i++) {
      weights[i] /= sum;
    }
  }

  private static double[] ones(int length) {
    double[] ones = new double[length];
    Arrays.fill(ones, 1);
    return ones;
  }

  private Track track(Track single, List<List<Candidate>> places, List<double[]> probabilities) {
    List<Location> locations = new ArrayList<>();
    for (int t = 0; t < places.size(); t++) {
      locations.add(location(places.get(t), probabilities.get(t)));
    }
    return new Track(single.times(), locations);
  }

  private Location location(List<Candidate> places, double[] probabilities) {
    List<Candidate> candidates =
        IntStream.range(0, probabilities.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer x) -> -probabilities[x]))
            .limit(options.candidates())
            .map(
                x ->
                    new Candidate(
                        places.get(x).latLng(),
                        probabilities[x],
                        places.get(x).radiusKm(),
                        places.get(x).cell()))
            .toList();
    WeightedPoints points =
        WeightedPoints.of(places.stream().map(Candidate::latLng).toList(), probabilities);
    return new Location(points.densityMode(options.meanKm()), candidates);
  }
}
