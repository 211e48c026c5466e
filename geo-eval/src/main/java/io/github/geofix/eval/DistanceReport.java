package io.github.geofix.eval;

import com.google.gson.JsonObject;
import io.github.geofix.core.Location;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Count;
import java.io.Serializable;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongToDoubleFunction;

/**
 * How well photos were located: shares within distances, and the distances themselves.
 *
 * <p>A photo exactly at a limit counts as within it. Distances are great circles on a sphere of
 * radius 6371.01 km. Shares carry 95 % Wilson intervals.
 *
 * @param errors the error of each photo
 * @param limitsKm the limits reported, ascending
 * @param photos the name of each photo in the order of {@code errors}, or empty if not known
 * @param regions how often the regions of the answers held the truth, one for each share of the
 *     score; empty if the answers had none
 */
public record DistanceReport(
    DistanceErrors errors,
    List<Double> limitsKm,
    List<String> photos,
    List<RegionCoverage> regions) {

  /** The field's limits, 1, 25, 200, 750 and 2500 km: street, city, region, country, continent. */
  public static final List<Double> STANDARD_KM = List.of(1.0, 25.0, 200.0, 750.0, 2500.0);

  private static final double[] QUANTILES = {0.1, 0.25, 0.75, 0.9, 0.95};

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if the limits are not positive and ascending, or the photos or
   *     regions are not as many as the errors
   */
  public DistanceReport {
    limitsKm = List.copyOf(limitsKm);
    photos = List.copyOf(photos);
    regions = List.copyOf(regions);
    double last = 0;
    for (double limit : limitsKm) {
      if (!(limit > last)) {
        throw new IllegalArgumentException("limits must be positive and ascending: " + limitsKm);
      }
      last = limit;
    }
    if (limitsKm.isEmpty()) {
      throw new IllegalArgumentException("there is no limit to report");
    }
    if (!photos.isEmpty() && photos.size() != errors.size()) {
      throw new IllegalArgumentException(
          Count.of(photos.size(), "names do not fit ") + Count.of(errors.size(), "errors"));
    }
    for (RegionCoverage coverage : regions) {
      if (coverage.holdsTruth().size() != errors.size()) {
        throw new IllegalArgumentException(
            Count.of(coverage.holdsTruth().size(), "regions do not fit ")
                + Count.of(errors.size(), "errors"));
      }
    }
  }

  /** Reports errors of answers without regions; see the other constructor. */
  public DistanceReport(DistanceErrors errors, List<Double> limitsKm, List<String> photos) {
    this(errors, limitsKm, photos, List.of());
  }

  /**
   * Reports guesses of any source at {@link #STANDARD_KM}.
   *
   * @throws IllegalArgumentException if the lists are empty or differ in size
   */
  public static DistanceReport of(List<LatLng> truths, List<LatLng> guesses) {
    return new DistanceReport(DistanceErrors.of(truths, guesses), STANDARD_KM, List.of());
  }

  /**
   * Reports guesses of any source at the given limits, ascending.
   *
   * @throws IllegalArgumentException if the lists are empty or differ in size, or the limits are
   *     not positive and ascending
   */
  public static DistanceReport of(
      List<LatLng> truths, List<LatLng> guesses, double firstKm, double... moreKm) {
    List<Double> limits = new ArrayList<>();
    limits.add(firstKm);
    Arrays.stream(moreKm).forEach(limits::add);
    return new DistanceReport(DistanceErrors.of(truths, guesses), limits, List.of());
  }

  /**
   * Reports what a localizer answered, with the coverage of its regions.
   *
   * @param truths where the photos were taken, in the order of {@code locations}
   * @param limitsKm the limits to report, ascending
   * @throws IllegalArgumentException if the lists are empty or differ in size, or the limits are
   *     not positive and ascending
   */
  public static DistanceReport ofLocations(
      List<LatLng> truths, List<Location> locations, List<Double> limitsKm) {
    return new DistanceReport(
        DistanceErrors.of(truths, locations.stream().map(Location::latLng).toList()),
        limitsKm,
        List.of(),
        RegionCoverage.of(truths, locations));
  }

  /**
   * Reads a report that {@link #toJson} wrote.
   *
   * @throws java.io.UncheckedIOException if the file cannot be read
   * @throws IllegalArgumentException if it is no such report; the message names the file
   */
  public static DistanceReport readJson(Path file) {
    return DistanceJson.read(file);
  }

  /**
   * Reads reports of several runs by the names of the runs. A file stands for a run without a name
   * or with the name of another.
   *
   * @return the reports in the order of the files
   * @throws java.io.UncheckedIOException if a file cannot be read
   * @throws IllegalArgumentException if a file is given twice or is no such report
   */
  public static Map<String, DistanceReport> readJson(List<Path> files) {
    List<DistanceJson.Named> runs = files.stream().map(DistanceJson::readJson).toList();
    List<String> names = runs.stream().map(DistanceJson.Named::name).toList();
    Map<String, DistanceReport> reports = new LinkedHashMap<>();
    for (int i = 0; i < runs.size(); i++) {
      String name = names.get(i);
      boolean usable = !name.isBlank() && Collections.frequency(names, name) == 1;
      String file = files.get(i).toString();
      if (reports.put(usable ? name : file, runs.get(i).report()) != null) {
        throw new IllegalArgumentException(file + " is given twice");
      }
    }
    return reports;
  }

  /**
   * Returns a copy at other limits.
   *
   * @throws IllegalArgumentException if they are not positive and ascending
   */
  public DistanceReport withKm(List<Double> limitsKm) {
    return new DistanceReport(errors, limitsKm, photos, regions);
  }

  /**
   * Returns a report for each group of photos, the largest group first: by continent, by country,
   * by camera.
   *
   * @param groupOf the group of each photo, in photo order
   * @throws IllegalArgumentException if there is not one group a photo
   */
  public Map<String, DistanceReport> by(List<String> groupOf) {
    if (groupOf.size() != count()) {
      throw new IllegalArgumentException(
          Count.of(groupOf.size(), "groups for ") + Count.of(count(), "photos"));
    }
    Map<String, List<Integer>> members = new TreeMap<>();
    for (int i = 0; i < count(); i++) {
      members.computeIfAbsent(groupOf.get(i), group -> new ArrayList<>()).add(i);
    }
    Map<String, DistanceReport> reports = new LinkedHashMap<>();
    members.entrySet().stream()
        .sorted(Comparator.comparingInt(group -> -group.getValue().size()))
        .forEach(
            group ->
                reports.put(
                    group.getKey(),
                    new DistanceReport(
                        DistanceErrors.ofKm(
                            group.getValue().stream().mapToDouble(errors::km).toArray()),
                        limitsKm,
                        photos.isEmpty()
                            ? List.of()
                            : group.getValue().stream().map(photos::get).toList(),
                        regions.stream().map(r -> r.of(group.getValue())).toList())));
    return reports;
  }

  /** Returns the number of photos. */
  public int count() {
    return errors.size();
  }

  /** Returns the median error in km. */
  public double medianKm() {
    return errors.medianKm();
  }

  /** Returns the share of photos located at most {@code km} away, 0 to 1, for any distance. */
  public double accuracyWithinKm(double km) {
    return errors.withinKm(km).accuracy();
  }

  /** Returns the numbers without the photos: small, and in the shape written as JSON. */
  public Summary summary() {
    Map<String, Share> within = new LinkedHashMap<>();
    for (double limit : limitsKm) {
      within.put(plain(limit), errors.withinKm(limit));
    }
    Map<String, Double> quantiles = new LinkedHashMap<>();
    for (double q : QUANTILES) {
      quantiles.put(plain(q), errors.quantileKm(q));
    }
    return new Summary(count(), medianKm(), errors.meanKm(), errors.meanScore(), within, quantiles);
  }

  /**
   * The numbers of a report.
   *
   * @param count the number of photos
   * @param medianKm the median error
   * @param meanKm the mean error
   * @param meanScore the mean game score, 0 to 5000: see {@link DistanceErrors#meanScore()}
   * @param withinKm the shares, by limit: {@code "25"} is 25 km
   * @param quantilesKm errors that a share of the photos does not exceed: {@code "0.9"} is 90 %
   */
  public record Summary(
      int count,
      double medianKm,
      double meanKm,
      double meanScore,
      Map<String, Share> withinKm,
      Map<String, Double> quantilesKm) {}

  /** Returns the report as a Markdown table and one line of other figures. */
  public String toMarkdown() {
    Table table = new Table("within", "photos", "95 % interval");
    for (double limit : limitsKm) {
      Share share = errors.withinKm(limit);
      table.row(
          plain(limit) + " km",
          Table.percent(share.accuracy()) + " %",
          Table.percent(share.low()) + " to " + Table.percent(share.high()));
    }
    return table.toMarkdown()
        + (regions.isEmpty() ? "" : regionsMarkdown())
        + String.format(
            Locale.ROOT,
            "\n%s; error median %s km, mean %s km, 90 %% below %s km; game score %.0f of 5000.\n"
                + "Great-circle distance on a sphere of %s km; a photo at the limit counts; Wilson"
                + " intervals.\n",
            Count.of(count(), "photos"),
            km(medianKm()),
            km(errors.meanKm()),
            km(errors.quantileKm(0.9)),
            errors.meanScore(),
            GreatCircle.EARTH_RADIUS_KM);
  }

  private String regionsMarkdown() {
    String note = RegionCoverage.note(regions);
    return "\n"
        + RegionCoverage.table(regions).toMarkdown()
        + (note.isEmpty() ? "" : "\n" + note + "\n");
  }

  /**
   * Returns the report as a JSON object: {@link #summary()} and, in photo order, {@code errorsKm}
   * and {@code photos} where known, so that two runs can be compared photo by photo; {@code
   * regions} holds the coverage of each share.
   */
  public String toJson() {
    return DistanceJson.text(toJsonObject());
  }

  /** As {@link #toJson}, as a tree, so that larger reports can contain it. */
  public JsonObject toJsonObject() {
    return DistanceJson.of(this).toTree();
  }

  /**
   * Returns one row a system and one column a limit, for systems run on the same photos.
   *
   * @param reports the systems' reports by name, in the order of the rows
   * @throws IllegalArgumentException if there is none, or their limits differ
   */
  public static Table table(Map<String, DistanceReport> reports) {
    return table("system", reports);
  }

  /** As {@link #table(Map)}, for reports of anything, such as continents. */
  static Table table(String what, Map<String, DistanceReport> reports) {
    if (reports.isEmpty()) {
      throw new IllegalArgumentException("there is no report to tabulate");
    }
    List<Double> limits = reports.values().iterator().next().limitsKm();
    List<String> header = new ArrayList<>(List.of(what, "photos"));
    limits.forEach(limit -> header.add(plain(limit) + " km"));
    header.addAll(List.of("median km", "game score"));
    Table table =
        new Table(header)
            .highest(header.subList(2, 2 + limits.size()))
            .lowest(List.of("median km"))
            .highest(List.of("game score"));
    reports.forEach(
        (name, report) -> {
          if (!report.limitsKm().equals(limits)) {
            throw new IllegalArgumentException(
                "reports differ in their limits: " + limits + " and " + report.limitsKm());
          }
          List<String> row = new ArrayList<>(List.of(name, Integer.toString(report.count())));
          limits.forEach(limit -> row.add(report.errors().withinKm(limit).toString()));
          row.add(km(report.medianKm()));
          row.add(String.format(Locale.ROOT, "%.0f", report.errors().meanScore()));
          table.row(row);
        });
    return table;
  }

  /** Returns the shares whose quantiles are reported besides the median. */
  static double[] quantiles() {
    return QUANTILES.clone();
  }

  /** Writes a number as briefly as it can be read back: 25, 0.05. */
  static String plain(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }

  /** Writes a distance with three digits or so: 0.042, 1.52, 191, 8518. */
  static String km(double km) {
    String format = km < 0.1 ? "%.3f" : km < 10 ? "%.2f" : km < 100 ? "%.1f" : "%.0f";
    return String.format(Locale.ROOT, format, km);
  }

  /**
   * The figures of a {@link DistanceReport} for photos that were located in parts, on any number of
   * machines. Tallies of the parts can be merged in any order, and give the figures of one report
   * of all photos to the last digit. Takes a few hundred bytes, whatever the number of photos. Not
   * thread-safe.
   *
   * <p>Quantiles need a few errors of all in ascending order: those at {@link #ranks}.
   *
   * <pre>{@code
   * Tally tally = new Tally(DistanceReport.STANDARD_KM);
   * tally.add(truth, guess);
   * tally.merge(tallyOfAnotherPart);
   * DistanceReport.Summary summary = tally.summary(rank -> sortedErrorsKm[(int) rank]);
   * }</pre>
   */
  public static final class Tally implements Serializable {
    private static final long serialVersionUID = 1;

    private final double[] limitsKm;
    private final long[] within;
    private final ExactSum km = new ExactSum();
    private final ExactSum score = new ExactSum();
    private long count;

    /**
     * Creates an empty tally.
     *
     * @param limitsKm the limits to report
     */
    public Tally(List<Double> limitsKm) {
      this.limitsKm = limitsKm.stream().mapToDouble(Double::doubleValue).toArray();
      this.within = new long[limitsKm.size()];
    }

    /**
     * Adds a located photo.
     *
     * @return its error in km
     */
    public double add(LatLng truth, LatLng guess) {
      double error = GreatCircle.distanceKm(truth, guess);
      add(error);
      return error;
    }

    /**
     * Adds an error.
     *
     * @throws IllegalArgumentException if it is not within 0 and {@link DistanceErrors#WORST_KM}
     */
    public void add(double errorKm) {
      DistanceErrors.require(errorKm);
      for (int i = 0; i < limitsKm.length; i++) {
        within[i] += errorKm <= limitsKm[i] ? 1 : 0;
      }
      km.add(errorKm);
      score.add(DistanceErrors.score(errorKm));
      count++;
    }

    /**
     * Adds what another tally counted.
     *
     * @throws IllegalArgumentException if the limits differ
     */
    public void merge(Tally other) {
      if (!Arrays.equals(limitsKm, other.limitsKm)) {
        throw new IllegalArgumentException(
            "tallies at the limits "
                + Arrays.toString(limitsKm)
                + " and "
                + Arrays.toString(other.limitsKm)
                + " cannot be merged");
      }
      for (int i = 0; i < within.length; i++) {
        within[i] += other.within[i];
      }
      km.add(other.km);
      score.add(other.score);
      count += other.count;
    }

    /** Returns the number of photos. */
    public long count() {
      return count;
    }

    /** Returns the positions, from 0, of the errors that quantiles are computed from. */
    public long[] ranks() {
      TreeSet<Long> ranks = new TreeSet<>();
      List<Double> shares = new ArrayList<>(List.of(0.5));
      Arrays.stream(DistanceReport.quantiles()).forEach(shares::add);
      for (double q : shares) {
        Quantile.of(
            count,
            rank -> {
              ranks.add(rank);
              return 0;
            },
            q);
      }
      return ranks.stream().mapToLong(Long::longValue).toArray();
    }

    /**
     * Returns the figures.
     *
     * @param kmAt the error at each of {@link #ranks} of all errors in ascending order, in km
     * @throws IllegalArgumentException if there is no photo
     * @throws ArithmeticException if there are more than 2^31 - 1
     */
    public DistanceReport.Summary summary(LongToDoubleFunction kmAt) {
      if (count == 0) {
        throw new IllegalArgumentException("there is no photo to evaluate");
      }
      Map<String, Share> shares = new LinkedHashMap<>();
      for (int i = 0; i < limitsKm.length; i++) {
        shares.put(DistanceReport.plain(limitsKm[i]), Share.of(within[i], count));
      }
      Map<String, Double> quantiles = new LinkedHashMap<>();
      for (double q : DistanceReport.quantiles()) {
        quantiles.put(DistanceReport.plain(q), Quantile.of(count, kmAt, q));
      }
      return new DistanceReport.Summary(
          Math.toIntExact(count),
          Quantile.of(count, kmAt, 0.5),
          km.value() / count,
          score.value() / count,
          shares,
          quantiles);
    }
  }
}
