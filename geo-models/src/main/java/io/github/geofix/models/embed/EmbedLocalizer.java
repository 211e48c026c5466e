package io.github.geofix.models.embed;

import io.github.geofix.core.Location;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.SphericalMean;
import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.index.Hit;
import io.github.geofix.core.partition.Region;
import io.github.geofix.models.answer.BatchLocalizer;
import io.github.geofix.models.embed.PhotoScorer.Answer;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
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
    Location location =
        location(
            model.hierarchy().finest(),
            answer.scores(),
            model.answerOptions().candidates(),
            model.answerOptions().meanKm(),
            model.calibration().regionShares());
    return meanOfNeighbors(answer, location.candidates().get(0).cell())
        .map(mean -> new Location(mean, location.candidates(), location.regions()))
        .orElse(location);
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
}
