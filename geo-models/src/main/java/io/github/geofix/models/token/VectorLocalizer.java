package io.github.geofix.models.token;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.models.image.Photos;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Locates photos through the vectors that another network computes of them. */
final class VectorLocalizer implements Localizer {
  private static final int BATCH = 32;

  private final TokenModel model;
  private final PhotoVectors vectors;
  private final Optional<ReferenceDatabase> reference;

  VectorLocalizer(TokenModel model, PhotoVectors vectors, Optional<ReferenceDatabase> reference) {
    this.model = model;
    this.vectors = vectors;
    this.reference = reference;
  }

  @Override
  public List<Location> locateAll(List<Path> photos) {
    return inBatches(photos, Photos::read);
  }

  @Override
  public List<Location> locateImages(List<BufferedImage> photos) {
    return inBatches(photos, Function.identity());
  }

  private <T> List<Location> inBatches(List<T> photos, Function<T, BufferedImage> decode) {
    List<Location> locations = new ArrayList<>(photos.size());
    for (int start = 0; start < photos.size(); start += BATCH) {
      List<VectorPhoto> batch =
          photos.subList(start, Math.min(photos.size(), start + BATCH)).stream()
              .map(photo -> described(decode.apply(photo)))
              .toList();
      locations.addAll(model.locate(batch));
    }
    return locations;
  }

  private VectorPhoto described(BufferedImage photo) {
    float[][] own = vectors.of(photo);
    return new VectorPhoto(
        own, reference.map(r -> r.neighbors(own, 0, model.config().neighbors())).orElse(List.of()));
  }

  /** Closes nothing: model and database belong to others. */
  @Override
  public void close() {}
}
