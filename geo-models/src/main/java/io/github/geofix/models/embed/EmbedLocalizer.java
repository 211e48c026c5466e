package io.github.geofix.models.embed;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.LatLng;
import io.github.geofix.core.Location;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.SphericalMean;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.io.BatchLocalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Turns the scores of the finest cells into locations. */
final class EmbedLocalizer extends BatchLocalizer {
  private final EmbedModel model;

  EmbedLocalizer(EmbedModel model) {
    super(model.config().image());
    this.model = model;
  }

  @Override
  protected List<Location> locate(float[] photos, int count) {
    List<Location> locations = new ArrayList<>(count);
    for (double[] scores : model.scores(photos, count)) {
      locations.add(location(scores));
    }
    return locations;
  }

  private Location location(double[] scores) {
    CellPartition cells = model.hierarchy().finest();
    List<Candidate> candidates =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer cell) -> -scores[cell]))
            .limit(model.config().candidates())
            .map(
                cell ->
                    new Candidate(
                        cells.meanOf(cell),
                        scores[cell],
                        cells.radiusKm(cell),
                        cells.s2Token(cell)))
            .toList();
    return new Location(
        meanAround(candidates.get(0).latLng(), cells, scores), candidates, regions(cells, scores));
  }

  private LatLng meanAround(LatLng best, CellPartition cells, double[] scores) {
    double radiusKm = model.config().refineKm();
    if (radiusKm == 0) {
      return best;
    }
    SphericalMean mean = new SphericalMean();
    for (int cell = 0; cell < scores.length; cell++) {
      LatLng position = cells.meanOf(cell);
      if (GreatCircle.distanceKm(best, position) <= radiusKm) {
        mean.add(position, scores[cell]);
      }
    }
    return mean.latLng();
  }
}
