package io.github.geofix.models.token;

import io.github.geofix.core.internal.Count;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.backbone.PhotoEncoder;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.token.TokenModel.PhotoVectors;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A trained model that computes the vectors of photos for a token model. Thread-safe. */
final class TokenEncoder implements PhotoVectors, AutoCloseable {
  private final Path folder;
  private final GeoModel model;
  private final PhotoEncoder encoder;
  private final int vectors;

  private TokenEncoder(Path folder, GeoModel model, PhotoEncoder encoder, int vectors) {
    this.folder = folder;
    this.model = model;
    this.encoder = encoder;
    this.vectors = vectors;
  }

  /**
   * Loads an encoder.
   *
   * @throws IllegalArgumentException if the model does not give such vectors
   */
  static TokenEncoder load(ModelFolder folder, TokenConfig.Vectors input) {
    GeoModel model = Family.of(folder).load(folder);
    try {
      PhotoEncoder encoder =
          model
              .photoEncoder()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "%s is a %s model, which gives no vectors of photos: geoclip, embed and"
                                  .formatted(folder.path(), model.method())
                              + " recombine do"));
      if (encoder.vectors() < input.count() || encoder.dimension() != input.dimension()) {
        throw new IllegalArgumentException(
            "%s gives %s of %d numbers, the token model reads %d of %d"
                .formatted(
                    folder.path(),
                    Count.of(encoder.vectors(), "vectors"),
                    encoder.dimension(),
                    input.count(),
                    input.dimension()));
      }
      return new TokenEncoder(folder.path(), model, encoder, input.count());
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  PhotoEncoder encoder() {
    return encoder;
  }

  @Override
  public float[][] of(BufferedImage photo) {
    return of(photo, Optional.empty());
  }

  @Override
  public float[][] of(Path photo) {
    return of(Photos.read(photo, model.photoLimits()), Optional.of(photo));
  }

  /** Returns the vectors of a photo that is decoded already. */
  float[][] of(BufferedImage photo, Optional<Path> file) {
    float[][] all = encoder.encode(List.of(encoder.read(photo, file)))[0];
    return all.length == vectors ? all : Arrays.copyOf(all, vectors);
  }

  /** Copies the encoder's model folder, which must still be there. */
  void save(Path target) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList()) {
        Path copy = target.resolve(folder.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy);
        }
      }
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
