package io.github.geofix.models.token;

import io.github.geofix.core.Photo;
import io.github.geofix.models.token.ReferenceDatabase.Neighbor;
import io.github.geofix.models.token.TokenModel.PhotoVectors;
import io.github.geofix.models.token.VectorExamples.VectorPhoto;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Computes the vectors of photos and finds their neighbors. */
final class VectorReader implements PhotoReader {
  private final VectorInput input;
  private final PhotoVectors vectors;
  private final Optional<ReferenceDatabase> reference;

  /**
   * Creates a reader.
   *
   * @throws IllegalStateException if the input has neighbors and there is no reference
   */
  VectorReader(VectorInput input, PhotoVectors vectors, Optional<ReferenceDatabase> reference) {
    this.input = input;
    this.vectors = vectors;
    this.reference = input.neighbors() > 0 ? reference : Optional.empty();
    if (input.neighbors() > 0 && reference.isEmpty()) {
      throw new IllegalStateException(
          "the model reads " + input.neighbors() + " neighbors: set its reference database");
    }
  }

  @Override
  public TokenPhoto read(BufferedImage photo) {
    return read(vectors.of(photo));
  }

  @Override
  public TokenPhoto read(Path photo, Photo.Limits limits) {
    return read(vectors.of(photo));
  }

  /** Returns the vectors of a photo with its neighbors as the network reads them. */
  TokenPhoto read(float[][] own) {
    List<Neighbor> neighbors =
        reference.map(r -> r.neighbors(own, 0, input.neighbors())).orElse(List.of());
    return input.read(new VectorPhoto(own, neighbors));
  }
}
