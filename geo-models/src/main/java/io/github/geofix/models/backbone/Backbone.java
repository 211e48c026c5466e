package io.github.geofix.models.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.backbone.StatedConfig;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Layer;
import io.github.geofix.models.weights.RenameTable;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A network that turns images into vectors. {@link #forward} gives one vector for each part of the
 * image, {@link #vector} one for the whole image, {@link #map} the parts laid out as the image is.
 *
 * <p>Write your own by extending this class: declare the layers in the constructor with {@link
 * #child} and implement {@link #forward}.
 */
public abstract class Backbone extends Layer {

  /** Given to {@link #trainLast}: nothing is frozen. */
  public static final int ALL_BLOCKS = -1;

  /**
   * What one pass over images gives.
   *
   * @param tokens {@code [B, N, D]}, as of {@link Backbone#forward}
   * @param vector {@code [B, vectorWidth]}, as of {@link Backbone#vector}
   */
  public record Features(NDArray tokens, NDArray vector) {}

  private final ImageSpec image;
  private final int width;

  /**
   * Creates a backbone.
   *
   * @param image the images it was or will be trained on
   * @param width the length D of each vector of {@link #forward}
   */
  protected Backbone(ImageSpec image, int width) {
    this.image = image;
    this.width = width;
  }

  /**
   * Creates a backbone by name.
   *
   * @param name one of {@link #names()}, or the full name of a custom class with a constructor
   *     without arguments
   * @param image what it is to read; a custom class decides for itself
   * @throws IllegalArgumentException if there is no such backbone, with the names there are or the
   *     class that is missing; or if it does not read such images, or they are too small for it
   */
  public static Backbone named(String name, ImageSpec image) {
    return NamedBackbones.create(name, image);
  }

  /**
   * Creates a backbone by name, for images of the size it was published with: 518 pixels for
   * DINOv2, 224 for those without a published size.
   *
   * @throws IllegalArgumentException if there is no such backbone
   */
  public static Backbone named(String name) {
    return NamedBackbones.create(name);
  }

  /** Returns the names of the backbones that come with the library. */
  public static List<String> names() {
    return NamedBackbones.NAMES;
  }

  /** Returns the images it was or will be trained on. Convolutional ones take other sizes too. */
  public final ImageSpec image() {
    return image;
  }

  /** Returns the length D of each vector of {@link #forward}. */
  public final int width() {
    return width;
  }

  /**
   * Returns one vector, or token, for each part of the images.
   *
   * @param images {@code [B, 3, H, W]}
   * @return {@code [B, N, D]}: {@link #classTokens} first, then the parts row by row
   */
  @Override
  public abstract NDArray forward(Forward f, NDArray images);

  /**
   * Returns the number of tokens that stand for the whole image, registers included; they come
   * first, the class token before all.
   */
  public int classTokens() {
    return 0;
  }

  /** Returns the length of a side of the {@link #map} of an image whose side is so many pixels. */
  public abstract int featureMapSize(int pixels);

  /**
   * Returns one vector for each image, {@code [B, vectorWidth]}: the class token where there is
   * one, else the mean of all tokens.
   */
  public NDArray vector(Forward f, NDArray images) {
    return features(f, images).vector();
  }

  /** Returns the length of {@link #vector}. */
  public int vectorWidth() {
    return width;
  }

  /** Returns what {@link #forward} and {@link #vector} give, from one pass. */
  public Features features(Forward f, NDArray images) {
    NDArray tokens = forward(f, images);
    return new Features(
        tokens, classTokens() > 0 ? tokens.get(":, 0") : tokens.mean(new int[] {1}));
  }

  /** Returns the number of blocks that can be frozen one by one; 0 if there are no such parts. */
  public int blocks() {
    return 0;
  }

  /**
   * Returns the block that a parameter belongs to, 0 to {@code blocks() - 1}; -1 for what comes
   * before the first block, {@code blocks()} for what comes after the last.
   *
   * @param parameter a full name below this module
   */
  protected int blockOf(String parameter) {
    return -1;
  }

  /**
   * Returns the names that checkpoints of other libraries use, by library, such as {@code timm};
   * empty if none publishes any.
   */
  public Map<String, RenameTable> checkpointNames() {
    return Map.of();
  }

  /**
   * Checks that published weights are for this network, by what the files beside them state.
   *
   * @param activation what the weights need as the user knows it, where names and shapes do not
   *     show it; null to rely on the files
   * @throws io.github.geofix.core.format.ModelFormatException if they are not, or nothing states it
   */
  public void check(StatedConfig stated, @Nullable Activation activation) {
    stated.requireImage(image);
  }

  /**
   * Returns whether an array that this network has no parameter for shows that it is for another
   * network, such as a deeper one.
   *
   * @param parameter its name as {@link #checkpointNames} translate it
   */
  public boolean isOfAnotherNetwork(String parameter) {
    String list = parameter.substring(0, parameter.indexOf('.') + 1);
    return !list.isEmpty() && parameters().keySet().stream().anyMatch(n -> n.startsWith(list));
  }

  /**
   * Freezes all but the last blocks and what comes after them.
   *
   * @param last the number of blocks to train; 0 freezes everything, {@link #ALL_BLOCKS} nothing
   * @throws IllegalArgumentException if there are not so many blocks
   */
  public final void trainLast(int last) {
    if (last == ALL_BLOCKS || last == 0) {
      freeze(name -> last == 0);
      return;
    }
    if (last < 0 || last > blocks()) {
      throw new IllegalArgumentException(
          getClass().getSimpleName()
              + " has "
              + blocks()
              + " blocks, so "
              + last
              + " cannot be trained; 0 freezes all, -1 trains all");
    }
    freeze(name -> blockOf(name) < blocks() - last);
  }

  /**
   * Returns whether only {@link #vector} needs a parameter, and {@link #forward} does not.
   *
   * @param parameter a full name below this module
   */
  protected boolean isForVectorAlone(String parameter) {
    return false;
  }

  /** Freezes what only {@link #vector} needs, for networks that read the tokens alone. */
  public final void freezeVectorPart() {
    parameters()
        .forEach(
            (name, parameter) -> {
              if (isForVectorAlone(name)) {
                parameter.setFrozen(true);
              }
            });
  }

  /**
   * Returns the block {@code n} of a parameter called {@code <list>.n...}, or empty for another.
   */
  public static OptionalInt numberAfter(String list, String parameter) {
    String prefix = list + ".";
    if (!parameter.startsWith(prefix)) {
      return OptionalInt.empty();
    }
    String rest = parameter.substring(prefix.length());
    return OptionalInt.of(Integer.parseInt(rest.substring(0, rest.indexOf('.'))));
  }

  /**
   * Returns the tokens of the parts laid out as the image is.
   *
   * @param images {@code [B, 3, H, W]}
   * @return {@code [B, D, featureMapSize(H), featureMapSize(W)]}
   */
  public NDArray map(Forward f, NDArray images) {
    Shape shape = images.getShape();
    NDArray tokens = forward(f, images);
    if (classTokens() > 0) {
      tokens = tokens.get(":, " + classTokens() + ":");
    }
    int rows = featureMapSize(Math.toIntExact(shape.get(2)));
    int columns = featureMapSize(Math.toIntExact(shape.get(3)));
    return tokens.transpose(0, 2, 1).reshape(shape.get(0), width, rows, columns);
  }

  /** Returns whether {@link #map} leaves out a final normalization, see {@link #normalized}. */
  public boolean hasFinalNormalization() {
    return false;
  }

  /**
   * Applies to vectors {@code [..., D]}, such as means over regions of the {@link #map}, the final
   * normalization that the map leaves out; returns the vectors as they are if it leaves out none.
   */
  public NDArray normalized(Forward f, NDArray vectors) {
    return vectors;
  }

  /** Lays a map {@code [B, D, H, W]} out as tokens {@code [B, H W, D]}. */
  protected static NDArray tokens(NDArray map) {
    Shape shape = map.getShape();
    return map.reshape(shape.get(0), shape.get(1), -1).transpose(0, 2, 1);
  }
}
