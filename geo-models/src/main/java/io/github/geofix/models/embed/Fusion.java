package io.github.geofix.models.embed;

import io.github.geofix.models.io.NamedClass;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * How the classes of a photo's pixels are fused with its appearance (GeoSURGE, arXiv 2510.01448,
 * section III). What the paper does not say is an option here, and so marked.
 *
 * @param blocks number of attention blocks; 3 in the paper, 0 for no fusion
 * @param classMaps where class maps come from, see {@link ClassMaps#named}
 * @param classes number of classes, 1 to 255; 150 for ADE20K as in the paper
 * @param encoding how a class enters the network; not in the paper, default one-hot
 * @param patch side in pixels of the squares that become semantic tokens; 14 in the paper
 * @param width of a semantic token; 128 in the paper
 * @param latent width of the vector that keys and values share; 64 in the paper
 * @param heads attention heads, a divisor of the width; not in the paper, default 4
 * @param hidden width of the middle of the MLP; not in the paper, default 4 times the width
 * @param norm where the blocks normalize; not in the paper, default before
 * @param selfAttention whether semantic tokens look at each other, in a step before they look at
 *     the photo. The paper does not mention it, but without it the class token, which alone is read
 *     in the end, is a query to the photo's tokens and never learns what the class map shows.
 *     Default true
 * @param appearance whether the backbone's own vector stands beside the fused class token before
 *     the last layer; not so in the paper, but small networks whose vector is a flattened map lose
 *     much without it
 */
public record Fusion(
    int blocks,
    String classMaps,
    int classes,
    Encoding encoding,
    int patch,
    int width,
    int latent,
    int heads,
    int hidden,
    Norm norm,
    boolean selfAttention,
    boolean appearance) {

  /** How the class of a pixel enters the network. */
  public enum Encoding {
    /** One channel a class: 1 where the pixel is of the class, else 0. */
    ONE_HOT,
    /** One channel: the class number plus 1 over the number of classes; 0 for unknown. */
    INDEX
  }

  /** Where a block normalizes. */
  public enum Norm {
    /** Before attention and MLP, the context once before all blocks. */
    BEFORE,
    /** After each sum, as in the first transformer. */
    AFTER
  }

  /** Checks the ranges. */
  public Fusion {
    check(blocks >= 0 && blocks <= 64, "fusion.blocks must be 0 to 64: " + blocks);
    check(classes >= 1 && classes <= 255, "fusion.classes must be 1 to 255: " + classes);
    check(
        patch > 0 && width > 0 && latent > 0 && hidden > 0,
        "fusion.patch, width, latent and hidden must be positive: "
            + patch
            + ", "
            + width
            + ", "
            + latent
            + ", "
            + hidden);
    check(
        heads > 0 && width % heads == 0,
        heads + " fusion.heads do not divide a fusion.width of " + width);
  }

  /** No fusion: the photo alone. */
  public static Fusion none() {
    return paper().withBlocks(0);
  }

  /** The paper's: three blocks over class maps of ADE20K that lie beside the photos. */
  public static Fusion paper() {
    return new Fusion(
        3,
        "beside:.classes.png",
        150,
        Encoding.ONE_HOT,
        14,
        128,
        64,
        4,
        512,
        Norm.BEFORE,
        true,
        false);
  }

  /**
   * One block over water and land by color, for photos of 32 pixels from above: 16 semantic tokens.
   */
  public static Fusion tiny() {
    return new Fusion(1, "water", 2, Encoding.ONE_HOT, 8, 64, 32, 4, 128, Norm.BEFORE, true, true);
  }

  /** Returns a copy with another number of blocks. */
  public Fusion withBlocks(int value) {
    return with(d -> d.blocks = value);
  }

  /** Returns a copy with other class maps, see {@link ClassMaps#named}, and as many classes. */
  public Fusion withClassMaps(String newClassMaps, int newClasses) {
    return with(
        d -> {
          d.classMaps = newClassMaps;
          d.classes = newClasses;
        });
  }

  /**
   * Returns a copy with class maps of your own; a saved model names their class.
   *
   * @throws IllegalArgumentException if the class has no constructor without arguments
   */
  public Fusion withClassMaps(Supplier<? extends ClassMaps> newClassMaps, int newClasses) {
    return withClassMaps(NamedClass.of(newClassMaps, ClassMaps.class), newClasses);
  }

  /** Returns a copy with or without the backbone's own vector before the last layer. */
  public Fusion withAppearance(boolean value) {
    return with(d -> d.appearance = value);
  }

  /** Returns a copy with another encoding of classes. */
  public Fusion withEncoding(Encoding value) {
    return with(d -> d.encoding = value);
  }

  /** Returns a copy that normalizes elsewhere. */
  public Fusion withNorm(Norm value) {
    return with(d -> d.norm = value);
  }

  /** Returns a copy whose semantic tokens look at each other, or not. */
  public Fusion withSelfAttention(boolean value) {
    return with(d -> d.selfAttention = value);
  }

  /** Returns whether there is any fusion. */
  boolean isOn() {
    return blocks > 0;
  }

  private Fusion with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.fusion();
  }

  /** The components, open to change. */
  private static final class Draft {
    private int blocks;
    private String classMaps;
    private int classes;
    private Encoding encoding;
    private int patch;
    private int width;
    private int latent;
    private int heads;
    private int hidden;
    private Norm norm;
    private boolean selfAttention;
    private boolean appearance;

    Draft(Fusion o) {
      blocks = o.blocks;
      classMaps = o.classMaps;
      classes = o.classes;
      encoding = o.encoding;
      patch = o.patch;
      width = o.width;
      latent = o.latent;
      heads = o.heads;
      hidden = o.hidden;
      norm = o.norm;
      selfAttention = o.selfAttention;
      appearance = o.appearance;
    }

    Fusion fusion() {
      return new Fusion(
          blocks,
          classMaps,
          classes,
          encoding,
          patch,
          width,
          latent,
          heads,
          hidden,
          norm,
          selfAttention,
          appearance);
    }
  }

  private static void check(boolean fits, String message) {
    if (!fits) {
      throw new IllegalArgumentException(message);
    }
  }
}
