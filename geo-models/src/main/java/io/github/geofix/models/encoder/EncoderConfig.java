package io.github.geofix.models.encoder;

import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.image.Fit;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.io.NamedClass;
import io.github.geofix.models.io.NamesCode;
import java.util.List;
import java.util.Objects;

/**
 * Configuration of an encoder. Immutable.
 *
 * @param backbone one of {@link Backbone#names()}, or the full name of a class of your own
 * @param image the images it reads
 */
public record EncoderConfig(String backbone, ImageSpec image) implements NamesCode {

  /** The side of the images that most backbones are evaluated on, in pixels. */
  private static final int SIDE = 224;

  /** Checks that nothing is missing. */
  public EncoderConfig {
    Objects.requireNonNull(backbone);
    Objects.requireNonNull(image);
  }

  /** Returns a backbone with the images that it is usually evaluated on. */
  public static EncoderConfig of(String backbone) {
    return new EncoderConfig(backbone, image(backbone));
  }

  private static ImageSpec image(String backbone) {
    return switch (backbone) {
      case "residual", "residual-small" -> ImageSpec.half(64);
      case "clip-vit-b32", "clip-vit-b16", "clip-vit-l14" -> ImageSpec.clip(SIDE);
      case "clip-vit-l14-336" -> ImageSpec.clip(336);
      default -> ImageSpec.imageNet(SIDE);
    };
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
