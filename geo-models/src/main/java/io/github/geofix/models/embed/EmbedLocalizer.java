package io.github.geofix.models.embed;

import io.github.geofix.core.Explanation;
import io.github.geofix.core.Explanation.Neighbor;
import io.github.geofix.core.Location;
import io.github.geofix.core.Photo;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.core.partition.Region;
import io.github.geofix.models.internal.Answer;
import io.github.geofix.models.internal.BatchLocalizer;
import io.github.geofix.models.internal.Within;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

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
    return model.score(photos, count).stream()
        .map(scored -> location(scored, Optional.empty()))
        .toList();
  }

  private Location location(PhotoScorer.Scored scored, Optional<Region> region) {
    Location location =
        locationWithin(
            region,
            model.hierarchy().finest(),
            scored.scores(),
            model.answerOptions(),
            model.calibration(),
            cell -> OptionalDouble.empty());
    return model
        .meanOfNeighbors(scored.vector(), bestCell(location))
        .map(mean -> new Location(mean, location.candidates(), location.regions()))
        .map(refined -> Within.location(region, refined))
        .orElse(location);
  }

  private static Region bestCell(Location location) {
    return Region.of((S2Cell) location.candidates().get(0).cell());
  }

  @Override
  protected Answer answer(float[] pixels, Photo photo, Explanation.Options options) {
    PhotoScorer.Scored scored = model.score(pixels, 1).get(0);
    Location location = location(scored, photo.region());
    return new Answer(
        location,
        () -> {
          CellPartition finest = model.hierarchy().finest();
          double[] scores = Within.scores(photo.region(), finest, scored.scores());
          List<Neighbor> neighbors =
              model.neighbors(scored.vector(), bestCell(location)).stream()
                  .limit(options.most())
                  .toList();
          return new Explanation.Levels(
              EmbedEvidence.levels(
                  model.hierarchy(), scores, model.ownScores(pixels), options.most()),
              neighbors);
        });
  }
}
