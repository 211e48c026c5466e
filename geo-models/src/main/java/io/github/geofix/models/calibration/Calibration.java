package io.github.geofix.models.calibration;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.WorstCase;
import io.github.geofix.core.internal.geodesy.Continents;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.internal.calibration.RegionShares;
import io.github.geofix.models.internal.calibration.Temperature;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The calibration of a model, under which scores are probabilities and regions have their nominal
 * coverage: the {@link Temperature} of the scores, and at that temperature the {@link
 * RegionShares}. Both are fitted on the same photos, which conformal prediction does not foresee;
 * one number fitted on hundreds of photos bends little.
 *
 * @param temperature scores are raised to 1 / temperature; above 1 if the model was too sure of
 *     itself
 * @param regionShares the share of the score that the region of each {@link #COVERAGE} holds, above
 *     0 to 1
 * @param continents the same by the continent that a photo is placed on, for those continents that
 *     have shares of their own; empty if all photos are treated alike
 */
public record Calibration(
    double temperature, List<Double> regionShares, Optional<Map<String, List<Double>>> continents) {

  /** How often the regions of a location are to hold the truth. */
  public static final List<Double> COVERAGE = List.of(0.5, 0.9);

  /** That of a model that has not been calibrated: its scores are taken at their word. */
  public static final Calibration NONE = new Calibration(1, COVERAGE);

  /** A smaller group would need all of the score, whatever its photos are: 9 for 90 %. */
  private static final int LEAST_PHOTOS =
      (int) Math.ceil(Collections.max(COVERAGE) / (1 - Collections.max(COVERAGE)) - 1e-9);

  /** How regions are made to hold for photos of another kind, whose places are not known. */
  public enum Shift {
    /**
     * Photos with known places count more if their scores look like those of the other kind: exact
     * if of two photos with the same best score and entropy neither is harder because of its kind.
     * Tibshirani, Foygel Barber, Candes and Ramdas, NeurIPS 2019.
     */
    WEIGHTED,

    /**
     * Regions are so large that they hold for every kind that is as far from the photos with known
     * places as the scores of the other kind are, in Kullback-Leibler divergence, whatever makes it
     * harder. Cauchois, Gupta, Ali and Duchi, "Robust validation", JASA 2024.
     */
    WORST_CASE
  }

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a number is out of range, or there is not one share for
   *     each coverage
   */
  public Calibration {
    regionShares = List.copyOf(regionShares);
    continents = continents.map(Map::copyOf);
    if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("temperature must be positive: " + temperature);
    }
    checkShares("regionShares", regionShares);
    continents.ifPresent(shares -> shares.forEach(Calibration::checkShares));
  }

  /** A calibration that treats all photos alike. */
  public Calibration(double temperature, List<Double> regionShares) {
    this(temperature, regionShares, Optional.empty());
  }

  private static void checkShares(String name, List<Double> shares) {
    if (shares.size() != COVERAGE.size()
        || !shares.stream().allMatch(share -> share > 0 && share <= 1)) {
      throw new IllegalArgumentException(
          name + " must be " + COVERAGE.size() + " shares above 0 to 1: " + shares);
    }
  }

  /**
   * Returns the share of the score that the region of each {@link #COVERAGE} of one photo holds.
   *
   * @param cells the cells of its regions
   * @param scores one for each cell
   */
  public List<Double> sharesFor(CellPartition cells, double[] scores) {
    return continents
        .map(
            shares ->
                shares.getOrDefault(Continents.of(RegionShares.best(cells, scores)), regionShares))
        .orElse(regionShares);
  }

  /**
   * Fits the temperature, and then the shares on the scores at that temperature.
   *
   * @param photos their number; they were not trained on
   * @param model returns the scores of the photo of an index, 0 to {@code photos} - 1; called once
   *     for each
   * @throws IllegalArgumentException if none of the photos is in a place that the model covers
   */
  public static Calibration fit(int photos, IntFunction<ScoredPhoto> model) {
    return fit(model, Collections.nCopies(photos, ""));
  }

  /**
   * Fits the temperature on all photos, and shares with which the regions of each group of photos
   * have their nominal coverage: for each coverage the largest share that a group needs. Photos of
   * a new group are held as often if it is no harder than the hardest of these.
   *
   * @param model returns the scores of the photo of an index; called once for each
   * @param groups the group of each photo, such as its date, camera or continent
   * @throws IllegalArgumentException if none of the photos is in a place that the model covers, or
   *     one of several groups is too small for the largest coverage
   */
  public static Calibration fit(IntFunction<ScoredPhoto> model, List<String> groups) {
    return Fit.of(model, groups).pooled();
  }

  /**
   * As {@link #fit(IntFunction, List)}, with shares of its own for each continent that photos are
   * placed on, rightly or not, so that regions have their nominal coverage among the photos placed
   * on each: Mondrian conformal prediction (Vovk, Gammerman and Shafer, "Algorithmic learning in a
   * random world", 2005, section 4.5). Continents with too few photos share those of all photos.
   */
  public static Calibration fitByContinent(IntFunction<ScoredPhoto> model, List<String> groups) {
    return Fit.of(model, groups).byContinent();
  }

  /**
   * Fits the temperature on photos with known places, and shares with which the regions of photos
   * of another kind have their nominal coverage, whose places are not known.
   *
   * @param model returns the scores of the photo of an index; called once for each
   * @param groups the group of each photo with a known place, as of {@link #fit(IntFunction,
   *     List)}; one group for all if there are none
   * @param others the number of photos of the other kind, of the order of those with known places
   * @param unknown returns their scores, whose truth is not used; called once for each
   * @throws IllegalArgumentException if none of the photos is in a place that the model covers, or
   *     there are no photos of the other kind
   */
  public static Calibration fitForShift(
      IntFunction<ScoredPhoto> model,
      List<String> groups,
      int others,
      IntFunction<ScoredPhoto> unknown,
      Shift shift) {
    if (others < 1) {
      throw new IllegalArgumentException("there is no photo of the other kind");
    }
    List<ScoredPhoto> kind = IntStream.range(0, others).mapToObj(unknown).toList();
    return Fit.of(model, groups).forShift(kind, shift);
  }

  /** Scored photos at the temperature that fits them. */
  private record Fit(
      List<ScoredPhoto> photos,
      List<RegionShares.Needed> needed,
      Map<String, List<Integer>> groups,
      double temperature) {

    static Fit of(IntFunction<ScoredPhoto> model, List<String> groupOf) {
      List<ScoredPhoto> photos = IntStream.range(0, groupOf.size()).mapToObj(model).toList();
      Map<String, List<Integer>> groups = new TreeMap<>();
      for (int i = 0; i < photos.size(); i++) {
        groups.computeIfAbsent(groupOf.get(i), group -> new ArrayList<>()).add(i);
      }
      if (groups.size() > 1) {
        groups.forEach((name, group) -> checkSize(name, group.size()));
      }
      double temperature =
          Temperature.fit(
              photos.stream().map(ScoredPhoto::scores).toList(),
              photos.stream().mapToInt(ScoredPhoto::truth).toArray());
      List<RegionShares.Needed> needed =
          photos.stream().map(photo -> photo.needed().apply(temperature)).toList();
      return new Fit(photos, needed, groups, temperature);
    }

    Calibration pooled() {
      return new Calibration(temperature, worst(groups.values(), this::shares));
    }

    Calibration byContinent() {
      Map<String, Map<String, List<Integer>>> continents = new TreeMap<>();
      groups.forEach(
          (name, group) ->
              group.forEach(
                  photo ->
                      continents
                          .computeIfAbsent(
                              Continents.of(needed.get(photo).best()), c -> new TreeMap<>())
                          .computeIfAbsent(name, g -> new ArrayList<>())
                          .add(photo)));
      Map<String, List<Double>> shares = new TreeMap<>();
      continents.forEach(
          (continent, members) -> {
            List<List<Integer>> enough =
                members.values().stream().filter(group -> group.size() >= LEAST_PHOTOS).toList();
            if (!enough.isEmpty()) {
              shares.put(continent, worst(enough, this::shares));
            }
          });
      return new Calibration(
          temperature, worst(groups.values(), this::shares), Optional.of(shares));
    }

    Calibration forShift(List<ScoredPhoto> kind, Shift shift) {
      List<double[]> to = at(kind);
      Function<List<Integer>, List<Double>> fitting =
          switch (shift) {
            case WEIGHTED ->
                group ->
                    RegionShares.fit(
                        COVERAGE, shareOf(group), DensityRatio.weights(at(pick(group)), to));
            case WORST_CASE -> {
              double divergence = DensityRatio.divergence(DensityRatio.weights(at(photos), to));
              List<Double> levels =
                  COVERAGE.stream().map(share -> WorstCase.level(share, divergence)).toList();
              yield group -> RegionShares.fit(levels, shareOf(group));
            }
          };
      return new Calibration(temperature, worst(groups.values(), fitting));
    }

    private List<Double> shares(List<Integer> group) {
      return RegionShares.fit(COVERAGE, shareOf(group));
    }

    private static List<Double> worst(
        Collection<List<Integer>> groups, Function<List<Integer>, List<Double>> fitting) {
      List<List<Double>> shares = groups.stream().map(fitting).toList();
      return IntStream.range(0, COVERAGE.size())
          .mapToObj(i -> Collections.max(shares.stream().map(of -> of.get(i)).toList()))
          .toList();
    }

    private List<ScoredPhoto> pick(List<Integer> group) {
      return group.stream().map(photos::get).toList();
    }

    private double[] shareOf(List<Integer> group) {
      return group.stream().mapToDouble(photo -> needed.get(photo).share()).toArray();
    }

    private List<double[]> at(List<ScoredPhoto> scored) {
      return scored.stream().map(photo -> Temperature.apply(photo.scores(), temperature)).toList();
    }
  }

  private static void checkSize(String group, int photos) {
    if (photos < LEAST_PHOTOS) {
      throw new IllegalArgumentException(
          "the group \"%s\" has %s; regions of %.0f %% need %d or more of each group: merge it with another, or leave it out"
              .formatted(
                  group,
                  Count.of(photos, "photos"),
                  100 * Collections.max(COVERAGE),
                  LEAST_PHOTOS));
    }
  }

  /**
   * An uncalibrated prediction with its ground truth, to fit a {@link Calibration} on.
   *
   * @param scores one for each place that the model distinguishes, 0 or more, not all 0
   * @param truth the number of the true place; -1 if none is right
   * @param needed from a temperature to {@link RegionShares#needed} of the scores at that
   *     temperature
   */
  public record ScoredPhoto(
      double[] scores, int truth, DoubleFunction<RegionShares.Needed> needed) {

    /**
     * Returns the prediction of a model whose places are S2 cells.
     *
     * @param place where the photo was taken
     * @param scores one for each cell
     */
    public static ScoredPhoto of(LatLng place, CellPartition cells, double[] scores) {
      return new ScoredPhoto(
          scores,
          cells.labelOf(place.latitude(), place.longitude()),
          temperature -> RegionShares.needed(place, cells, Temperature.apply(scores, temperature)));
    }
  }
}
