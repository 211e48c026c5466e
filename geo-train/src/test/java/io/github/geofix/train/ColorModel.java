package io.github.geofix.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.norm.Dropout;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.internal.nn.BatchNorm2d;
import io.github.geofix.models.nn.Conv2d;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.train.Examples.Example;
import io.github.geofix.models.train.Trainable;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/** A small real network that reads the hemisphere of a photo from its colors. */
final class ColorModel implements Trainable {
  static final int SIDE = 8;

  /** Photos whose red grows to the east and whose green grows to the north. */
  static final class Photos implements PhotoSource {
    private final int size;

    Photos(int size) {
      this.size = size;
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public LabeledPhoto photo(int epoch, int index) {
      Random random = new Random(31L * epoch + index);
      double latitude = 180 * random.nextDouble() - 90;
      double longitude = 360 * random.nextDouble() - 180;
      BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
      Graphics2D graphics = image.createGraphics();
      graphics.setColor(
          new Color((float) (longitude / 360 + 0.5), (float) (latitude / 180 + 0.5), 0.5f));
      graphics.fillRect(0, 0, SIDE, SIDE);
      graphics.dispose();
      return new LabeledPhoto(image, new LatLng(latitude, longitude));
    }
  }

  private static final class Net extends Module {
    private final int filters;
    private final Conv2d stem;
    private final BatchNorm2d norm;
    private final Linear head;

    Net(int filters) {
      this.filters = filters;
      stem =
          child(
              "stem",
              new Conv2d(3, filters, Conv2d.Options.kernel(3).withPadding(1).withoutBias()));
      norm = child("norm", new BatchNorm2d(filters));
      head = child("head", new Linear(filters * SIDE * SIDE, 4));
    }

    NDArray forward(Forward f, NDArray images) {
      NDArray features = ai.djl.nn.Activation.relu(norm.forward(f, stem.forward(f, images)));
      NDArray flat = features.reshape(images.getShape().get(0), (long) filters * SIDE * SIDE);
      // With dropout, so that a run can only be repeated if the engine's generator is seeded.
      NDArray kept = Dropout.dropout(flat, 0.1f, f.training()).singletonOrThrow();
      return head.forward(f, kept);
    }
  }

  private final Net net;

  ColorModel(NDManager manager, long seed) {
    this(manager, seed, 8);
  }

  ColorModel(NDManager manager, long seed, int filters) {
    net = new Net(filters);
    net.initialize(manager, seed);
  }

  @Override
  public Module network() {
    return net;
  }

  @Override
  public List<Shape> inputShapes() {
    return List.of(new Shape(3, SIDE, SIDE));
  }

  @Override
  public Example example(BufferedImage photo, LatLng latLng, SplittableRandom random) {
    float[] values = new float[3 * SIDE * SIDE];
    for (int i = 0; i < SIDE * SIDE; i++) {
      int rgb = photo.getRGB(i % SIDE, i / SIDE);
      for (int c = 0; c < 3; c++) {
        int level = rgb >> (16 - 8 * c) & 0xff;
        values[c * SIDE * SIDE + i] = (float) (level / 255.0 + 0.02 * random.nextGaussian());
      }
    }
    int quarter = (latLng.latitude() < 0 ? 0 : 2) + (latLng.longitude() < 0 ? 0 : 1);
    return new Example(new float[][] {values}, new long[][] {{quarter}});
  }

  @Override
  public NDArray loss(Forward f, Batch batch) {
    NDArray scores = net.forward(f, batch.inputs().get(0)).logSoftmax(-1);
    NDArray labels = batch.targets().get(0).flatten();
    NDArray oneHot = labels.oneHot(4);
    return scores.mul(oneHot).sum(new int[] {1}).mean().neg();
  }
}
