package io.github.geofix.models.embed;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.LatLng;
import io.github.geofix.core.Location;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.SphericalMean;
import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.index.Hit;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.core.partition.Region;
import io.github.geofix.models.embed.EmbedModel.Answer;
import io.github.geofix.models.io.BatchLocalizer;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Turns the scores of the finest cells into locations. */
final class EmbedLocalizer extends BatchLocalizer {
  private final EmbedModel model;

  EmbedLocalizer(EmbedModel model) {
    super(model.config().image());
    this.model = model;
  }

  @Override
  protected float[] prepare(BufferedImage photo, Optional<Path> file) {
    return model.views(photo, file);
  }

  @Override
  protected List<Location> locate(float[] photos, int count) {
    return model.answers(photos, count).stream().map(this::location).toList();
  }

  private Location location(Answer answer) {
    CellPartition cells = model.hierarchy().finest();
    double[] scores = answer.scores();
    List<Candidate> candidates = new ArrayList<>();
    int[] best = best(scores, model.config().candidates());
    for (int cell : best) {
      candidates.add(
          new Candidate(
              cells.meanOf(cell), scores[cell], cells.radiusKm(cell), cells.s2Token(cell)));
    }
    LatLng place =
        meanOfNeighbors(answer, cells.s2Token(best[0]))
            .orElseGet(() -> meanAround(cells.meanOf(best[0]), scores));
    return new Location(place, candidates, regions(cells, scores, model.config().regionShares()));
  }

  /** Returns the cells of the highest scores, the highest first and of equals the first. */
  private static int[] best(double[] scores, int count) {
    int[] best = new int[Math.min(count, scores.length)];
    int size = 0;
    for (int cell = 0; cell < scores.length; cell++) {
      if (size == best.length && scores[cell] <= scores[best[size - 1]]) {
        continue;
      }
      int at = size < best.length ? size++ : size - 1;
      for (; at > 0 && scores[cell] > scores[best[at - 1]]; at--) {
        best[at] = best[at - 1];
      }
      best[at] = cell;
    }
    return Arrays.copyOf(best, size);
  }

  /** Returns the mean of the most similar training photos of a cell, if they are to be asked. */
  private Optional<LatLng> meanOfNeighbors(Answer answer, String cell) {
    EmbeddingIndex gallery = model.gallery();
    int neighbors = model.config().neighbors();
    if (gallery == null || neighbors == 0) {
      return Optional.empty();
    }
    List<Hit> hits =
        gallery.within(Region.ofTokens(List.of(cell))).search(answer.vector(), neighbors).hits();
    if (hits.isEmpty()) {
      return Optional.empty();
    }
    SphericalMean mean = new SphericalMean();
    hits.forEach(hit -> mean.add(hit.latLng(), 1));
    return Optional.of(mean.latLng());
  }

  private LatLng meanAround(LatLng best, double[] scores) {
    double radiusKm = model.config().refineKm();
    if (radiusKm == 0) {
      return best;
    }
    CellPartition cells = model.hierarchy().finest();
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
