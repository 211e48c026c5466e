package io.github.geofix.eval;

import com.google.gson.JsonObject;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.cell.ZoomGrid;
import io.github.geofix.core.geodesy.Boundaries;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.geodesy.Continents;
import io.github.geofix.core.partition.CellPartition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * All figures of a run over photos: the distances, the same by region, and the other figures of the
 * answers. Immutable and thread-safe.
 *
 * <p>Answers are a manifest like the photos: the column {@code score} (0 to 1) gives the
 * reliability curve; {@code heading} (degrees), where the photos have it too, the heading errors;
 * {@code sequence} (such as {@code 7 6 6 5}), where the photos have it too, the sequences that are
 * right at every step. Without that column the sequences of a {@link ZoomGrid} are found from the
 * positions.
 */
public final class PhotoReport {

  private static final int RELIABILITY_BINS = 10;

  /**
   * What a report holds besides the distances.
   *
   * @param cells the cells to break the figures down by, if any
   * @param rightKm the distance within which an answer is right, for the reliability curve
   * @param grid the grid that sequences are of, if any
   * @param resampling how intervals are drawn besides those of Wilson, if at all
   * @param boundaries named regions below countries, for the hierarchical path score, if any
   */
  public record Options(
      @Nullable CellPartition cells,
      double rightKm,
      @Nullable ZoomGrid grid,
      @Nullable Resampling resampling,
      @Nullable Boundaries boundaries) {

    /**
     * Checks the distance.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Options {
      if (!(rightKm > 0)) {
        throw new IllegalArgumentException("rightKm must be positive: " + rightKm);
      }
    }

    /** Returns no cells and no grid; an answer is right within 200 km. */
    public static Options defaults() {
      return new Options(null, 200, null, null, null);
    }

    /** Returns a copy that breaks the figures down by these cells. */
    public Options withCells(CellPartition cells) {
      return new Options(cells, rightKm, grid, resampling, boundaries);
    }

    /** Returns a copy with another distance within which an answer is right. */
    public Options withRightKm(double rightKm) {
      return new Options(cells, rightKm, grid, resampling, boundaries);
    }

    /** Returns a copy whose sequences are of this grid. */
    public Options withGrid(ZoomGrid grid) {
      return new Options(cells, rightKm, grid, resampling, boundaries);
    }

    /** Returns a copy that draws intervals by bootstrap. */
    public Options withResampling(Resampling resampling) {
      return new Options(cells, rightKm, grid, resampling, boundaries);
    }

    /** Returns a copy whose hierarchical path score has named regions as a third level. */
    public Options withBoundaries(Boundaries boundaries) {
      return new Options(cells, rightKm, grid, resampling, boundaries);
    }
  }

  /**
   * Intervals by bootstrap over photos or over places, of which photos succeed and fail together.
   *
   * @param bootstrap how often and with which seed
   * @param placeLevel photos in one S2 cell of this level are drawn together: 10 is about 8 km
   *     across, 13 about 1 km; empty if each photo is drawn alone
   */
  public record Resampling(Bootstrap bootstrap, OptionalInt placeLevel) {}

  /**
   * How far down the hierarchy of places the answers are right.
   *
   * @param continent the share of answers on the right continent
   * @param country the share of answers on the right continent and in the right country; borders
   *     are those of Natural Earth at 1:110 million, good to some 10 km
   * @param region the share of the photos taken in a named region of {@link Options#boundaries}
   *     that were placed in it; null without boundaries
   * @param meanPathScore the mean over photos of the levels that are right from the top, by the
   *     number of levels: continent, country and, for photos taken in a region, region. A photo
   *     placed in the right region is right on all levels, whatever the coarser borders are
   */
  public record Hierarchy(
      Share continent, Share country, @Nullable Share region, double meanPathScore) {}

  private final DistanceReport distances;
  private final Options options;
  private final Map<String, DistanceReport> continents;
  private final Confusion confusion;
  private final Hierarchy hierarchy;
  private final @Nullable BootstrapIntervals intervals;
  private final Map<String, DistanceReport> cells;
  private final @Nullable Headings headings;
  private final @Nullable Sequences sequences;
  private final @Nullable Reliability reliability;
  private final @Nullable RiskCoverage riskCoverage;
  private final @Nullable PlaceDistribution placeDistribution;

  private PhotoReport(
      DistanceReport distances, Manifest photos, Manifest answers, Options options) {
    this.distances = distances;
    this.options = options;
    List<Continents.Place> taken = Continents.placesOf(photos.locations());
    List<Continents.Place> answered = Continents.placesOf(answers.locations());
    continents = distances.by(continents(taken));
    confusion = Confusion.of(continents(taken), continents(answered));
    hierarchy =
        PathScores.of(
            new PathScores.Places(photos.locations(), taken),
            new PathScores.Places(answers.locations(), answered),
            options.boundaries());
    Resampling resampling = options.resampling();
    intervals =
        resampling == null
            ? null
            : BootstrapIntervals.of(distances, photos.locations(), resampling);
    CellPartition partition = options.cells();
    cells =
        partition == null
            ? Map.of()
            : distances.by(AnswerColumns.cells(photos.locations(), partition));
    headings =
        AnswerColumns.has(photos, "heading") && AnswerColumns.has(answers, "heading")
            ? Headings.of(
                AnswerColumns.numbers(photos, "heading"), AnswerColumns.numbers(answers, "heading"))
            : null;
    sequences = AnswerColumns.sequences(photos, answers, options.grid()).orElse(null);
    double[] scores = AnswerColumns.has(answers, "score") ? AnswerColumns.scores(answers) : null;
    boolean[] right = distances.errors().areWithinKm(options.rightKm());
    reliability = scores == null ? null : Reliability.of(scores, right, RELIABILITY_BINS);
    riskCoverage = scores == null ? null : RiskCoverage.of(scores, right);
    placeDistribution =
        photos.size() <= PlaceDistribution.NEIGHBORS
            ? null
            : PlaceDistribution.of(photos.locations(), answers.locations());
  }

  /**
   * Puts a report together.
   *
   * @param distances the distances of the answers, in photo order
   * @param photos the photos with their true positions
   * @param answers one answer a photo, in the same order; see {@link DistanceEvaluator#pair}
   * @throws IllegalArgumentException if the sizes differ, or a score, heading or sequence is not
   *     one
   */
  public static PhotoReport of(
      DistanceReport distances, Manifest photos, Manifest answers, Options options) {
    if (photos.size() != distances.count() || answers.size() != distances.count()) {
      throw new IllegalArgumentException(
          Count.of(answers.size(), "answers and ")
              + Count.of(distances.count(), "distances do not fit ")
              + Count.of(photos.size(), "photos"));
    }
    return new PhotoReport(distances, photos, answers, options);
  }

  private static List<String> continents(List<Continents.Place> places) {
    return places.stream().map(Continents.Place::continent).toList();
  }

  /** Returns the distances of all photos. */
  public DistanceReport distances() {
    return distances;
  }

  /** Returns the distances by the continent of the truth, that with most photos first. */
  public Map<String, DistanceReport> continents() {
    return continents;
  }

  /** Returns on which continent the photos of each continent were placed. */
  public Confusion confusion() {
    return confusion;
  }

  /** Returns how far down the hierarchy of continent, country and region the answers are right. */
  public Hierarchy hierarchy() {
    return hierarchy;
  }

  /**
   * Returns figures with 95 % intervals by bootstrap, by name; empty unless {@link
   * Options#resampling} is given.
   */
  public Map<String, Bootstrap.Interval> intervals() {
    return intervals == null ? Map.of() : intervals.byName();
  }

  /** Returns a table of {@link #intervals}; it may have no row. */
  public Table intervalTable() {
    return intervals == null ? BootstrapIntervals.table(Map.of()) : intervals.table();
  }

  /**
   * Returns the mean negative log likelihood of the truths under the density of the regions, in
   * nats per km2, if the answers have regions: {@link RegionCoverage#negativeLogLikelihood}.
   */
  public OptionalDouble negativeLogLikelihood() {
    return distances.regions().isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(RegionCoverage.negativeLogLikelihood(distances.regions()));
  }

  /** Returns the distances by the cell of the truth; empty unless cells were given. */
  public Map<String, DistanceReport> cells() {
    return cells;
  }

  /** Returns the errors of the headings, if there are headings. */
  public Optional<Headings> headings() {
    return Optional.ofNullable(headings);
  }

  /** Returns how often sequences were right, if there are sequences. */
  public Optional<Sequences> sequences() {
    return Optional.ofNullable(sequences);
  }

  /** Returns how far scores can be trusted, if there are scores. */
  public Optional<Reliability> reliability() {
    return Optional.ofNullable(reliability);
  }

  /** Returns the risk of wrong answers against the share of photos answered, if scores exist. */
  public Optional<RiskCoverage> riskCoverage() {
    return Optional.ofNullable(riskCoverage);
  }

  /** Returns how answers are distributed beside the truths; empty for five photos or fewer. */
  public Optional<PlaceDistribution> placeDistribution() {
    return Optional.ofNullable(placeDistribution);
  }

  /**
   * Returns the distance within which an answer was right for {@link #reliability} and {@link
   * #riskCoverage}.
   */
  public double rightKm() {
    return options.rightKm();
  }

  private PhotoFigures figures() {
    return new PhotoFigures(this, intervals);
  }

  /** Returns the report in Markdown. */
  public String toMarkdown() {
    return figures().markdown();
  }

  /** Returns what is known besides distances as a table. */
  public Table others() {
    return figures().others();
  }

  /**
   * Returns {@code group,photos,metric,value,low,high} as CSV: the group is {@code all}, a
   * continent or a cell; shares and their 95 % intervals are 0 to 1.
   */
  public String toCsv() {
    return figures().csv();
  }

  /**
   * Returns the report as a JSON object: that of {@link DistanceReport#toJson}, so that {@code
   * compare} reads it, with {@code continents}, {@code hierarchy}, and {@code cells}, {@code
   * negativeLogLikelihood}, {@code bootstrap}, {@code headings}, {@code sequences}, {@code
   * reliability}, {@code riskCoverage} and {@code placeDistribution} where known.
   */
  public String toJson() {
    return DistanceJson.text(toJsonObject());
  }

  /** As {@link #toJson}, as a tree, so that larger reports can contain it. */
  public JsonObject toJsonObject() {
    return figures().json();
  }

  /**
   * Returns the shares by the names that published figures go by: {@code acc@25km}, or {@code
   * R@50m} where a limit is less than a kilometer.
   */
  public Map<String, Share> shares() {
    return figures().shares();
  }

  /**
   * Confusion matrix of predicted and true regions.
   *
   * @param regions the names of the regions, those with most photos first
   * @param counts photos by true region, then by guessed region: one list a true region
   */
  public record Confusion(List<String> regions, List<List<Integer>> counts) {

    /** Copies the lists. */
    public Confusion {
      regions = List.copyOf(regions);
      counts = counts.stream().map(List::copyOf).toList();
    }

    /**
     * Counts photos by region, paired by position in the lists.
     *
     * @throws IllegalArgumentException if the lists are empty or differ in size
     */
    public static Confusion of(List<String> trueRegions, List<String> guessedRegions) {
      if (trueRegions.isEmpty() || trueRegions.size() != guessedRegions.size()) {
        throw new IllegalArgumentException(
            Count.of(trueRegions.size(), "true regions and ")
                + Count.of(guessedRegions.size(), "guessed ones"));
      }
      Map<String, Integer> photos = new HashMap<>();
      trueRegions.forEach(region -> photos.merge(region, 1, Integer::sum));
      guessedRegions.forEach(region -> photos.putIfAbsent(region, 0));
      List<String> regions = new ArrayList<>(photos.keySet());
      Collections.sort(regions);
      regions.sort((a, b) -> photos.getOrDefault(b, 0) - photos.getOrDefault(a, 0));
      Map<String, Integer> index = new HashMap<>();
      regions.forEach(region -> index.put(region, index.size()));
      int[][] counts = new int[regions.size()][regions.size()];
      for (int i = 0; i < trueRegions.size(); i++) {
        counts[index.getOrDefault(trueRegions.get(i), 0)][
            index.getOrDefault(guessedRegions.get(i), 0)]++;
      }
      List<List<Integer>> rows = new ArrayList<>();
      for (int[] row : counts) {
        rows.add(Arrays.stream(row).boxed().toList());
      }
      return new Confusion(regions, rows);
    }
  }

  /**
   * Errors of predicted headings, in degrees. Immutable and thread-safe.
   *
   * <p>The error of a heading is the smaller angle between the two directions, 0 to 180.
   */
  public static final class Headings {

    private final double[] sorted;

    private Headings(double[] sorted) {
      this.sorted = sorted;
    }

    /**
     * Compares headings paired by position, in degrees, of any number of turns.
     *
     * @throws IllegalArgumentException if the arrays are empty, differ in length or hold a value
     *     that is not finite
     */
    public static Headings of(double[] truths, double[] guesses) {
      if (truths.length == 0 || truths.length != guesses.length) {
        throw new IllegalArgumentException(
            Count.of(truths.length, "true headings do not pair with ")
                + Count.of(guesses.length, "guesses"));
      }
      double[] errors = new double[truths.length];
      for (int i = 0; i < errors.length; i++) {
        // Within -180 to 180, whatever the number of turns.
        errors[i] = Math.abs(Math.IEEEremainder(guesses[i] - truths[i], 360));
      }
      Arrays.sort(errors);
      if (Double.isNaN(errors[errors.length - 1])) {
        throw new IllegalArgumentException("a heading is not a finite number");
      }
      return new Headings(errors);
    }

    /** Returns the number of photos. */
    public int count() {
      return sorted.length;
    }

    /** Returns the median error in degrees, 0 to 180. */
    public double medianDegrees() {
      return Quantile.ofSorted(sorted, 0.5);
    }

    /** Returns the mean error in degrees, 0 to 180; a random guess has 90. */
    public double meanDegrees() {
      return Arrays.stream(sorted).sum() / sorted.length;
    }

    /** Returns the share of photos whose heading is at most {@code degrees} off. */
    public Share within(double degrees) {
      return Share.of(
          Arrays.stream(sorted).filter(error -> error <= degrees).count(), sorted.length);
    }
  }

  /**
   * Reliability of scores: scores against the share of right answers.
   *
   * @param bins the bins that hold a photo, by ascending score
   * @param expectedCalibrationError the mean over all photos of the gap between their bin's mean
   *     score and its accuracy, 0 to 1: Naeini, Cooper and Hauskrecht, "Obtaining well calibrated
   *     probabilities using Bayesian binning", AAAI 2015
   */
  public record Reliability(List<Bin> bins, double expectedCalibrationError) {

    /**
     * The photos whose scores lie in one range.
     *
     * @param low the range's lower end, exclusive but for the first bin
     * @param high the range's upper end, inclusive
     * @param meanScore the mean score of its photos
     * @param accuracy the share of its photos that were right
     * @param count the number of its photos, at least 1
     */
    public record Bin(double low, double high, double meanScore, Share accuracy, int count) {}

    /** Copies the list. */
    public Reliability {
      bins = List.copyOf(bins);
    }

    /**
     * Sorts photos into bins of equal width over scores of 0 to 1.
     *
     * @param scores the score of each photo's answer
     * @param right whether each answer was right, in the same order
     * @param binCount the number of bins, empty ones included
     * @throws IllegalArgumentException if there is no photo, the arrays differ in length, or a
     *     score is not within 0 to 1
     */
    public static Reliability of(double[] scores, boolean[] right, int binCount) {
      if (scores.length == 0 || scores.length != right.length || binCount < 1) {
        throw new IllegalArgumentException(
            Count.of(scores.length, "scores, ")
                + Count.of(right.length, "answers and ")
                + Count.of(binCount, "bins"));
      }
      int[] counts = new int[binCount];
      int[] hits = new int[binCount];
      double[] sums = new double[binCount];
      for (int i = 0; i < scores.length; i++) {
        if (!(scores[i] >= 0 && scores[i] <= 1)) {
          throw new IllegalArgumentException("a score must be 0 to 1: " + scores[i]);
        }
        int bin = Math.max(0, (int) Math.ceil(scores[i] * binCount) - 1);
        counts[bin]++;
        hits[bin] += right[i] ? 1 : 0;
        sums[bin] += scores[i];
      }
      List<Bin> bins = new ArrayList<>();
      double gaps = 0;
      for (int b = 0; b < binCount; b++) {
        if (counts[b] > 0) {
          bins.add(
              new Bin(
                  (double) b / binCount,
                  (double) (b + 1) / binCount,
                  sums[b] / counts[b],
                  Share.of(hits[b], counts[b]),
                  counts[b]));
          gaps += Math.abs(sums[b] - hits[b]);
        }
      }
      return new Reliability(bins, gaps / scores.length);
    }
  }
}
