package io.github.geofix.models.zoom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.backbone.ResidualEncoder;
import io.github.geofix.models.internal.loss.NextToken;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.GradientCheck;
import io.github.geofix.models.nn.TorchEngine;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChildCosineNetworkTest {
  private static final Forward F = Forward.INFERENCE;
  private static final int BATCH = 4;
  private static final int DIMENSION = 6;
  private static final int[][] TAKEN = {{1, 2}, {1, 2}, {1, 3}, {0, 8}};

  private static ChildCosineNetwork network(double contrast) {
    return new ChildCosineNetwork(
        new ResidualEncoder(ImageSpec.symmetric(16), 4, 4),
        new ResidualEncoder(ImageSpec.symmetric(24), 4, 4),
        List.of(2, 3),
        new ZoomConfig.ChildCosine(DIMENSION, 0.1, contrast));
  }

  private static NDArray taken(NDManager manager) {
    return manager.create(
        Arrays.stream(TAKEN).flatMapToInt(Arrays::stream).asLongStream().toArray(),
        new Shape(BATCH, 2));
  }

  /** Two views of each photo, cut out of one array, through the whole network. */
  private static NDArray loss(ChildCosineNetwork network, Forward f, NDArray input) {
    NDArray images = input.get(":, :, :16, :16");
    NDArray views = network.views(f, input.concat(input.flip(2), 0));
    List<NDArray> seen =
        List.of(
            network.atStep(f, views.get(":" + BATCH), 0),
            network.atStep(f, views.get(BATCH + ":"), 1));
    return network.loss(
        f,
        network.photos(f, images),
        seen,
        taken(input.getManager()),
        NextToken.defaults().withLabelSmoothing(0.1));
  }

  @Test
  void gradientsAgreeWithFiniteDifferences() {
    ChildCosineNetwork network = network(0.7);
    GradientCheck.check(
        network, (f, input) -> loss(network, f, input).reshape(1), 1, BATCH, 3, 24, 24);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void addsTheContrastOfPhotosAndTheirChildren(long seed) {
    ChildCosineNetwork with = network(0.7);
    ChildCosineNetwork without = network(0);
    try (NDManager manager = TorchEngine.newManager()) {
      with.initialize(manager, seed, DataType.FLOAT64);
      without.initialize(manager, seed, DataType.FLOAT64);
      NDArray input = manager.randomNormal(0, 1, new Shape(BATCH, 3, 24, 24), DataType.FLOAT64);
      double contrast = 0;
      NDArray photos = with.photos(F, input.get(":, :, :16, :16"));
      NDArray views = with.views(F, input.concat(input.flip(2), 0));
      for (int step = 0; step < 2; step++) {
        NDArray seen = with.atStep(F, views.get(step * BATCH + ":" + (step + 1) * BATCH), step);
        contrast += contrast(with, photos, seen, step) / 2;
      }
      assertThat(loss(with, F, input).getDouble())
          .isCloseTo(loss(without, F, input).getDouble() + 0.7 * contrast, within(1e-9));
    }
  }

  /** By the definition, with loops: cosines over 0.1, photos of one cell left out. */
  private static double contrast(
      ChildCosineNetwork network, NDArray photos, NDArray seen, int step) {
    double[][] logits = new double[BATCH][BATCH];
    int children = step == 0 ? 4 : 9;
    double[] flat = seen.toDoubleArray();
    for (int photo = 0; photo < BATCH; photo++) {
      // Every photo before the children of this photo's view.
      int length = children * DIMENSION;
      double[] own = Arrays.copyOfRange(flat, photo * length, (photo + 1) * length);
      NDArray view = photos.getManager().create(own, new Shape(1, length));
      for (int other = 0; other < BATCH; other++) {
        NDArray scored = scores(network, photos.get(other + ":" + (other + 1)), view, step);
        logits[other][photo] = scored.getDouble(0, TAKEN[photo][step]);
      }
    }
    double loss = 0;
    for (int i = 0; i < BATCH; i++) {
      double rows = 0;
      double columns = 0;
      for (int j = 0; j < BATCH; j++) {
        boolean same =
            Arrays.equals(Arrays.copyOf(TAKEN[i], step + 1), Arrays.copyOf(TAKEN[j], step + 1));
        if (i == j || !same) {
          rows += Math.exp(logits[i][j]);
          columns += Math.exp(logits[j][i]);
        }
      }
      loss += Math.log(rows) + Math.log(columns) - 2 * logits[i][i];
    }
    return loss / (2 * BATCH);
  }

  /** Scores the children of one step's view; the other step is given a view that fits. */
  private static NDArray scores(ChildCosineNetwork network, NDArray photo, NDArray view, int step) {
    NDManager manager = photo.getManager();
    long other = step == 0 ? 9 : 4;
    NDArray filler = manager.zeros(new Shape(1, other * DIMENSION), DataType.FLOAT64);
    List<NDArray> views = step == 0 ? List.of(view, filler) : List.of(filler, view);
    NDArray taken = manager.zeros(new Shape(1, 2), DataType.INT64);
    return network.logits(F, photo, views, taken).get(step);
  }

  @Test
  void scoresAreCosinesOverTheTemperature() {
    ChildCosineNetwork network = network(1);
    try (NDManager manager = TorchEngine.newManager()) {
      network.initialize(manager, 4);
      NDArray photos = network.photos(F, manager.randomNormal(new Shape(3, 3, 16, 16)));
      NDArray seen =
          network.atStep(F, network.views(F, manager.randomNormal(new Shape(3, 3, 24, 24))), 0);
      assertThat(seen.getShape()).isEqualTo(new Shape(3, 4L * DIMENSION));
      NDArray lengths = seen.reshape(3, 4, DIMENSION).norm(new int[] {2}, false);
      assertThat(lengths.sub(1).abs().max().getFloat()).isLessThan(1e-5f);
      NDArray filler = manager.ones(new Shape(3, 9L * DIMENSION));
      NDArray logits =
          network
              .logits(
                  F, photos, List.of(seen, filler), manager.zeros(new Shape(3, 2), DataType.INT64))
              .get(0);
      assertThat(logits.getShape()).isEqualTo(new Shape(3, 4));
      assertThat(logits.abs().max().getFloat()).isLessThan(10.001f);
    }
  }

  @Test
  void refusesViewsThatTheChildrenDoNotDivide() {
    assertThatThrownBy(
            () ->
                new ChildCosineNetwork(
                    new ResidualEncoder(ImageSpec.symmetric(16), 4),
                    new ResidualEncoder(ImageSpec.symmetric(20), 4),
                    List.of(4),
                    ZoomConfig.ChildCosine.defaults()))
        .hasMessageContaining("20 px")
        .hasMessageContaining("10 x 10")
        .hasMessageContaining("4 children");
  }
}
