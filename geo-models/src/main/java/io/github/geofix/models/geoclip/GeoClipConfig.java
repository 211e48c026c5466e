package io.github.geofix.models.geoclip;

import static com.google.common.base.Preconditions.checkArgument;

import io.github.geofix.models.GeoModel.AnswerOptions;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.image.ImageSpec.Fit;
import io.github.geofix.models.internal.backbone.ClipVit;
import io.github.geofix.models.nn.Activation;
import java.util.List;

/**
 * The configuration of a {@link GeoClipModel}. Immutable.
 *
 * @param backbone the image encoder of CLIP, which is not trained, and the photos it reads
 * @param hidden the width of the hidden layer between CLIP's vector and the shared space
 * @param location the encoder of positions, whose dimension is that of the shared space
 * @param textDimension the length T of the given vectors of texts about photos, 0 for a model
 *     without texts
 * @param regionPositions regions consist of S2 cells with at most this many positions of the
 *     gallery, 1 or more
 * @param answer options of the answers
 */
public record GeoClipConfig(
    ClipVit.Options backbone,
    int hidden,
    GeoClipLocationEncoder.Options location,
    int textDimension,
    int regionPositions,
    AnswerOptions answer) {

  /** Positions of a cell, of the 100,000 of the release: cells of some 10 km in Europe's cities. */
  private static final int REGION_POSITIONS = 20;

  /** Checks the ranges. */
  public GeoClipConfig {
    checkArgument(hidden > 0, "hidden must be positive: " + hidden);
    checkArgument(textDimension >= 0, "textDimension must be 0 or more: " + textDimension);
    checkArgument(regionPositions > 0, "regionPositions must be positive: " + regionPositions);
  }

  /** Returns a configuration of 0.1 million parameters for photos of 32 pixels. */
  public static GeoClipConfig tiny() {
    return new GeoClipConfig(
        new ClipVit.Options(ImageSpec.symmetric(32), 8, 32, 2, 2, 32, Activation.QUICK_GELU, 0),
        32,
        new GeoClipLocationEncoder.Options(List.of(1.0, 16.0), 16, 64, 32),
        0,
        REGION_POSITIONS,
        AnswerOptions.defaults());
  }

  /** Returns the released configuration: CLIP ViT-L/14 at 224 pixels, 512 dimensions. */
  public static GeoClipConfig released() {
    return new GeoClipConfig(
        ClipVit.Options.l14().withImage(ImageSpec.clip(224).withFit(Fit.CROP_FLOOR)),
        768,
        GeoClipLocationEncoder.Options.released(),
        0,
        REGION_POSITIONS,
        AnswerOptions.defaults());
  }

  /**
   * Returns the configuration whose vectors GeoToken reads: a space of CLIP's 768 dimensions, and a
   * second head for texts, given as CLIP's vectors. GeoToken (arXiv 2511.01082) takes this stage
   * from G3 (Jia et al., NeurIPS 2024); unlike others, this attribution was not checked against the
   * papers' texts. The sizes of the heads are ours.
   */
  public static GeoClipConfig geoToken() {
    GeoClipLocationEncoder.Options released = GeoClipLocationEncoder.Options.released();
    return released()
        .withHeads(
            768,
            new GeoClipLocationEncoder.Options(
                released.sigmas(), released.frequencies(), released.hidden(), 768))
        .withTextDimension(768);
  }

  /** Returns the photos it reads. */
  ImageSpec image() {
    return backbone.image();
  }

  /** Returns a copy with another backbone. */
  public GeoClipConfig withBackbone(ClipVit.Options backbone) {
    return new GeoClipConfig(backbone, hidden, location, textDimension, regionPositions, answer);
  }

  /** Returns a copy with another hidden layer and location encoder. */
  GeoClipConfig withHeads(int hidden, GeoClipLocationEncoder.Options location) {
    return new GeoClipConfig(backbone, hidden, location, textDimension, regionPositions, answer);
  }

  /** Returns a copy with vectors of texts of another length; 0 for none. */
  public GeoClipConfig withTextDimension(int textDimension) {
    return new GeoClipConfig(backbone, hidden, location, textDimension, regionPositions, answer);
  }

  /** Returns a copy with other options of the answers. */
  public GeoClipConfig withAnswer(AnswerOptions answer) {
    return new GeoClipConfig(backbone, hidden, location, textDimension, regionPositions, answer);
  }
}
