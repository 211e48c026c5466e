package io.github.geofix.models.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Layer;

/**
 * A network that turns images into vectors. {@link #forward} gives one vector for each part of the
 * image, {@link #vector} one for the whole image, {@link #map} the parts laid out as the image is.
 *
 * <p>Write your own by extending this class: declare the layers in the constructor with {@link
 * #child} and implement {@link #forward}.
 */
public abstract class Backbone extends Layer {
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

  /** Returns the number of tokens that stand for the whole image; they come first. */
  public int classTokens() {
    return 0;
  }

  /** Returns the number of parts along a side of the given length in pixels. */
  public abstract int parts(int pixels);

  /**
   * Returns one vector for each image, {@code [B, vectorWidth]}: the class token where there is
   * one, else the mean of all tokens.
   */
  public NDArray vector(Forward f, NDArray images) {
    NDArray tokens = forward(f, images);
    return classTokens() > 0 ? tokens.get(":, 0") : tokens.mean(new int[] {1});
  }

  /** Returns the length of {@link #vector}. */
  public int vectorWidth() {
    return width;
  }

  /**
   * Returns the tokens of the parts laid out as the image is.
   *
   * @param images {@code [B, 3, H, W]}
   * @return {@code [B, D, parts(H), parts(W)]}
   */
  public NDArray map(Forward f, NDArray images) {
    Shape shape = images.getShape();
    NDArray tokens = forward(f, images);
    if (classTokens() > 0) {
      tokens = tokens.get(":, " + classTokens() + ":");
    }
    int rows = parts(Math.toIntExact(shape.get(2)));
    int columns = parts(Math.toIntExact(shape.get(3)));
    return tokens.transpose(0, 2, 1).reshape(shape.get(0), width, rows, columns);
  }

  /** Returns true if {@link #map} leaves out a final normalisation, see {@link #normalized}. */
  public boolean hasFinalNormalization() {
    return false;
  }

  /**
   * Applies to vectors {@code [..., D]}, such as means over regions of the {@link #map}, the final
   * normalisation that the map leaves out; returns the vectors as they are if it leaves out none.
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
