package io.github.geofix.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.train.Examples.Example;
import io.github.geofix.models.train.Trainable;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Arrays that PyTorch needs for the backward pass must not lie in memory that the Java collector
 * may free between the passes, as the scalars of DJL's own operations do.
 */
class GarbageCollectionTest {

  @Test
  void changesNoLossWhenItRunsBetweenForwardAndBackward() {
    assertThat(losses(true)).isEqualTo(losses(false));
  }

  private static List<Double> losses(boolean storm) {
    List<Double> losses = new ArrayList<>();
    try (NDManager manager = TorchEngine.newManager()) {
      ColorModel model = new ColorModel(manager, 1);
      TrainOptions options =
          TrainOptions.defaults().withSteps(40).withBatchSize(16).withLearningRate(0.01);
      Trainer.of(storm ? new Storm(model) : model, options)
          .onProgress(progress -> losses.add(progress.loss()))
          .fit(new ColorModel.Photos(100));
    }
    return losses;
  }

  /**
   * The model with a full collection, and other buffers in the freed memory, after each forward.
   */
  private record Storm(ColorModel model) implements Trainable {
    @Override
    public Module network() {
      return model.network();
    }

    @Override
    public List<Shape> inputShapes() {
      return model.inputShapes();
    }

    @Override
    public Example example(BufferedImage photo, LatLng latLng, SplittableRandom random) {
      return model.example(photo, latLng, random);
    }

    @Override
    public NDArray loss(Forward f, Batch batch) {
      NDArray loss = model.loss(f, batch);
      System.gc();
      float[] junk = new float[64];
      java.util.Arrays.fill(junk, Float.NaN);
      for (int i = 0; i < 200; i++) {
        batch.inputs().get(0).getManager().create(junk).close();
      }
      return loss;
    }
  }
}
