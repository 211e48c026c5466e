package io.github.geofix.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.geofix.core.Location;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.embed.EmbedConfig;
import io.github.geofix.models.embed.EmbedModel;
import io.github.geofix.models.embed.Fusion;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.train.Batch;
import io.github.geofix.models.train.Example;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Builds the embed family in the paper's size, with random weights, takes one step forward and back
 * on a few photos of noise, answers one photo, and prints one CSV row. Class maps are by color, as
 * there are no others for noise; the network is the same.
 *
 * <p>Arguments: the number of photos of the step, 2 by default, and the number of crops of the
 * answer, 10 by default or 1. With a heap of 3 GB the process grows to 6.3 GB.
 */
public final class EmbedPaperTable {

  private EmbedPaperTable() {}

  /** Runs the program. */
  public static void main(String[] args) {
    int photos = args.length > 0 ? Integer.parseInt(args[0]) : 2;
    int crops = args.length > 1 ? Integer.parseInt(args[1]) : 10;
    Random random = new Random(1);
    List<LatLng> positions =
        IntStream.range(0, 100_000)
            .mapToObj(
                i ->
                    new LatLng(
                        Math.toDegrees(Math.asin(2 * random.nextDouble() - 1)),
                        360 * random.nextDouble() - 180))
            .toList();
    EmbedConfig config =
        EmbedConfig.paper()
            .withFusion(
                EmbedConfig.paper()
                    .fusion()
                    .withClassMaps(Fusion.Input.defaults().withSource("water", 150)));
    long start = System.nanoTime();
    try (EmbedModel model = EmbedModel.create(config, positions, 1);
        NDManager step = TorchEngine.newManager()) {
      final double buildSeconds = seconds(start);
      Batch batch = batch(model, positions, photos, random, step);
      model.network().requireGradients(true);
      start = System.nanoTime();
      double loss;
      try (GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
        NDArray sum = model.loss(Forward.TRAINING, batch);
        loss = sum.getFloat();
        collector.backward(sum);
      }
      final double stepSeconds = seconds(start);
      double squares = 0;
      long trained = 0;
      for (Parameter parameter : model.network().parameters().values()) {
        if (parameter.isTrainable()) {
          trained += parameter.size();
          squares += parameter.array().getGradient().square().sum().getFloat();
        }
      }
      model.network().requireGradients(false);
      if (crops == 1) {
        model.setInference(EmbedConfig.Inference.defaults());
      }
      start = System.nanoTime();
      Location location = model.localizer().locate(photo(random));
      System.out.println(
          "photos,crops,levels,finestCells,parameters,trained,buildSeconds,stepSeconds,loss,"
              + "gradientNorm,answerSeconds,candidates,peakMiB");
      System.out.printf(
          Locale.ROOT,
          "%d,%d,%d,%d,%d,%d,%.1f,%.1f,%.4f,%.4f,%.1f,%d,%.0f%n",
          photos,
          crops,
          model.hierarchy().levels(),
          model.hierarchy().finest().size(),
          model.network().parameterCount(),
          trained,
          buildSeconds,
          stepSeconds,
          loss,
          Math.sqrt(squares),
          seconds(start),
          location.candidates().size(),
          OwnProcess.peakResidentMiB());
    }
  }

  private static Batch batch(
      EmbedModel model, List<LatLng> positions, int photos, Random random, NDManager step) {
    CellPartition finest = model.hierarchy().finest();
    List<Example> examples = new ArrayList<>();
    for (LatLng position : positions) {
      if (examples.size() < photos && finest.labelOf(position).isPresent()) {
        examples.add(model.example(photo(random), position, new SplittableRandom(1)));
      }
    }
    int length = examples.get(0).inputs()[0].length;
    int levels = model.hierarchy().levels();
    float[] pixels = new float[photos * length];
    long[] labels = new long[photos * levels];
    for (int i = 0; i < photos; i++) {
      System.arraycopy(examples.get(i).inputs()[0], 0, pixels, i * length, length);
      System.arraycopy(examples.get(i).targets()[0], 0, labels, i * levels, levels);
    }
    return new Batch(
        List.of(step.create(pixels, new Shape(photos).addAll(model.inputShapes().get(0)))),
        List.of(step.create(labels, new Shape(photos, levels))));
  }

  private static BufferedImage photo(Random random) {
    BufferedImage photo = new BufferedImage(512, 384, BufferedImage.TYPE_INT_RGB);
    int[] colors = random.ints(512 * 384, 0, 1 << 24).toArray();
    photo.setRGB(0, 0, 512, 384, colors, 0, 512);
    return photo;
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) * 1e-9;
  }
}
