package io.github.geofix.models.backbone;

import io.github.geofix.core.Precision;
import io.github.geofix.models.image.ImageSpec;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Encoder of photos as vectors: V vectors of W numbers each, to search by, or for a token model to
 * read. Thread-safe; must be closed.
 *
 * <pre>{@code
 * try (PhotoEncoder encoder = PhotoEncoder.pretrained("clip-vit-l14", Path.of("clip.safetensors"))) {
 *   float[][] vectors = encoder.encode(photo);
 * }
 * }</pre>
 */
public interface PhotoEncoder extends AutoCloseable {

  /**
   * Returns a backbone with published weights as an encoder of one vector, see {@link
   * Backbone#vector}.
   *
   * @param backbone one of {@link Backbone#names()}
   * @param weights a file of timm, torchvision, Hugging Face or the authors
   * @throws IllegalArgumentException if there is no such backbone, or the file has none of its
   *     arrays
   * @throws io.github.geofix.core.format.ModelFormatException if an array is missing or does not
   *     fit
   */
  static PhotoEncoder pretrained(String backbone, Path weights) {
    return pretrained(backbone, weights, Precision.FLOAT32);
  }

  /** As the other form, in a precision. The digest stays that of the published weights. */
  static PhotoEncoder pretrained(String backbone, Path weights, Precision precision) {
    return BackboneEncoder.pretrained(Backbone.named(backbone), weights, precision);
  }

  /** As the other form, for images of another size than the published one. */
  static PhotoEncoder pretrained(String backbone, ImageSpec image, Path weights) {
    return BackboneEncoder.pretrained(Backbone.named(backbone, image), weights, Precision.FLOAT32);
  }

  /**
   * Returns a backbone with values as an encoder of one vector, see {@link Backbone#vector}.
   * Closing it leaves the values as they are.
   */
  static PhotoEncoder of(Backbone backbone) {
    return new BackboneEncoder(backbone);
  }

  /** Returns V, the number of vectors of a photo. */
  int vectors();

  /** Returns W, the length of a vector. */
  int dimension();

  /** Returns the SHA-256 of all weights, in hexadecimal. */
  String digest();

  /**
   * Returns a photo as the network reads it, the same number of values for each.
   *
   * @param photo upright
   * @param file where it came from, for encoders that read what is beside it
   */
  float[] read(BufferedImage photo, Optional<Path> file);

  /**
   * Encodes photos in one pass.
   *
   * @param photos as {@link #read} returned them
   * @return {@code [B][V][W]}
   */
  float[][][] encode(List<float[]> photos);

  /** Encodes one photo, {@code [V][W]}. */
  default float[][] encode(BufferedImage photo) {
    return encode(List.of(read(photo, Optional.empty())))[0];
  }

  /**
   * Returns the mean of the vectors of a photo, {@code [W]}.
   *
   * @param photo upright
   * @param file where it came from, as of {@link #read}
   */
  default float[] meanVector(BufferedImage photo, Optional<Path> file) {
    float[][] vectors = encode(List.of(read(photo, file)))[0];
    float[] mean = new float[dimension()];
    for (float[] vector : vectors) {
      for (int d = 0; d < mean.length; d++) {
        mean[d] += vector[d] / vectors.length;
      }
    }
    return mean;
  }

  /** Frees the memory. */
  @Override
  void close();
}
