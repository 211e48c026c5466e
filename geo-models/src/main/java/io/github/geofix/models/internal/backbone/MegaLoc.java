package io.github.geofix.models.internal.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.image.ImageSpec.Fit;
import io.github.geofix.models.internal.nn.TorchOps;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;

/**
 * MegaLoc: a network that recognizes places, DINOv2 with the aggregation of SALAD and a linear
 * layer. {@link #vector} is the descriptor of a photo, of length 1; photos of one place have
 * similar ones. {@link #forward} gives the tokens of DINOv2.
 *
 * <p>Berton and Masone, "MegaLoc: One Retrieval to Place Them All", CVPR Workshops 2025. Code and
 * weights are under MIT (gmberton/MegaLoc). Parameters are named as in the authors' code, so that
 * its {@code model.safetensors} is read as it is.
 *
 * <p>Images whose sides are not multiples of a patch are resized to the nearest, half to even,
 * bilinearly with antialiasing, as the authors' code does.
 */
public final class MegaLoc extends Backbone {

  /**
   * The aggregation of the tokens.
   *
   * @param clusters m, each the size of a part of the descriptor
   * @param clusterWidth l, the numbers of a cluster
   * @param tokenWidth the numbers of the whole image
   * @param hidden the width of the hidden layers
   * @param width the length D of the descriptor
   */
  public record Aggregation(int clusters, int clusterWidth, int tokenWidth, int hidden, int width) {

    /** Checks that all numbers are positive. */
    public Aggregation {
      if (Math.min(Math.min(clusters, clusterWidth), Math.min(tokenWidth, hidden)) < 1
          || width < 1) {
        throw new IllegalArgumentException(
            "an aggregation of %d x %d + %d numbers, hidden %d, width %d: all must be 1 or more"
                .formatted(clusters, clusterWidth, tokenWidth, hidden, width));
      }
    }

    /** The published size: 64 clusters of 256 numbers and 256 of the whole, made 8,448. */
    public static Aggregation published() {
      return new Aggregation(64, 256, 256, 512, 8448);
    }

    /** Returns the length of the vector before the linear layer. */
    int aggregated() {
      return tokenWidth + clusters * clusterWidth;
    }
  }

  /** The side of the images that MegaLoc is evaluated on, in pixels, as is SALAD. */
  private static final int SIDE = 322;

  /** A network for tests and for a look at a gallery: its descriptors are of 40 numbers. */
  private static final Aggregation TINY = new Aggregation(6, 10, 8, 16, 40);

  private final DinoV2 trunk;
  private final int patch;
  private final SinkhornAggregation aggregation;
  private final Linear linear;
  private final int descriptorWidth;

  /**
   * Creates the network without values.
   *
   * @throws IllegalArgumentException if the images have no more patches than there are clusters
   */
  public MegaLoc(DinoV2.Options trunk, Aggregation aggregation) {
    super(trunk.image(), trunk.width());
    patch = trunk.patch();
    descriptorWidth = aggregation.width();
    this.trunk = child("backbone", new DinoV2(trunk));
    Aggregator aggregator = child("aggregator", new Aggregator(trunk.width(), aggregation));
    this.aggregation = aggregator.agg;
    this.linear = aggregator.linear;
    int patches = featureMapSize(trunk.image().height()) * featureMapSize(trunk.image().width());
    if (patches <= aggregation.clusters()) {
      throw new IllegalArgumentException(
          "images of %d x %d pixels have %d patches; more than %d are needed, one for each cluster"
              .formatted(
                  trunk.image().height(), trunk.image().width(), patches, aggregation.clusters()));
    }
  }

  /** The part that follows DINOv2. */
  private static final class Aggregator extends Module {
    private final SinkhornAggregation agg;
    private final Linear linear;

    Aggregator(int width, Aggregation options) {
      agg = child("agg", new SinkhornAggregation(width, options));
      linear = child("linear", new Linear(options.aggregated(), options.width()));
    }
  }

  /** Returns the published size for other images. */
  public static MegaLoc published(ImageSpec image) {
    return new MegaLoc(
        DinoV2.Options.b14().withVariant(DinoV2.Variant.HUB).withImage(image),
        Aggregation.published());
  }

  /** Returns a network of two blocks of width 48. */
  public static MegaLoc tiny(ImageSpec image) {
    return new MegaLoc(new DinoV2.Options(image, 70, 14, 48, 2, 4, DinoV2.Variant.HUB, 0), TINY);
  }

  /** Returns the images that the published network is evaluated on. */
  public static ImageSpec publishedImage() {
    return ImageSpec.imageNet(SIDE).withFit(Fit.STRETCH);
  }

  /** Returns the tokens of DINOv2, class token first: {@code [B, 1 + N, C]}. */
  @Override
  public NDArray forward(Forward f, NDArray images) {
    return trunk.forward(f, wholePatches(images));
  }

  /** Returns images whose sides are multiples of a patch. */
  NDArray wholePatches(NDArray images) {
    Shape shape = images.getShape();
    int height = featureMapSize(Math.toIntExact(shape.get(2))) * patch;
    int width = featureMapSize(Math.toIntExact(shape.get(3))) * patch;
    return height == shape.get(2) && width == shape.get(3)
        ? images
        : TorchOps.resizeBilinearAntialiased(images, height, width);
  }

  @Override
  public Features features(Forward f, NDArray images) {
    NDArray tokens = forward(f, images);
    return new Features(tokens, descriptor(f, tokens));
  }

  /** Returns the descriptors, {@code [B, vectorWidth]}, of length 1. */
  private NDArray descriptor(Forward f, NDArray tokens) {
    NDArray aggregated = aggregation.forward(f, tokens.get(":, 0"), tokens.get(":, 1:"));
    return linear.forward(f, aggregated).normalize(2, 1);
  }

  @Override
  public int vectorWidth() {
    return descriptorWidth;
  }

  @Override
  public int classTokens() {
    return 1;
  }

  @Override
  public int featureMapSize(int pixels) {
    return (int) Math.rint(pixels / (double) patch);
  }

  @Override
  public int blocks() {
    return trunk.blocks();
  }

  @Override
  protected int blockOf(String parameter) {
    return isForVectorAlone(parameter)
        ? blocks()
        : trunk.blockOf(parameter.substring("backbone.".length()));
  }

  @Override
  protected boolean isForVectorAlone(String parameter) {
    return parameter.startsWith("aggregator.");
  }
}
