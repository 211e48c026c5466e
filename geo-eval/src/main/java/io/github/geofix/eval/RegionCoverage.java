package io.github.geofix.eval;

import io.github.geofix.core.Location;
import io.github.geofix.core.ScoreRegion;
import io.github.geofix.core.geodesy.LatLng;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How often the regions of a model's answers held the truth. Of a calibrated model the share
 * measured is near the share that the regions state; the area says what it cost.
 *
 * @param share how often the regions are to hold the truth, above 0 to 1
 * @param holdsTruth for each photo in order, whether it was taken within its region
 * @param areasKm2 the area of each photo's region
 */
public record RegionCoverage(double share, List<Boolean> holdsTruth, List<Double> areasKm2) {

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
          holdsTruth.size() + " photos and " + areasKm2.size() + " areas");
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
          truths.size() + " truths do not pair with " + locations.size() + " locations");
    }
    List<RegionCoverage> coverages = new ArrayList<>();
    for (ScoreRegion first : locations.get(0).regions()) {
      List<Boolean> holdsTruth = new ArrayList<>();
      List<Double> areas = new ArrayList<>();
      for (int i = 0; i < truths.size(); i++) {
        LatLng truth = truths.get(i);
        locations.get(i).regions().stream()
            .filter(region -> region.share() == first.share())
            .findFirst()
            .map(ScoreRegion::region)
            .ifPresent(
                region -> {
                  holdsTruth.add(region.contains(truth));
                  areas.add(region.areaKm2());
                });
      }
      if (holdsTruth.size() == truths.size()) {
        coverages.add(new RegionCoverage(first.share(), holdsTruth, areas));
      }
    }
    return coverages;
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
