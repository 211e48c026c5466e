package io.github.geofix.models.internal.osv5m;

import io.github.geofix.models.GeoModel.AnswerOptions;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.backbone.ClipVit;
import io.github.geofix.models.nn.Activation;
import java.util.List;

/**
 * The configuration of an {@link Osv5mModel}. Immutable.
 *
 * @param backbone the image encoder, whose class token before the last normalization is read
 * @param hidden the widths of the two hidden layers of the head, multiples of 4
 * @param answer options of the answers
 */
public record Osv5mConfig(ClipVit.Options backbone, List<Integer> hidden, AnswerOptions answer) {

  /** Checks the widths. */
  public Osv5mConfig {
    hidden = List.copyOf(hidden);
    if (hidden.size() != 2 || !hidden.stream().allMatch(width -> width > 0 && width % 4 == 0)) {
      throw new IllegalArgumentException("hidden must be two multiples of 4: " + hidden);
    }
  }

  /**
   * Returns the released configuration: ViT-L/14 of DataComp at 224 pixels, with GELU, and hidden
   * layers of 1024 and 512.
   */
  public static Osv5mConfig released() {
    ClipVit.Options large = ClipVit.Options.l14();
    return new Osv5mConfig(
        new ClipVit.Options(
            ImageSpec.clip(224),
            large.patch(),
            large.width(),
            large.depth(),
            large.heads(),
            0,
            Activation.GELU,
            0),
        List.of(1024, 512),
        AnswerOptions.defaults());
  }

  /** Returns a copy with another backbone and other hidden layers. */
  public Osv5mConfig withNetwork(ClipVit.Options backbone, List<Integer> hidden) {
    return new Osv5mConfig(backbone, hidden, answer);
  }

  /** Returns a copy with other options of the answers. */
  public Osv5mConfig withAnswer(AnswerOptions answer) {
    return new Osv5mConfig(backbone, hidden, answer);
  }
}
