package io.github.geofix.eval;

import io.github.geofix.core.Location;
import io.github.geofix.core.Location.ScoreRegion;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Count;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Coverage of a model's regions: how often they contained the true location. Of a calibrated model
 * the share measured is near the share that the regions state; the area is what it cost.
 *
 * @param share how often the regions are to hold the truth, above 0 to 1
 * @param holdsTruth for each photo in order, whether it was taken within its region
 * @param areasKm2 the area of each photo's region
 */
public record RegionCoverage(double share, List<Boolean> holdsTruth, List<Double> areasKm2) {

  private static final double EARTH_KM2 =
      4 * Math.PI * GreatCircle.EARTH_RADIUS_KM * GreatCircle.EARTH_RADIUS_KM;

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if there is no photo or the lists differ in size
   */
  public RegionCoverage {
    holdsTruth = List.copyOf(holdsTruth);
    areasKm2 = List.copyOf(areasKm2);
    if (holdsTruth.isEmpty() || holdsTruth.size() != areasKm2.size()) {
      throw new IllegalArgumentException(
          Count.of(holdsTruth.size(), "photos and ") + Count.of(areasKm2.size(), "areas"));
    }
  }

  /**
   * Measures the regions of located photos.
   *
   * @param truths where the photos were taken, in the order of {@code locations}
   * @return one coverage for each share that all locations have a region of, smallest share first;
   *     none if a location has no regions
   * @throws IllegalArgumentException if the lists are empty or differ in size
   */
  public static List<RegionCoverage> of(List<LatLng> truths, List<Location> locations) {
    if (truths.isEmpty() || truths.size() != locations.size()) {
      throw new IllegalArgumentException(
          Count.of(truths.size(), "truths do not pair with ")
              + Count.of(locations.size(), "locations"));
    }
    Counter counter = new Counter();
    for (int i = 0; i < truths.size(); i++) {
      counter.add(truths.get(i), locations.get(i));
    }
    return counter.coverages();
  }

  /** Counts as photos are located, so that their regions need not be kept. */
  static final class Counter {
    private final Map<Double, List<Boolean>> holdsTruth = new TreeMap<>();
    private final Map<Double, List<Double>> areasKm2 = new TreeMap<>();
    private int photos;

    void add(LatLng truth, Location location) {
      if (photos == 0) {
        for (ScoreRegion region : location.regions()) {
          holdsTruth.put(region.share(), new ArrayList<>());
          areasKm2.put(region.share(), new ArrayList<>());
        }
      }
      photos++;
      for (ScoreRegion region : location.regions()) {
        List<Boolean> held = holdsTruth.get(region.share());
        List<Double> areas = areasKm2.get(region.share());
        // Of two regions of one share the first counts; a share that a photo lacks is given up.
        if (held != null && areas != null && held.size() == photos - 1) {
          held.add(region.region().contains(truth));
          areas.add(region.region().areaKm2());
        }
      }
    }

    /** Returns a coverage for each share that all photos have a region of, smallest first. */
    List<RegionCoverage> coverages() {
      List<RegionCoverage> coverages = new ArrayList<>();
      holdsTruth.forEach(
          (share, held) -> {
            if (photos > 0 && held.size() == photos) {
              coverages.add(
                  new RegionCoverage(share, held, Objects.requireNonNull(areasKm2.get(share))));
            }
          });
      return coverages;
    }
  }

  /** Returns the share of photos taken within their region, with its interval. */
  public Share measured() {
    return Share.of(holdsTruth.stream().filter(held -> held).count(), holdsTruth.size());
  }

  /** Returns the median area of the regions. */
  public double medianAreaKm2() {
    return Quantile.median(areasKm2.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** Returns the same for some of the photos, given by their indices. */
  RegionCoverage of(List<Integer> photos) {
    return new RegionCoverage(
        share,
        photos.stream().map(holdsTruth::get).toList(),
        photos.stream().map(areasKm2::get).toList());
  }

  /** Returns whether the regions contain the truth significantly less often than they should. */
  public boolean isShort() {
    return measured().high() < share;
  }

  /**
   * Returns a sentence about the regions that contain the truth too seldom, with the usual reasons;
   * empty if there are none.
   */
  public static String note(List<RegionCoverage> coverages) {
    List<String> tooShort =
        coverages.stream()
            .filter(RegionCoverage::isShort)
            .map(
                coverage ->
                    String.format(
                        Locale.ROOT,
                        "the %s %% region held the truth for %s %% of the photos only",
                        DistanceReport.plain(100 * coverage.share),
                        Table.percent(coverage.measured().accuracy())))
            .toList();
    return tooShort.isEmpty()
        ? ""
        : "Note: "
            + String.join(", ", tooShort)
            + ". Either the model is not calibrated, or these photos differ from those it was"
            + " calibrated on, or many of them were taken where the model has no cell: then no"
            + " calibration helps, but cells of fewer points do.";
  }

  /**
   * Returns the mean negative log likelihood of the true positions, in nats, under the density that
   * regions of several shares state; lower is better. The density is per km2 and constant between
   * regions: a share of 0.5 lies in the smallest region, what the next adds in the rest of that
   * one, and what the largest lacks on the rest of the Earth. A model that has learned nothing has
   * ln(5.1e8) = 20.05. Infinite if a truth lies where the density is 0.
   *
   * @param coverages regions of the same photos that hold each other, smallest share first
   * @throws IllegalArgumentException if there is none
   */
  public static double negativeLogLikelihood(List<RegionCoverage> coverages) {
    if (coverages.isEmpty()) {
      throw new IllegalArgumentException("there is no region");
    }
    int photos = coverages.get(0).holdsTruth.size();
    double sum = 0;
    for (int photo = 0; photo < photos; photo++) {
      sum -= Math.log(densityAtTruth(coverages, photo));
    }
    return sum / photos;
  }

  private static double densityAtTruth(List<RegionCoverage> coverages, int photo) {
    double mass = 0;
    double share = 0;
    double area = 0;
    boolean held = false;
    for (RegionCoverage coverage : coverages) {
      mass += coverage.share - share;
      share = coverage.share;
      held |= coverage.holdsTruth.get(photo);
      double wider = coverage.areasKm2.get(photo) - area;
      // A region that adds no area leaves its share to the next.
      if (wider > 0) {
        if (held) {
          return mass / wider;
        }
        mass = 0;
        area += wider;
      }
    }
    double rest = mass + 1 - share;
    return rest > 0 ? rest / Math.max(0, EARTH_KM2 - area) : 0;
  }

  /** Returns one row a region: the share of photos whose region held the truth, and its area. */
  public static Table table(List<RegionCoverage> coverages) {
    Table table = new Table("region", "holds the truth", "95 % interval", "median area km2");
    for (RegionCoverage coverage : coverages) {
      Share measured = coverage.measured();
      table.row(
          DistanceReport.plain(100 * coverage.share) + " %",
          Table.percent(measured.accuracy()) + " %",
          Table.percent(measured.low()) + " to " + Table.percent(measured.high()),
          String.format(Locale.ROOT, "%,.0f", coverage.medianAreaKm2()));
    }
    return table;
  }
}
