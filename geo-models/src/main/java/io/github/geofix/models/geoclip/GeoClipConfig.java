package io.github.geofix.models.geoclip;

import io.github.geofix.models.AnswerOptions;
import io.github.geofix.models.backbone.ClipVit;
import io.github.geofix.models.image.Fit;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.nn.Activation;
import java.util.List;

/**
 * The configuration of a {@link GeoClipModel}. Immutable.
 *
 * @param backbone the image encoder of CLIP, which is not trained, and the photos it reads
 * @param hidden the width of the hidden layer between CLIP's vector and the shared space
 * @param location the encoder of positions, whose dimension is that of the shared space
 * @param regionPositions regions consist of S2 cells with at most this many positions of the
 *     gallery, 1 or more
 * @param answer options of the answers
 */
public record GeoClipConfig(
    ClipVit.Options backbone,
    int hidden,
    GeoClipLocationEncoder.Options location,
    int regionPositions,
    AnswerOptions answer) {

  /** Positions of a cell, of the 100,000 of the release: cells of some 10 km in Europe's cities. */
  private static final int REGION_POSITIONS = 20;

  /** Checks the ranges. */
  public GeoClipConfig {
    check(hidden > 0, "hidden must be positive: " + hidden);
    check(regionPositions > 0, "regionPositions must be positive: " + regionPositions);
  }

  private static void check(boolean fits, String message) {
    if (!fits) {
      throw new IllegalArgumentException(message);
    }
  }

  /** Returns a configuration of 0.1 million parameters for photos of 32 pixels. */
  public static GeoClipConfig tiny() {
    return new GeoClipConfig(
        new ClipVit.Options(ImageSpec.half(32), 8, 32, 2, 2, 32, Activation.QUICK_GELU, 0),
        32,
        new GeoClipLocationEncoder.Options(List.of(1.0, 16.0), 16, 64, 32),
        REGION_POSITIONS,
        AnswerOptions.defaults());
  }

  /** Returns the released configuration: CLIP ViT-L/14 at 224 pixels, 512 dimensions. */
  public static GeoClipConfig released() {
    return new GeoClipConfig(
        ClipVit.Options.l14().withImage(ImageSpec.clip(224).withFit(Fit.CROP_FLOOR)),
        768,
        GeoClipLocationEncoder.Options.released(),
        REGION_POSITIONS,
        AnswerOptions.defaults());
  }

  /** Returns the photos it reads. */
  ImageSpec image() {
    return backbone.image();
  }

  /** Returns a copy with another backbone. */
  public GeoClipConfig withBackbone(ClipVit.Options backbone) {
    return new GeoClipConfig(backbone, hidden, location, regionPositions, answer);
  }

  /** Returns a copy with another hidden layer and location encoder. */
  public GeoClipConfig withHeads(int hidden, GeoClipLocationEncoder.Options location) {
    return new GeoClipConfig(backbone, hidden, location, regionPositions, answer);
  }

  /** Returns a copy with other cells of regions. */
  public GeoClipConfig withRegionPositions(int regionPositions) {
    return new GeoClipConfig(backbone, hidden, location, regionPositions, answer);
  }

  /** Returns a copy with other options of the answers. */
  public GeoClipConfig withAnswer(AnswerOptions answer) {
    return new GeoClipConfig(backbone, hidden, location, regionPositions, answer);
  }
}
