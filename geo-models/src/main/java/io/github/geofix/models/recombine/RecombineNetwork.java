package io.github.geofix.models.recombine;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.backbone.ConvNeXt;
import io.github.geofix.models.image.Fit;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.recombine.FeatureRecombination.Normalization;

/**
 * Embeds ground and aerial images into one space: a backbone for each view, or one for both, then
 * {@link FeatureRecombination}.
 *
 * <p>Zhang and Zhu, "Aligning geometric spatial layout in cross-view geo-localization via feature
 * recombination" (FRGeo), AAAI 2024.
 */
public final class RecombineNetwork extends Module {

  /**
   * What the network is built from.
   *
   * @param ground the backbone of ground images
   * @param aerial the backbone of aerial images
   * @param shared true for one backbone, which takes its size from {@code ground}
   * @param regions the number R of directions
   * @param normalized true to apply the backbone's final normalisation to the mean of each region,
   *     as the released code does; false for the paper's text
   */
  public record Options(
      ConvNeXt.Options ground,
      ConvNeXt.Options aerial,
      boolean shared,
      int regions,
      boolean normalized) {

    /** Checks that both views get vectors of one length. */
    public Options {
      int groundWidth = ground.widths().get(3);
      int aerialWidth = aerial.widths().get(3);
      if (groundWidth != aerialWidth) {
        throw new IllegalArgumentException(
            "ground maps are " + groundWidth + " wide, aerial ones " + aerialWidth);
      }
      if (shared && !aerial.equals(ground.withImage(aerial.image()))) {
        throw new IllegalArgumentException("a shared backbone needs the same size for both views");
      }
    }

    /** The published network for CVUSA and CVACT: two ConvNeXt-T, embeddings of 3,072. */
    public static Options paper() {
      return of(ConvNeXt.Options.tiny(), 128, 512, 256);
    }

    /** The published network for VIGOR. */
    public static Options paperVigor() {
      return of(ConvNeXt.Options.tiny(), 320, 640, 320);
    }

    private static Options of(ConvNeXt.Options backbone, int rows, int columns, int side) {
      ImageSpec stretched = ImageSpec.imageNet(side).withFit(Fit.STRETCH);
      return new Options(
          backbone.withImage(stretched.withSize(rows, columns)),
          backbone.withImage(stretched),
          false,
          4,
          true);
    }

    /** Returns a copy with one backbone for both views, or two. */
    public Options withShared(boolean newShared) {
      return new Options(ground, aerial, newShared, regions, normalized);
    }

    /** Returns a copy with another number of regions. */
    public Options withRegions(int newRegions) {
      return new Options(ground, aerial, shared, newRegions, normalized);
    }

    /** Returns a copy with or without the normalisation of each region. */
    public Options withNormalized(boolean newNormalized) {
      return new Options(ground, aerial, shared, regions, newNormalized);
    }

    /** Returns the length of an embedding. */
    public int width() {
      return regions * ground.widths().get(3);
    }
  }

  private final Options options;
  private final ConvNeXt ground;
  private final ConvNeXt aerial;

  /** Creates the network without values. */
  public RecombineNetwork(Options options) {
    this.options = options;
    if (options.shared()) {
      ground = child("backbone", new ConvNeXt(options.ground()));
      aerial = ground;
    } else {
      ground = child("ground", new ConvNeXt(options.ground()));
      aerial = child("aerial", new ConvNeXt(options.aerial()));
    }
  }

  /** Returns what the network is built from. */
  public Options options() {
    return options;
  }

  /** Returns the backbone of a view; both views may have the same. */
  public ConvNeXt backbone(View view) {
    return switch (view) {
      case GROUND -> ground;
      case AERIAL -> aerial;
    };
  }

  /**
   * Returns unit vectors {@code [B, R D]} of images that face north.
   *
   * @param images {@code [B, 3, H, W]}
   */
  public NDArray embed(Forward f, NDArray images, View view) {
    ConvNeXt backbone = backbone(view);
    return recombination(backbone).recombine(f, backbone.map(f, images), view).normalize(2, 1);
  }

  /**
   * Returns unit vectors {@code [B, S, R D]} of ground images at each of S headings; see {@link
   * FeatureRecombination#shifted}.
   *
   * @param photos {@code [B, 3, H, W]}
   */
  public NDArray embedShifted(Forward f, NDArray photos, int headings, double fieldOfView) {
    NDArray map = ground.map(f, photos);
    return recombination(ground).shifted(f, map, headings, fieldOfView).normalize(2, 2);
  }

  private FeatureRecombination recombination(ConvNeXt backbone) {
    return FeatureRecombination.of(
        options.regions(), options.normalized() ? backbone::normalized : Normalization.NONE);
  }
}
