package io.github.geofix.onnx;

import io.github.geofix.models.image.ImageSpec;
import java.util.Objects;

/**
 * How an encoder in an ONNX file reads a photo, and which of its numbers are the vector. Immutable.
 *
 * @param image the size and normalization of photos; nothing in an ONNX file shows them
 * @param output the name of the output that is read; empty if there is but one
 * @param pooling how the output becomes one vector
 */
public record OnnxConfig(ImageSpec image, String output, Pooling pooling) {

  /** How an output becomes one vector. */
  public enum Pooling {
    /** It is the vector: {@code [B, D]}, or a map {@code [B, D, 1, 1]}. */
    NONE,
    /** The first token of {@code [B, N, D]}, as the class token of a vision transformer. */
    FIRST_TOKEN,
    /** The mean of the tokens {@code [B, N, D]}, or of a map {@code [B, D, H, W]}. */
    MEAN
  }

  /** Checks that nothing is missing. */
  public OnnxConfig {
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(output, "output");
    Objects.requireNonNull(pooling, "pooling");
  }

  /** Returns the configuration of a file with one output, which is the vector. */
  public static OnnxConfig of(ImageSpec image) {
    return new OnnxConfig(image, "", Pooling.NONE);
  }

  /** Returns a copy that reads another output. */
  public OnnxConfig withOutput(String newOutput) {
    return new OnnxConfig(image, newOutput, pooling);
  }

  /** Returns a copy with another way to pool. */
  public OnnxConfig withPooling(Pooling newPooling) {
    return new OnnxConfig(image, output, newPooling);
  }
}
