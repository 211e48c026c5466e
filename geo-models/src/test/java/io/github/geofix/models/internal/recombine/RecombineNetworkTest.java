package io.github.geofix.models.internal.recombine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.backbone.ConvNeXt;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.recombine.RecombineConfig;
import io.github.geofix.models.recombine.RecombineConfig.Distance;
import io.github.geofix.models.recombine.RecombineConfig.View;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecombineNetworkTest {
  private static final Forward F = Forward.INFERENCE;
  private static final ConvNeXt.Options BACKBONE =
      new ConvNeXt.Options(List.of(1, 1, 1, 1), List.of(4, 6, 8, 10), ImageSpec.imageNet(64), 0);
  private static final RecombineNetwork.Options OPTIONS = RecombineNetwork.Options.defaults();

  private final NDManager manager = TorchEngine.newManager();

  @AfterEach
  void close() {
    manager.close();
  }

  private static RecombineNetwork.Options options(View photos, int regions, boolean normalized) {
    return new RecombineNetwork.Options(
        photos,
        View.AERIAL,
        new RecombineConfig.Recombination(regions, normalized),
        OptionalDouble.empty());
  }

  private static RecombineNetwork network(RecombineNetwork.Options options, boolean shared) {
    ConvNeXt photos = new ConvNeXt(BACKBONE);
    return new RecombineNetwork(photos, shared ? photos : new ConvNeXt(BACKBONE), options);
  }

  @Test
  void thePublishedSizesAreBackbonesWithoutClassifiers() {
    RecombineConfig paper = RecombineConfig.paper();
    RecombineNetwork network = RecombineNetwork.of(paper);
    long oneBackbone = new ConvNeXt(ConvNeXt.Options.tiny()).parameterCount();
    // torchvision counts 28,589,128 with the classifier: 768 x 1000 weights and 1000 biases.
    assertThat(oneBackbone).isEqualTo(28_589_128 - 769_000);
    assertThat(network.parameterCount()).isEqualTo(2 * oneBackbone);
    assertThat(
            RecombineNetwork.of(paper.withEncoder(paper.encoder().withShared(true)))
                .parameterCount())
        .isEqualTo(oneBackbone);
    assertThat(network.dimension()).isEqualTo(3072);
    assertThat(paper.encoder().photo().width()).isEqualTo(512);
    assertThat(RecombineConfig.paperVigor().encoder().tile().height()).isEqualTo(320);
    RecombineNetwork sample4geo = RecombineNetwork.of(RecombineConfig.sample4geo());
    // torchvision counts 88,591,464 with the classifier: 1024 x 1000 weights and 1000 biases.
    assertThat(sample4geo.parameterCount()).isEqualTo(88_591_464 - 1_025_000 + 1);
    assertThat(sample4geo.dimension()).isEqualTo(1024);
  }

  @ParameterizedTest
  @CsvSource({"1, true", "2, false"})
  void embedsEachViewByItsBackbone(long seed, boolean normalized) {
    ConvNeXt ground = new ConvNeXt(BACKBONE);
    ConvNeXt aerial = new ConvNeXt(BACKBONE);
    RecombineNetwork network =
        new RecombineNetwork(ground, aerial, options(View.GROUND, 4, normalized));
    network.initialize(manager, seed);
    NDArray images = images(seed, 2, 64, 128);
    NDArray photos = network.embedPhotos(F, images);
    assertThat(photos.getShape()).isEqualTo(new Shape(2, 40));
    assertClose(photos, expected(ground, images, View.GROUND, normalized));
    assertClose(network.embedTiles(F, images), expected(aerial, images, View.AERIAL, normalized));
    assertClose(network.embedPhotos(F, images, 4, 360).get(":, 0"), photos);
    RecombineNetwork fromAbove =
        new RecombineNetwork(ground, aerial, options(View.AERIAL, 4, normalized));
    assertClose(
        fromAbove.embedPhotos(F, images), expected(ground, images, View.AERIAL, normalized));
  }

  private static NDArray expected(
      ConvNeXt backbone, NDArray images, View view, boolean normalized) {
    FeatureRecombination recombination =
        FeatureRecombination.of(
            4, normalized ? backbone::normalized : FeatureRecombination.Normalization.NONE);
    return recombination.recombine(F, backbone.map(F, images), view).normalize(2, 1);
  }

  @Test
  void oneRegionPoolsOverEverything() {
    ConvNeXt backbone = new ConvNeXt(BACKBONE);
    RecombineNetwork network =
        new RecombineNetwork(backbone, backbone, options(View.GROUND, 1, true));
    network.initialize(manager, 5);
    NDArray images = images(5, 2, 64, 64);
    NDArray pooled = backbone.vector(F, images).normalize(2, 1);
    assertClose(network.embedPhotos(F, images), pooled);
    assertClose(network.embedTiles(F, images), pooled);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theTupleLossReachesEveryParameter(boolean shared) {
    RecombineNetwork network = network(OPTIONS, shared);
    network.initialize(manager, 3);
    network.requireGradients(true);
    NDArray photos = images(4, 3, 64, 128);
    NDArray tiles = images(5, 3, 64, 64);
    try (GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
      collector.backward(
          new WeightedTuple(10, Distance.COSINE)
              .loss(
                  network.embedPhotos(Forward.TRAINING, photos),
                  network.embedTiles(Forward.TRAINING, tiles)));
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
    assertThatThrownBy(
            () -> new RecombineNetwork(new ConvNeXt(BACKBONE), new ConvNeXt(wider), OPTIONS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("maps of photos are 10 wide, those of tiles 12");
    assertThatThrownBy(() -> options(View.GROUND, 0, true))
        .hasMessage("regions must be 1 or more: 0");
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
