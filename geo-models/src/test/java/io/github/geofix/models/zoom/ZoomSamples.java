package io.github.geofix.models.zoom;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.decode.BeamOptions;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.train.Examples.Example;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/** Small zoom models, and what they are tested with. */
final class ZoomSamples {
  /** One constant for each {@link ZoomConfig.Head}. */
  enum Kind {
    CHILD_COSINE,
    DECODER
  }

  private ZoomSamples() {}

  /** Draws a picture of the Earth that is smooth and different everywhere; returns its path. */
  static String drawMap(Path folder) throws IOException {
    BufferedImage picture = new BufferedImage(256, 128, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 128; y++) {
      for (int x = 0; x < 256; x++) {
        int red = (int) (127 + 120 * Math.sin(x / 9.0 + y / 31.0));
        int green = (int) (127 + 120 * Math.sin(y / 7.0 - x / 41.0));
        int blue = (int) (127 + 120 * Math.sin((x + 2 * y) / 23.0));
        picture.setRGB(x, y, red << 16 | green << 8 | blue);
      }
    }
    File file = folder.resolve("map.png").toFile();
    ImageIO.write(picture, "png", file);
    return file.toString();
  }

  /** Returns a small model of each kind of head over 2 x 2, 3 x 3 and 2 x 2 children. */
  static ZoomConfig config(Kind head, String map) {
    ZoomConfig config =
        ZoomConfig.tiny(map)
            .withChildrenPerSide(List.of(2, 3, 2))
            .withEncoder(
                new ZoomConfig.Encoder(
                    "residual-small", Backbone.ALL_BLOCKS, ImageSpec.symmetric(32), 48));
    return config.withHead(
        head == Kind.DECODER
            ? new ZoomConfig.Decoder(16, 2, 2, 0, false)
            : new ZoomConfig.ChildCosine(16, 0.07, 1));
  }

  /** Returns the configuration with photos and views changed at random in training. */
  static ZoomConfig augmenting(ZoomConfig config) {
    return new ZoomConfig(
        config.head(),
        config.encoder(),
        config.area(),
        config.childrenPerSide(),
        config.map(),
        new ZoomConfig.Training(true, 0),
        config.search(),
        config.answer());
  }

  static ZoomConfig searching(ZoomConfig config, BeamOptions search) {
    return new ZoomConfig(
        config.head(),
        config.encoder(),
        config.area(),
        config.childrenPerSide(),
        config.map(),
        config.training(),
        search,
        config.answer());
  }

  static ZoomNetwork network(ZoomModel model) {
    return (ZoomNetwork) model.network();
  }

  static List<BufferedImage> photos(int count) {
    Random random = new Random(7);
    List<BufferedImage> photos = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      BufferedImage photo = new BufferedImage(40, 36, BufferedImage.TYPE_INT_RGB);
      int phase = random.nextInt(1000);
      for (int y = 0; y < photo.getHeight(); y++) {
        for (int x = 0; x < photo.getWidth(); x++) {
          int value = (int) (127 + 120 * Math.sin((phase + x * y) / (2.0 + i)));
          photo.setRGB(x, y, value << 16 | (x * 6) << 8 | random.nextInt(256));
        }
      }
      photos.add(photo);
    }
    return photos;
  }

  static List<LatLng> places(int count) {
    Random random = new Random(11);
    return IntStream.range(0, count)
        .mapToObj(i -> new LatLng(random.nextDouble(-70, 70), random.nextDouble(-180, 180)))
        .toList();
  }

  /** Takes plain steps down the gradient and returns the losses before each. */
  static List<Float> train(ZoomModel model, int steps, int batchSize) {
    List<Float> losses = new ArrayList<>();
    List<Example> examples = examples(model, photos(batchSize), places(batchSize));
    for (int i = 0; i < steps; i++) {
      try (NDManager step = TorchEngine.newManager()) {
        model.network().requireGradients(true);
        Batch batch = batch(model, step, examples);
        try (GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
          NDArray loss = model.loss(Forward.TRAINING, batch);
          losses.add(loss.getFloat());
          collector.backward(loss);
        }
        for (Parameter parameter : model.network().parameters().values()) {
          if (parameter.isTrainable()) {
            float[] gradient = parameter.array().getGradient().toFloatArray();
            float[] values = parameter.array().toFloatArray();
            for (int v = 0; v < values.length; v++) {
              values[v] -= 0.02f * gradient[v];
            }
            parameter.write(bytes -> bytes.asFloatBuffer().put(values));
          }
        }
        model.network().requireGradients(false);
      }
    }
    return losses;
  }

  static List<Example> examples(ZoomModel model, List<BufferedImage> photos, List<LatLng> places) {
    return IntStream.range(0, photos.size())
        .mapToObj(i -> model.example(photos.get(i), places.get(i), new SplittableRandom(i)))
        .toList();
  }

  static Batch batch(ZoomModel model, NDManager step, List<Example> examples) {
    List<NDArray> inputs = new ArrayList<>();
    for (int n = 0; n < model.inputShapes().size(); n++) {
      Shape shape = new Shape(examples.size()).addAll(model.inputShapes().get(n));
      float[] values = new float[(int) shape.size()];
      for (int i = 0; i < examples.size(); i++) {
        float[] input = examples.get(i).inputs()[n];
        System.arraycopy(input, 0, values, i * input.length, input.length);
      }
      inputs.add(step.create(values, shape));
    }
    long[] labels = examples.stream().flatMapToLong(e -> Arrays.stream(e.targets()[0])).toArray();
    return new Batch(
        inputs, List.of(step.create(labels, new Shape(examples.size(), model.grid().steps()))));
  }
}
