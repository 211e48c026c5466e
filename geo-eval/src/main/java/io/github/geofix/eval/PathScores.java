package io.github.geofix.eval;

import io.github.geofix.core.geodesy.Boundaries;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.geodesy.Continents;
import io.github.geofix.eval.PhotoReport.Hierarchy;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Counts how far down the hierarchy of places answers are right. */
final class PathScores {

  /**
   * Where photos were taken or placed.
   *
   * @param positions the positions
   * @param countries the country and continent of each
   */
  record Places(List<LatLng> positions, List<Continents.Place> countries) {

    List<Optional<String>> regions(Boundaries boundaries) {
      return positions.parallelStream().map(boundaries::regionOf).toList();
    }
  }

  private PathScores() {}

  /**
   * Compares answers with truths.
   *
   * @throws IllegalArgumentException if no photo was taken in any of the regions
   */
  static Hierarchy of(Places truths, Places answers, @Nullable Boundaries regions) {
    int photos = truths.countries().size();
    List<Optional<String>> taken = regions == null ? List.of() : truths.regions(regions);
    List<Optional<String>> placed = regions == null ? List.of() : answers.regions(regions);
    long inRegion = taken.stream().filter(Optional::isPresent).count();
    if (regions != null && inRegion == 0) {
      throw new IllegalArgumentException(
          "no photo was taken in any of the " + regions + ": are they of another area?");
    }
    int continent = 0;
    int country = 0;
    int region = 0;
    double paths = 0;
    for (int i = 0; i < photos; i++) {
      Continents.Place truth = truths.countries().get(i);
      Continents.Place answer = answers.countries().get(i);
      int right = truth.equals(answer) ? 2 : truth.continent().equals(answer.continent()) ? 1 : 0;
      continent += right > 0 ? 1 : 0;
      country += right > 1 ? 1 : 0;
      if (taken.isEmpty() || taken.get(i).isEmpty()) {
        paths += right / 2.0;
      } else if (taken.get(i).equals(placed.get(i))) {
        region++;
        paths += 1;
      } else {
        paths += right / 3.0;
      }
    }
    return new Hierarchy(
        Share.of(continent, photos),
        Share.of(country, photos),
        regions == null ? null : Share.of(region, inRegion),
        paths / photos);
  }
}
