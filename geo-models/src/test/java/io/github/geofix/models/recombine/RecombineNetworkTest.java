package io.github.geofix.models.recombine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.geofix.models.backbone.ConvNeXt;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.loss.WeightedTuple;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecombineNetworkTest {
  private static final Forward F = Forward.INFERENCE;
  private static final ConvNeXt.Options BACKBONE =
      new ConvNeXt.Options(List.of(1, 1, 1, 1), List.of(4, 6, 8, 10), ImageSpec.imageNet(64), 0);
  private static final RecombineNetwork.Options OPTIONS =
      new RecombineNetwork.Options(BACKBONE, BACKBONE, false, 4, true);

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = TorchEngine.newManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void thePublishedSizeIsTwoBackbonesWithoutClassifiers() {
    RecombineNetwork.Options paper = RecombineNetwork.Options.paper();
    long oneBackbone = new ConvNeXt(ConvNeXt.Options.tiny()).parameterCount();
    assertThat(new RecombineNetwork(paper).parameterCount()).isEqualTo(2 * oneBackbone);
    assertThat(new RecombineNetwork(paper.withShared(true)).parameterCount())
        .isEqualTo(oneBackbone);
    assertThat(paper.width()).isEqualTo(3072);
    assertThat(paper.ground().image().width()).isEqualTo(512);
    assertThat(RecombineNetwork.Options.paperVigor().aerial().image().height()).isEqualTo(320);
  }

  @ParameterizedTest
  @CsvSource({"1, true", "2, false"})
  void embedsEachViewByItsBackbone(long seed, boolean normalized) {
    RecombineNetwork network = new RecombineNetwork(OPTIONS.withNormalized(normalized));
    network.initialize(manager, seed);
    NDArray images = images(seed, 2, 64, 128);
    for (View view : View.values()) {
      ConvNeXt backbone = network.backbone(view);
      FeatureRecombination recombination =
          FeatureRecombination.of(
              4, normalized ? backbone::normalized : FeatureRecombination.Normalization.NONE);
      NDArray expected = recombination.recombine(F, backbone.map(F, images), view).normalize(2, 1);
      NDArray actual = network.embed(F, images, view);
      assertThat(actual.getShape()).isEqualTo(new Shape(2, 40));
      assertClose(actual, expected);
    }
    assertThat(network.backbone(View.GROUND)).isNotSameAs(network.backbone(View.AERIAL));
    assertClose(
        network.embedShifted(F, images, 4, 360).get(":, 0"), network.embed(F, images, View.GROUND));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theTupleLossReachesEveryParameter(boolean shared) {
    RecombineNetwork network = new RecombineNetwork(OPTIONS.withShared(shared));
    network.initialize(manager, 3);
    network.requireGradients(true);
    NDArray photos = images(4, 3, 64, 128);
    NDArray tiles = images(5, 3, 64, 64);
    try (GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
      collector.backward(
          WeightedTuple.defaults()
              .loss(
                  network.embed(Forward.TRAINING, photos, View.GROUND),
                  network.embed(Forward.TRAINING, tiles, View.AERIAL)));
    }
    network
        .parameters()
        .forEach(
            (name, parameter) ->
                assertThat(parameter.array().getGradient().abs().sum().getFloat())
                    .as(name)
                    .isPositive());
  }

  @Test
  void refusesWhatDoesNotFit() {
    ConvNeXt.Options wider =
        new ConvNeXt.Options(List.of(1, 1, 1, 1), List.of(4, 6, 8, 12), ImageSpec.imageNet(64), 0);
    assertThatThrownBy(() -> new RecombineNetwork.Options(BACKBONE, wider, false, 4, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("ground maps are 10 wide, aerial ones 12");
    assertThatThrownBy(
            () -> new RecombineNetwork.Options(BACKBONE, BACKBONE.withDropPath(0.1), true, 4, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("same size");
  }

  private NDArray images(long seed, int count, int rows, int columns) {
    Random random = new Random(seed);
    float[] values = new float[count * 3 * rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return manager.create(values, new Shape(count, 3, rows, columns));
  }

  private static void assertClose(NDArray actual, NDArray expected) {
    assertThat(actual.getShape()).isEqualTo(expected.getShape());
    assertThat(actual.toFloatArray()).containsExactly(expected.toFloatArray(), within(1e-5f));
  }
}
