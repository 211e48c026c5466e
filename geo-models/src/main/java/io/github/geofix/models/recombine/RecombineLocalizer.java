package io.github.geofix.models.recombine;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.LatLng;
import io.github.geofix.core.Location;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.SphericalMean;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.io.BatchLocalizer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Turns the scores of the gallery's places into locations. */
final class RecombineLocalizer extends BatchLocalizer {
  private final RecombineModel model;

  RecombineLocalizer(RecombineModel model) {
    super(model.config().photo());
    this.model = model;
  }

  @Override
  protected List<Location> locate(float[] photos, int count) {
    Gallery gallery = model.gallery();
    return Arrays.stream(model.scores(gallery, photos, count))
        .map(scores -> location(gallery.places(), scores))
        .toList();
  }

  private Location location(CellPartition places, double[] scores) {
    List<Candidate> candidates =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer place) -> -scores[place]))
            .limit(model.config().candidates())
            .map(
                place ->
                    new Candidate(
                        places.centerOf(place),
                        scores[place],
                        places.radiusKm(place),
                        places.s2Token(place)))
            .toList();
    return new Location(
        meanAround(candidates.get(0).latLng(), places, scores),
        candidates,
        regions(places, scores));
  }

  private LatLng meanAround(LatLng best, CellPartition places, double[] scores) {
    double radiusKm = model.config().refineKm();
    if (radiusKm == 0) {
      return best;
    }
    SphericalMean mean = new SphericalMean();
    for (int place = 0; place < scores.length; place++) {
      LatLng position = places.centerOf(place);
      if (GreatCircle.distanceKm(best, position) <= radiusKm) {
        mean.add(position, scores[place]);
      }
    }
    return mean.latLng();
  }
}
