package io.github.geofix.models.internal.plonk;

import static com.google.common.base.Preconditions.checkArgument;

import io.github.geofix.models.GeoModel.AnswerOptions;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.image.ImageSpec.Fit;
import io.github.geofix.models.image.ImageSpec.Interpolation;
import io.github.geofix.models.plonk.PlonkModel;

/**
 * The configuration of a {@link PlonkModel}. Immutable.
 *
 * @param backbone the image encoder, as {@link
 *     io.github.geofix.models.backbone.Backbone#named(String, ImageSpec)} takes it; its class token
 *     is read
 * @param image the size and normalization of photos
 * @param network the size of the denoiser
 * @param sampling how samples are drawn
 * @param answer options of the answers
 */
public record PlonkConfig(
    String backbone, ImageSpec image, Network network, Sampling sampling, AnswerOptions answer) {

  /**
   * The size of the denoiser.
   *
   * @param width of the residual stream, a multiple of 8
   * @param depth number of blocks
   * @param expansion of the hidden layers of the blocks
   * @param condition the length of a photo's vector
   */
  public record Network(int width, int depth, int expansion, int condition) {

    /** Checks that everything is positive, and the width a multiple of 8. */
    public Network {
      if (width < 8 || width % 8 != 0 || depth < 1 || expansion < 1 || condition < 1) {
        throw new IllegalArgumentException(
            "a denoiser needs a width that is a multiple of 8, and positive depth, expansion and"
                + " condition: %d, %d, %d, %d".formatted(width, depth, expansion, condition));
      }
    }

    /** Returns the released size: 36 million parameters. */
    public static Network released() {
      return new Network(512, 12, 4, 1024);
    }
  }

  /**
   * How samples are drawn. The cost is proportional to samples and steps.
   *
   * @param samples places drawn for each photo, 1 or more
   * @param steps from noise to place, 1 or more; 250 as released
   * @param guidance the weight of what the photo adds, 0 or more; 0 for the plain distribution
   * @param s2Level samples are counted in S2 cells of this level, 0 to 30
   * @param seed of the noise; one photo has the same samples each time
   * @param densitySteps 0 to score the cells by their samples; else by the density at their centers
   *     times their areas, integrated in so many steps, each at the cost of some 16 steps of a
   *     sample
   */
  public record Sampling(
      int samples, int steps, double guidance, int s2Level, long seed, int densitySteps) {

    /** Checks the ranges. */
    public Sampling {
      checkArgument(samples > 0, "samples must be positive: " + samples);
      checkArgument(steps > 0, "steps must be positive: " + steps);
      checkArgument(
          guidance >= 0 && guidance < Double.POSITIVE_INFINITY,
          "guidance must be 0 or more: " + guidance);
      checkArgument(s2Level >= 0 && s2Level <= 30, "s2Level must be 0 to 30: " + s2Level);
      checkArgument(densitySteps >= 0, "densitySteps must be 0 or more: " + densitySteps);
    }

    /** Returns 64 samples of 250 steps without guidance, in cells of about 150 km. */
    public static Sampling defaults() {
      return new Sampling(64, 250, 0, 6, 1, 0);
    }
  }

  /** Returns PLONK on OpenStreetView-5M: the class token of StreetCLIP, a ViT-L/14 at 336 px. */
  public static PlonkConfig osv5m() {
    return new PlonkConfig(
        "clip-vit-l14-336",
        ImageSpec.clip(336).withFit(Fit.CROP_FLOOR),
        Network.released(),
        Sampling.defaults(),
        AnswerOptions.defaults());
  }

  /** Returns PLONK on YFCC and iNaturalist: DINOv2 ViT-L/14 with registers at 336 px. */
  public static PlonkConfig dinov2() {
    return new PlonkConfig(
        "dinov2-l14-reg",
        ImageSpec.imageNet(336).withFit(Fit.CROP_FIRST).withInterpolation(Interpolation.BICUBIC),
        Network.released(),
        Sampling.defaults(),
        AnswerOptions.defaults());
  }

  /** Returns a copy with a denoiser of another size. */
  public PlonkConfig withNetwork(Network network) {
    return new PlonkConfig(backbone, image, network, sampling, answer);
  }

  /** Returns a copy with other options of the answers. */
  public PlonkConfig withAnswer(AnswerOptions answer) {
    return new PlonkConfig(backbone, image, network, sampling, answer);
  }
}
