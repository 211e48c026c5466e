package io.github.geofix.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.Precision;
import io.github.geofix.models.embed.EmbedModel;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.train.Examples.Example;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The cosines between the vectors of photos in float32 and with products and attention in bfloat16,
 * by a trained embed model. Works on any processor, slowly on those without instructions for
 * bfloat16. Prints CSV.
 */
public final class PrecisionTable {
  private PrecisionTable() {}

  /** Runs the program. */
  public static void main(String[] args) {
    Arguments arguments =
        Arguments.of(PrecisionTable.class, args, Map.of("model", "model", "data", "manifest.csv"));
    Manifest photos = Manifest.readCsv(Path.of(arguments.text("data")));
    try (EmbedModel model = EmbedModel.load(ModelFolder.open(Path.of(arguments.text("model"))))) {
      double[] cosines =
          photos.entries().stream().mapToDouble(photo -> cosine(model, photo)).sorted().toArray();
      System.out.println("# " + arguments.command());
      System.out.println("photos,leastCosine,quantile01Cosine,medianCosine");
      System.out.printf(
          Locale.ROOT,
          "%d,%.5f,%.5f,%.5f%n",
          cosines.length,
          cosines[0],
          cosines[cosines.length / 100],
          cosines[cosines.length / 2]);
    }
  }

  private static double cosine(EmbedModel model, Manifest.Entry photo) {
    Example example =
        model.example(Photos.read(photo.image()), photo.latLng(), new SplittableRandom(1));
    float[] single = vector(model, example, Precision.FLOAT32);
    float[] half = vector(model, example, Precision.BFLOAT16);
    return dot(single, half) / Math.sqrt(dot(single, single) * dot(half, half));
  }

  private static float[] vector(EmbedModel model, Example example, Precision precision) {
    try (NDManager step = TorchEngine.newManager()) {
      long[] shape = model.inputShapes().get(0).getShape();
      long[] batch = new long[1 + shape.length];
      batch[0] = 1;
      System.arraycopy(shape, 0, batch, 1, shape.length);
      NDArray input = step.create(example.inputs()[0], new Shape(batch));
      List<NDArray> vectors =
          TorchEngine.noGrad(
              () ->
                  model.vectors(
                      Forward.INFERENCE.in(precision), new Batch(List.of(input), List.of())));
      return vectors.get(0).toFloatArray();
    }
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
