package io.github.geofix.models.recombine;

import com.google.common.primitives.Floats;
import io.github.geofix.models.backbone.PhotoEncoder;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The vectors of photos by a {@link RecombineModel}, one for each heading. */
final class RecombinePhotoEncoder implements PhotoEncoder {
  private final VectorEncoder encoder;
  private final Supplier<String> digest;

  RecombinePhotoEncoder(VectorEncoder encoder, Supplier<String> digest) {
    this.encoder = encoder;
    this.digest = digest;
  }

  @Override
  public int vectors() {
    return encoder.headings();
  }

  @Override
  public int dimension() {
    return encoder.dimension();
  }

  @Override
  public String digest() {
    return digest.get();
  }

  @Override
  public float[] read(BufferedImage photo, Optional<Path> file) {
    return encoder.photos().apply(photo);
  }

  @Override
  public float[][][] encode(List<float[]> photos) {
    float[] pixels = Floats.concat(photos.toArray(float[][]::new));
    float[] flat = encoder.encodePhotos(pixels, photos.size());
    float[][][] vectors = new float[photos.size()][vectors()][];
    for (int i = 0; i < photos.size() * vectors(); i++) {
      vectors[i / vectors()][i % vectors()] =
          Arrays.copyOfRange(flat, i * dimension(), (i + 1) * dimension());
    }
    return vectors;
  }

  /** Closes nothing: the arrays belong to the model. */
  @Override
  public void close() {}
}
