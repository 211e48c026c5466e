package io.github.geofix.models.internal.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.nn.BatchNorm2d;
import io.github.geofix.models.nn.Conv2d;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Layer;
import java.util.ArrayList;
import java.util.List;

/**
 * A small residual network for small photos, trained from scratch in minutes on a CPU. Each stage
 * halves the image with a convolution, then adds one residual block of two (He, Zhang, Ren and Sun,
 * "Deep Residual Learning for Image Recognition", CVPR 2016), with batch normalization throughout.
 *
 * <p>Its {@link #vector} is the flattened map rather than the mean: with a map of 4 x 4 the mean
 * loses where things are, and with it much of the accuracy.
 */
public final class ResidualEncoder extends Backbone {
  private final List<Stage> stages = new ArrayList<>();

  /**
   * Creates the encoder of three stages, 32, 64 and 128 wide: 0.48 million parameters.
   *
   * @param image 32 x 32 pixels give a map of 4 x 4
   */
  public ResidualEncoder(ImageSpec image) {
    this(image, 32, 64, 128);
  }

  /** Creates an encoder with one stage for each width. */
  public ResidualEncoder(ImageSpec image, int... widths) {
    super(image, widths[widths.length - 1]);
    int in = 3;
    for (int out : widths) {
      stages.add(child("stages." + stages.size(), new Stage(in, out)));
      in = out;
    }
  }

  @Override
  public NDArray forward(Forward f, NDArray images) {
    return tokens(map(f, images));
  }

  @Override
  public NDArray map(Forward f, NDArray images) {
    return f.chain(stages, images);
  }

  @Override
  public Features features(Forward f, NDArray images) {
    NDArray map = map(f, images);
    return new Features(tokens(map), map.reshape(images.getShape().get(0), -1));
  }

  @Override
  public int blocks() {
    return stages.size();
  }

  @Override
  protected int blockOf(String parameter) {
    return numberAfter("stages", parameter).orElseThrow();
  }

  @Override
  public int vectorWidth() {
    return width() * featureMapSize(image().height()) * featureMapSize(image().width());
  }

  @Override
  public int featureMapSize(int pixels) {
    int parts = pixels;
    for (int i = 0; i < stages.size(); i++) {
      parts = (parts + 1) / 2;
    }
    return parts;
  }

  private static final class Stage extends Layer {
    private final Conv2d down;
    private final BatchNorm2d downNorm;
    private final Conv2d conv1;
    private final BatchNorm2d norm1;
    private final Conv2d conv2;
    private final BatchNorm2d norm2;

    Stage(int in, int out) {
      Conv2d.Options side3 = Conv2d.Options.kernel(3).withPadding(1).withoutBias();
      down = child("down", new Conv2d(in, out, side3.withStride(2)));
      downNorm = child("down_norm", new BatchNorm2d(out));
      conv1 = child("conv1", new Conv2d(out, out, side3));
      norm1 = child("norm1", new BatchNorm2d(out));
      conv2 = child("conv2", new Conv2d(out, out, side3));
      norm2 = child("norm2", new BatchNorm2d(out));
    }

    @Override
    public NDArray forward(Forward f, NDArray x) {
      NDArray y = Activation.relu(downNorm.forward(f, down.forward(f, x)));
      NDArray z = Activation.relu(norm1.forward(f, conv1.forward(f, y)));
      return Activation.relu(y.add(norm2.forward(f, conv2.forward(f, z))));
    }
  }
}
