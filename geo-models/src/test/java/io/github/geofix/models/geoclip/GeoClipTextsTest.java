package io.github.geofix.models.geoclip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.models.Samples;
import io.github.geofix.models.backbone.PhotoEncoder;
import io.github.geofix.models.internal.loss.InfoNce;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.train.Examples;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.train.Examples.Example;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GeoClipTextsTest {
  private static final GeoClipConfig CONFIG = GeoClipConfig.tiny().withTextDimension(3);
  private static final List<LatLng> PLACES =
      List.of(new LatLng(1, 2), new LatLng(-30, 40), new LatLng(50, -60));

  private static Batch batch(GeoClipModel model, NDManager step, float[][] texts) {
    Examples examples =
        model.examples(Samples.source(Samples.photos(3), PLACES), Embeddings.of(texts));
    float[] pixels = new float[3 * 3 * 32 * 32];
    float[] positions = new float[6];
    float[] flat = new float[9];
    for (int i = 0; i < 3; i++) {
      Example example = examples.example(0, i, new SplittableRandom(1));
      System.arraycopy(example.inputs()[0], 0, pixels, i * 3072, 3072);
      System.arraycopy(example.inputs()[1], 0, positions, i * 2, 2);
      System.arraycopy(example.inputs()[2], 0, flat, i * 3, 3);
    }
    return new Batch(
        List.of(
            step.create(pixels, new Shape(3, 3, 32, 32)),
            step.create(positions, new Shape(3, 2)),
            step.create(flat, new Shape(3, 3))),
        List.of());
  }

  private static float loss(GeoClipModel model, float[][] texts) {
    try (NDManager step = TorchEngine.newManager()) {
      return TorchEngine.noGrad(
          () -> model.loss(Forward.INFERENCE, batch(model, step, texts)).getFloat());
    }
  }

  @Test
  void addsTheLossOfThePhotosThatHaveATextToThatOfLocations() {
    try (GeoClipModel model = GeoClipModel.create(CONFIG, List.of(), 1)) {
      float none = loss(model, new float[3][3]);
      float two = loss(model, new float[][] {{1, 2, 3}, {0, 0, 0}, {-1, 0, 2}});
      float[] expected = new float[2];
      try (NDManager step = TorchEngine.newManager()) {
        TorchEngine.noGrad(
            () -> {
              Batch all = batch(model, step, new float[][] {{1, 2, 3}, {4, 4, 4}, {-1, 0, 2}});
              List<NDArray> vectors = model.vectors(Forward.INFERENCE, all);
              assertThat(vectors).hasSize(4);
              NDArray scale = step.create(new float[] {InfoNce.logScale(0.07)});
              expected[0] =
                  InfoNce.symmetric().loss(vectors.get(0), vectors.get(1), scale).getFloat();
              NDArray rows = step.create(new long[] {0, 2});
              expected[1] =
                  InfoNce.symmetric()
                      .loss(vectors.get(2).get(rows), vectors.get(3).get(rows), scale)
                      .getFloat();
            });
      }
      assertThat(none).isCloseTo(expected[0], within(1e-5f));
      assertThat(two).isCloseTo(expected[0] + expected[1], within(1e-5f));
      // One text has no other to be told from.
      assertThat(loss(model, new float[][] {{1, 2, 3}, {0, 0, 0}, {0, 0, 0}}))
          .isCloseTo(none, within(1e-6f));
    }
  }

  @Test
  void givesImageLocationAndTextVectors() {
    BufferedImage photo = Samples.noise(40, 36, 1);
    try (GeoClipModel model = GeoClipModel.create(CONFIG, List.of(), 1);
        PhotoEncoder encoder = model.photoEncoder().orElseThrow()) {
      assertThat(encoder.vectors()).isEqualTo(3);
      assertThat(encoder.dimension()).isEqualTo(32);
      float[][] vectors = encoder.encode(photo);
      assertThat(vectors).hasDimensions(3, 32);
      assertThat(vectors[1]).containsExactly(model.encode(List.of(photo))[0], within(1e-6f));
      for (float[] vector : vectors) {
        double squares = 0;
        for (float value : vector) {
          squares += (double) value * value;
        }
        assertThat(squares).isCloseTo(1, within(1e-5));
      }
    }
    GeoClipConfig released = GeoClipConfig.released();
    assertThat(GeoClipConfig.geoToken().location().dimension()).isEqualTo(768);
    assertThat(released.location().dimension()).isEqualTo(512);
    try (GeoClipModel plain = GeoClipModel.create(GeoClipConfig.tiny(), List.of(), 1);
        PhotoEncoder encoder = plain.photoEncoder().orElseThrow()) {
      assertThat(encoder.vectors()).isEqualTo(2);
      assertThatThrownBy(
              () ->
                  plain.examples(
                      Samples.source(Samples.photos(1), PLACES.subList(0, 1)),
                      Embeddings.of(new float[1][3])))
          .hasMessage("the texts are [1, 3]: [1, 0] needed, a row for each photo");
    }
  }
}
