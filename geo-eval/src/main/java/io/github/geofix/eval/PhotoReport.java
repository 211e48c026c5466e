package io.github.geofix.eval;

import com.google.gson.JsonObject;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.cell.ZoomGrid;
import io.github.geofix.core.geodesy.Boundaries;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.geodesy.Continents;
import io.github.geofix.core.partition.CellPartition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * All figures of a run over photos: the distances, the same by region, and what else the answers
 * tell. Immutable and thread-safe.
 *
 * <p>Answers are a manifest like the photos: the column {@code score} (0 to 1) gives the
 * reliability curve; {@code heading} (degrees), where the photos have it too, the heading errors;
 * {@code sequence} (such as {@code 7 6 6 5}), where the photos have it too, the sequences that are
 * right at every step. Without that column the sequences of a {@link ZoomGrid} are found from the
 * positions.
 */
public final class PhotoReport {

  private static final int RELIABILITY_BINS = 10;
  private static final double[] HEADING_DEGREES = {10, 45, 90};

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
   *     placed in the right region is right on all levels, whatever the coarser borders say
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
            : distances.by(photos.locations().stream().map(p -> cell(partition, p)).toList());
    headings =
        AnswerColumns.has(photos, "heading") && AnswerColumns.has(answers, "heading")
            ? Headings.of(
                AnswerColumns.numbers(photos, "heading"), AnswerColumns.numbers(answers, "heading"))
            : null;
    sequences = AnswerColumns.sequences(photos, answers, options.grid()).orElse(null);
    double[] scores = AnswerColumns.has(answers, "score") ? AnswerColumns.scores(answers) : null;
    reliability = scores == null ? null : Reliability.of(scores, right(), RELIABILITY_BINS);
    riskCoverage = scores == null ? null : RiskCoverage.of(scores, right());
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

  private static String cell(CellPartition cells, LatLng place) {
    int label = cells.labelOf(place.latitude(), place.longitude());
    return label < 0 ? "no cell" : cells.s2Token(label);
  }

  private boolean[] right() {
    boolean[] right = new boolean[distances.count()];
    for (int i = 0; i < right.length; i++) {
      right[i] = distances.errors().km(i) <= options.rightKm();
    }
    return right;
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

  /**
   * Returns the distance within which an answer was right for {@link #reliability} and {@link
   * #riskCoverage}.
   */
  public double rightKm() {
    return options.rightKm();
  }

  /** Returns the report in Markdown. */
  public String toMarkdown() {
    StringBuilder text = new StringBuilder(distances.toMarkdown());
    append(text, "By continent", DistanceReport.table("continent", continents));
    if (!cells.isEmpty()) {
      append(text, "By cell", DistanceReport.table("cell", cells));
    }
    Table others = others();
    append(text, "Other figures", others);
    if (intervals != null) {
      append(text, intervals.title(), intervals.table());
    }
    return text.toString();
  }

  private static void append(StringBuilder text, String heading, Table table) {
    text.append("\n### ").append(heading).append("\n\n").append(table.toMarkdown());
  }

  /** Returns what is known besides distances as a table. */
  public Table others() {
    Table table = new Table("metric", "value", "95 % interval");
    metrics().forEach((name, metric) -> table.row(name, metric.shown(), metric.interval()));
    return table;
  }

  private Map<String, Metric> metrics() {
    Map<String, Metric> metrics = new LinkedHashMap<>();
    metrics.put("continent right", Metric.of(hierarchy.continent()));
    metrics.put("country right", Metric.of(hierarchy.country()));
    Share region = hierarchy.region();
    if (region != null) {
      metrics.put("named region right", Metric.of(region));
    }
    metrics.put("hierarchical path score", Metric.of(hierarchy.meanPathScore()));
    negativeLogLikelihood()
        .ifPresent(nats -> metrics.put("negative log likelihood, nats per km2", Metric.of(nats)));
    headings()
        .ifPresent(
            errors -> {
              metrics.put("heading error median degrees", Metric.of(errors.medianDegrees()));
              metrics.put("heading error mean degrees", Metric.of(errors.meanDegrees()));
              for (double degrees : HEADING_DEGREES) {
                metrics.put(
                    "heading within " + DistanceReport.plain(degrees) + " degrees",
                    Metric.of(errors.within(degrees)));
              }
            });
    sequences()
        .ifPresent(
            all -> {
              metrics.put("sequence right at every step", Metric.of(all.strict()));
              for (int step = 1; step < all.prefixes().size(); step++) {
                metrics.put(
                    "sequence right up to step " + step, Metric.of(all.prefixes().get(step - 1)));
              }
            });
    reliability()
        .ifPresent(
            curve ->
                metrics.put(
                    "expected calibration error within " + DistanceReport.plain(rightKm()) + " km",
                    Metric.of(curve.expectedCalibrationError())));
    riskCoverage()
        .ifPresent(
            curve -> {
              String limit = " within " + DistanceReport.plain(rightKm()) + " km";
              metrics.put("area under risk-coverage curve" + limit, Metric.of(curve.area()));
              metrics.put("least possible area" + limit, Metric.of(curve.optimum()));
            });
    return metrics;
  }

  /**
   * Returns {@code group,photos,metric,value,low,high} as CSV: the group is {@code all}, a
   * continent or a cell; shares and their 95 % intervals are 0 to 1.
   */
  public String toCsv() {
    Table table = new Table("group", "photos", "metric", "value", "low", "high");
    addRows(table, "all", distances);
    continents.forEach((name, report) -> addRows(table, "continent " + name, report));
    cells.forEach((name, report) -> addRows(table, "cell " + name, report));
    metrics().forEach((name, metric) -> metric.addTo(table, "all", distances.count(), name));
    if (intervals != null) {
      String group = intervals.title();
      intervals()
          .forEach(
              (name, interval) ->
                  new Metric(interval.value(), interval.low(), interval.high())
                      .addTo(table, group, distances.count(), name));
    }
    return table.toCsv();
  }

  private static void addRows(Table table, String group, DistanceReport report) {
    Metric.of(report.summary())
        .forEach((name, metric) -> metric.addTo(table, group, report.count(), name));
  }

  /**
   * Returns the report as a JSON object: that of {@link DistanceReport#toJson}, so that {@code
   * compare} reads it, with {@code continents}, {@code hierarchy}, and {@code cells}, {@code
   * negativeLogLikelihood}, {@code bootstrap}, {@code headings}, {@code sequences}, {@code
   * reliability} and {@code riskCoverage} where known.
   */
  public String toJson() {
    return DistanceJson.text(toJsonObject());
  }

  /** As {@link #toJson}, as a tree, so that larger reports can contain it. */
  public JsonObject toJsonObject() {
    JsonObject json = distances.toJsonObject();
    json.add("continents", DistanceJson.tree(summaries(continents)));
    json.add("hierarchy", DistanceJson.tree(hierarchy));
    negativeLogLikelihood()
        .ifPresent(
            nats -> {
              // JSON has no infinity.
              if (Double.isFinite(nats)) {
                json.addProperty("negativeLogLikelihood", nats);
              }
            });
    if (intervals != null) {
      json.add("bootstrap", DistanceJson.tree(intervals));
    }
    if (!cells.isEmpty()) {
      json.add("cells", DistanceJson.tree(summaries(cells)));
    }
    headings().ifPresent(errors -> json.add("headings", DistanceJson.tree(figures(errors))));
    sequences().ifPresent(all -> json.add("sequences", DistanceJson.tree(all)));
    reliability()
        .ifPresent(
            curve -> {
              json.add("reliability", DistanceJson.tree(curve));
              json.addProperty("reliabilityRightKm", rightKm());
            });
    riskCoverage().ifPresent(curve -> json.add("riskCoverage", DistanceJson.tree(curve)));
    return json;
  }

  private static Map<String, DistanceReport.Summary> summaries(Map<String, DistanceReport> groups) {
    Map<String, DistanceReport.Summary> summaries = new LinkedHashMap<>();
    groups.forEach((name, report) -> summaries.put(name, report.summary()));
    return summaries;
  }

  private static Map<String, Object> figures(Headings errors) {
    Map<String, Share> within = new LinkedHashMap<>();
    for (double degrees : HEADING_DEGREES) {
      within.put(DistanceReport.plain(degrees), errors.within(degrees));
    }
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("count", errors.count());
    figures.put("medianDegrees", errors.medianDegrees());
    figures.put("meanDegrees", errors.meanDegrees());
    figures.put("withinDegrees", within);
    return figures;
  }

  /**
   * Returns the shares by the names that published figures go by: {@code acc@25km}, or {@code
   * R@50m} where a limit is less than a kilometer.
   */
  public Map<String, Share> shares() {
    Map<String, Share> shares = new LinkedHashMap<>();
    for (double km : distances.limitsKm()) {
      shares.put(
          km < 1
              ? "R@" + DistanceReport.plain(Math.rint(km * 1e6) / 1e3) + "m"
              : "acc@" + DistanceReport.plain(km) + "km",
          distances.errors().withinKm(km));
    }
    return shares;
  }
}
