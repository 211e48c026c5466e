package io.github.geofix.models.embed;

import io.github.geofix.core.Location;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.partition.Region;
import io.github.geofix.models.internal.BatchLocalizer;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The localizer of an {@link EmbedModel}: scores of the finest cells as locations. */
final class EmbedLocalizer extends BatchLocalizer {
  private final EmbedModel model;

  EmbedLocalizer(EmbedModel model) {
    super(model.config().encoder().image(), model.photoLimits());
    this.model = model;
  }

  @Override
  protected float[] prepare(BufferedImage photo, Optional<Path> file) {
    return model.views(photo, file);
  }

  @Override
  protected List<Location> locate(float[] photos, int count) {
    return model.score(photos, count).stream().map(this::location).toList();
  }

  private Location location(PhotoScorer.Scored scored) {
    Location location =
        location(
            model.hierarchy().finest(),
            scored.scores(),
            model.answerOptions(),
            model.calibration());
    Region best = Region.of((S2Cell) location.candidates().get(0).cell());
    return model
        .meanOfNeighbors(scored.vector(), best)
        .map(mean -> new Location(mean, location.candidates(), location.regions()))
        .orElse(location);
  }
}
