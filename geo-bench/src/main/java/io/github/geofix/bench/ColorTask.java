package io.github.geofix.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
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
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A network of the size of the demo's, 0.47 million weights, that learns the longitude of a photo
 * of 32 x 32 pixels from its colors: three stages of a strided convolution and a residual pair.
 */
final class ColorTask implements Trainable {
  static final int SIDE = 32;
  private static final int BINS = 16;
  private static final int[] WIDTHS = {32, 64, 128};

  /** Squares on a ground whose colors tell the longitude. */
  record Photos(int size) implements PhotoSource {
    @Override
    public LabeledPhoto photo(int epoch, int index) {
      SplittableRandom random = new SplittableRandom(epoch * 1_000_003L + index);
      double longitude = random.nextDouble(-180, 180);
      BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
      Graphics2D graphics = image.createGraphics();
      graphics.setColor(Color.getHSBColor((float) (longitude / 360), 0.8f, 0.8f));
      graphics.fillRect(0, 0, SIDE, SIDE);
      graphics.setColor(new Color(random.nextInt(1 << 24)));
      graphics.fillRect(random.nextInt(SIDE), random.nextInt(SIDE), SIDE / 2, SIDE / 2);
      graphics.dispose();
      return new LabeledPhoto(image, new LatLng(0, longitude));
    }
  }

  private static final class Net extends Module {
    private final List<Conv2d> convolutions = new ArrayList<>();
    private final List<BatchNorm2d> norms = new ArrayList<>();
    private final Linear head;

    Net() {
      Conv2d.Options side3 = Conv2d.Options.kernel(3).withPadding(1).withoutBias();
      int in = 3;
      for (int width : WIDTHS) {
        add(in, width, side3.withStride(2));
        add(width, width, side3);
        add(width, width, side3);
        in = width;
      }
      head = child("head", new Linear(in * 16, BINS));
    }

    private void add(int in, int out, Conv2d.Options options) {
      convolutions.add(child("conv" + convolutions.size(), new Conv2d(in, out, options)));
      norms.add(child("norm" + norms.size(), new BatchNorm2d(out)));
    }

    NDArray forward(Forward f, NDArray images) {
      NDArray x = images;
      for (int i = 0; i < convolutions.size(); i += 3) {
        NDArray y = unit(f, i, x);
        x = unit(f, i + 2, unit(f, i + 1, y)).add(y);
      }
      NDArray flat = x.reshape(images.getShape().get(0), -1);
      return head.forward(f, Dropout.dropout(flat, 0.1f, f.training()).singletonOrThrow());
    }

    private NDArray unit(Forward f, int i, NDArray x) {
      return Activation.relu(norms.get(i).forward(f, convolutions.get(i).forward(f, x)));
    }
  }

  private final Net net = new Net();

  ColorTask(NDManager manager, long seed) {
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
    int[] rgb = photo.getRGB(0, 0, SIDE, SIDE, null, 0, SIDE);
    float[] values = new float[3 * rgb.length];
    float brightness = (float) random.nextDouble(0.7, 1.3);
    for (int i = 0; i < rgb.length; i++) {
      values[i] = brightness * (rgb[i] >> 16 & 0xff) / 255 - 0.5f;
      values[rgb.length + i] = brightness * (rgb[i] >> 8 & 0xff) / 255 - 0.5f;
      values[2 * rgb.length + i] = brightness * (rgb[i] & 0xff) / 255 - 0.5f;
    }
    long bin = Math.min(BINS - 1, (long) ((latLng.longitude() + 180) / 360 * BINS));
    return new Example(new float[][] {values}, new long[][] {{bin}});
  }

  @Override
  public NDArray loss(Forward f, Batch batch) {
    NDArray scores = net.forward(f, batch.inputs().get(0)).logSoftmax(-1);
    NDArray labels = batch.targets().get(0);
    return scores.gather(labels, 1).mean().neg();
  }
}
