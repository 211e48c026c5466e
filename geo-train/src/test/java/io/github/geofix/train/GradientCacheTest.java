package io.github.geofix.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.embed.EmbedConfig;
import io.github.geofix.models.embed.EmbedModel;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.loss.InfoNce;
import io.github.geofix.models.internal.nn.Dropout;
import io.github.geofix.models.internal.nn.TorchOps;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.PatchEmbedding;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.recombine.RecombineConfig;
import io.github.geofix.models.recombine.RecombineConfig.Distance;
import io.github.geofix.models.recombine.RecombineModel;
import io.github.geofix.models.train.Examples;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.train.Examples.Example;
import io.github.geofix.models.train.Trainable;
import io.github.geofix.models.train.Trainable.Contrastive;
import io.github.geofix.train.data.Batches;
import io.github.geofix.train.internal.data.BatchLoader;
import io.github.geofix.train.internal.data.BatchLoader.StackedExamples;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Loss and gradients in chunks are those of the whole batch. */
final class GradientCacheTest {
  private static final int SIDE = 32;
  private static final int BATCH = 7;

  /** A network without batch normalization, small enough for float64. */
  static final class Patches extends Backbone {
    private final PatchEmbedding patches = child("patches", new PatchEmbedding(8, 16, true));

    Patches() {
      super(ImageSpec.imageNet(SIDE), 16);
    }

    @Override
    public NDArray forward(Forward f, NDArray images) {
      return TorchOps.geluTanh(patches.forward(f, images));
    }

    @Override
    public int featureMapSize(int pixels) {
      return pixels / 8;
    }
  }

  private static BufferedImage image(int seed) {
    Random random = new Random(seed);
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < SIDE * SIDE; i++) {
      image.setRGB(i % SIDE, i / SIDE, random.nextInt(1 << 24));
    }
    return image;
  }

  private static LatLng place(int i) {
    return new LatLng(40 + i % 3 * 5, 10 * (i / 2 % 4));
  }

  private static GeoModel embed() {
    EmbedConfig config = EmbedConfig.tiny().withBackbone(Patches::new);
    return EmbedModel.create(
        config, IntStream.range(0, 60).mapToObj(GradientCacheTest::place).toList(), 3);
  }

  private static GeoModel recombine(RecombineConfig.Loss loss) {
    ImageSpec image = ImageSpec.imageNet(SIDE);
    RecombineConfig config =
        RecombineConfig.tiny()
            .withEncoder(new RecombineConfig.Encoder(Patches.class.getName(), false, image, image))
            .withLoss(loss);
    return RecombineModel.create(config, List.of(), 3);
  }

  static Stream<Arguments> models() {
    Supplier<GeoModel> infoNce = () -> recombine(RecombineConfig.InfoNce.defaults());
    Supplier<GeoModel> tuple = () -> recombine(new RecombineConfig.Tuple(10, Distance.COSINE));
    Supplier<GeoModel> embed = GradientCacheTest::embed;
    return Stream.of(
        Arguments.of("embed", embed, 3),
        Arguments.of("embed", embed, 1),
        Arguments.of("InfoNCE", infoNce, 3),
        Arguments.of("tuple loss", tuple, 2),
        Arguments.of("one chunk", tuple, BATCH));
  }

  @ParameterizedTest(name = "{0}, chunks of {2}")
  @MethodSource("models")
  void equalsTheWholeBatch(String name, Supplier<GeoModel> create, int chunkSize)
      throws InterruptedException {
    Map<String, double[]> direct = new LinkedHashMap<>();
    double directLoss = backward(create, 0, direct);
    Map<String, double[]> cached = new LinkedHashMap<>();
    double cachedLoss = backward(create, chunkSize, cached);
    assertThat(cachedLoss).isCloseTo(directLoss, within(1e-6 * Math.abs(directLoss)));
    assertThat(cached.keySet()).isEqualTo(direct.keySet()).isNotEmpty();
    direct.forEach(
        (parameter, gradient) ->
            assertThat(difference(Objects.requireNonNull(cached.get(parameter)), gradient))
                .as(parameter)
                .isLessThan(1e-6 * largest(gradient) + 1e-12));
  }

  private static double backward(
      Supplier<GeoModel> create, int chunkSize, Map<String, double[]> gradients)
      throws InterruptedException {
    try (GeoModel model = create.get();
        BatchLoader loader =
            BatchLoader.inOrder(
                examples(model),
                model.inputShapes(),
                Batches.defaults().withSize(BATCH).withWorkers(1),
                1);
        StackedExamples stacked = loader.next();
        NDManager step = TorchEngine.newManager()) {
      // In float64, as in float32 products of other sizes differ by more than that by rounding.
      model
          .network()
          .parameters()
          .values()
          .forEach(p -> p.set(p.array().toType(DataType.FLOAT64, true)));
      model.network().requireGradients(true);
      Batch narrow = stacked.toBatch(step);
      Batch batch =
          new Batch(
              narrow.inputs().stream().map(x -> x.toType(DataType.FLOAT64, true)).toList(),
              narrow.targets());
      double value;
      if (chunkSize > 0) {
        value =
            GradientCache.of(model, chunks(chunkSize))
                .orElseThrow()
                .backward(batch, 1, 5, NDArray::getDouble);
      } else {
        try (GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
          NDArray loss = model.loss(Forward.TRAINING, batch);
          value = loss.getDouble();
          collector.backward(loss);
        }
      }
      read(model.network(), gradients);
      return value;
    }
  }

  private static void read(Module network, Map<String, double[]> gradients) {
    network
        .parameters()
        .forEach(
            (parameter, p) -> {
              if (p.isTrainable()) {
                try (NDArray gradient = p.array().getGradient();
                    NDArray wide = gradient.toType(DataType.FLOAT64, true)) {
                  gradients.put(parameter, wide.toDoubleArray());
                }
              }
            });
  }

  private static Examples examples(GeoModel model) {
    return new Examples() {
      @Override
      public int size() {
        return BATCH;
      }

      @Override
      public Example example(int epoch, int index, SplittableRandom random) {
        return model instanceof RecombineModel matching
            ? matching.example(image(index), image(100 + index), index, random)
            : model.example(image(index), place(index), random);
      }
    };
  }

  private static double largest(double[] values) {
    return Arrays.stream(values).map(Math::abs).max().orElse(0);
  }

  private static double difference(double[] values, double[] expected) {
    assertThat(values).hasSameSizeAs(expected);
    return IntStream.range(0, values.length)
        .mapToDouble(i -> Math.abs(values[i] - expected[i]))
        .max()
        .orElse(0);
  }

  /** Two linear layers with dropout between, contrasted with fixed vectors. */
  private static final class Dropping implements Contrastive {
    final Net net = new Net();

    static final class Net extends Module {
      final Linear first = child("first", new Linear(6, 8));
      final Dropout dropout = new Dropout(0.5);
      final Linear second = child("second", new Linear(8, 4));

      NDArray forward(Forward f, NDArray x) {
        return second.forward(f, dropout.forward(f, first.forward(f, x)));
      }
    }

    @Override
    public Module network() {
      return net;
    }

    @Override
    public List<Shape> inputShapes() {
      return List.of(new Shape(6));
    }

    @Override
    public Example example(BufferedImage photo, LatLng latLng, SplittableRandom random) {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<NDArray> vectors(Forward f, Batch batch) {
      return List.of(net.forward(f, batch.inputs().get(0)).normalize(2, 1));
    }

    @Override
    public NDArray loss(Forward f, List<NDArray> vectors, List<NDArray> targets) {
      NDArray photos = vectors.get(0);
      NDArray fixed = photos.getManager().ones(photos.getShape()).cumSum(0).sin().normalize(2, 1);
      NDArray scale = photos.getManager().zeros(new Shape(1));
      return InfoNce.oneWay().loss(photos, fixed, scale, null);
    }
  }

  /** A chunk's second pass must drop what its first one dropped. */
  @ParameterizedTest
  @ValueSource(ints = {2, 4})
  void drawsTheSameNumbersInBothPasses(int chunkSize) {
    try (NDManager manager = TorchEngine.newManager()) {
      NDArray input = manager.arange(48f).sin().reshape(8, 6);
      Batch batch = new Batch(List.of(input), List.of(manager.zeros(new Shape(8, 1))));
      Map<String, double[]> expected = new LinkedHashMap<>();
      Dropping whole = new Dropping();
      whole.net.initialize(manager, 1);
      whole.net.requireGradients(true);
      try (GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
        NDList parts = new NDList();
        for (int chunk = 0; chunk < 8 / chunkSize; chunk++) {
          TorchEngine.engine().setRandomSeed(31 * 9 + chunk);
          NDArray rows = input.get("{}:{}", chunk * chunkSize, (chunk + 1) * chunkSize);
          parts.addAll(
              new NDList(
                  whole.vectors(Forward.TRAINING, new Batch(List.of(rows), batch.targets()))));
        }
        NDArray vectors = NDArrays.concat(parts, 0);
        collector.backward(whole.loss(Forward.TRAINING, List.of(vectors), batch.targets()));
      }
      read(whole.net, expected);

      Dropping chunked = new Dropping();
      chunked.net.initialize(manager, 1);
      chunked.net.requireGradients(true);
      GradientCache.of(chunked, chunks(chunkSize))
          .orElseThrow()
          .backward(batch, 1, 9, NDArray::getFloat);
      Map<String, double[]> found = new LinkedHashMap<>();
      read(chunked.net, found);
      expected.forEach(
          (name, gradient) ->
              assertThat(difference(Objects.requireNonNull(found.get(name)), gradient))
                  .as(name)
                  .isLessThan(1e-5 * largest(gradient)));
    }
  }

  @Test
  void trainsAsTheWholeBatchDoes() {
    TrainOptions options =
        TrainOptions.defaults().withSteps(3).withBatchSize(BATCH).withLearningRate(1e-3);
    double whole = finalLoss(options);
    double chunked = finalLoss(options.withBatches(b -> b.withChunkSize(2)));
    assertThat(chunked).isCloseTo(whole, within(1e-3 * whole));
  }

  private static double finalLoss(TrainOptions options) {
    try (GeoModel model = embed()) {
      return Trainer.of(model, options).fit(examples(model)).finalLoss();
    }
  }

  private static Batches chunks(int size) {
    return Batches.defaults().withChunkSize(size);
  }

  @Test
  void refusesWhatCannotBeComputedInChunks() {
    try (NDManager manager = TorchEngine.newManager();
        GeoModel normalized = EmbedModel.create(EmbedConfig.tiny(), List.of(place(1)), 3)) {
      Trainable alone = new ColorModel(manager, 1);
      assertThat(GradientCache.of(alone, chunks(0))).isEmpty();
      assertThatThrownBy(() -> GradientCache.of(alone, chunks(4)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("batches.gradientAccumulationSteps does the same");
      assertThatThrownBy(() -> GradientCache.of(normalized, chunks(4)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("batch normalization");
    }
    assertThatThrownBy(() -> Batches.defaults().withGradientCheckpointing(true).withChunkSize(4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("choose one");
  }
}
