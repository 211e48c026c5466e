package io.github.geofix.models.internal.encoder;

import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.io.NamedClass;
import io.github.geofix.models.internal.io.NamesCode;
import java.util.List;
import java.util.Objects;

/**
 * Configuration of an encoder. Immutable.
 *
 * @param backbone one of {@link Backbone#names()}, or the full name of a custom class
 * @param image the images it reads
 */
public record EncoderConfig(String backbone, ImageSpec image) implements NamesCode {

  /** Checks that nothing is missing. */
  public EncoderConfig {
    Objects.requireNonNull(backbone);
    Objects.requireNonNull(image);
  }

  /**
   * Returns a backbone with the images of the size it was published with; 64 pixels for residual
   * ones, whose vectors grow with the image.
   */
  public static EncoderConfig of(String backbone) {
    ImageSpec image =
        backbone.startsWith("residual")
            ? ImageSpec.symmetric(64)
            : Backbone.named(backbone).image();
    return new EncoderConfig(backbone, image);
  }

  /** Returns a copy that reads other images. */
  public EncoderConfig withImage(ImageSpec newImage) {
    return new EncoderConfig(backbone, newImage);
  }

  @Override
  public List<String> code() {
    return NamedClass.code(backbone);
  }
}
