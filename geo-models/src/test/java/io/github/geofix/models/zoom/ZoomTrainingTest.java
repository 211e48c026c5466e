package io.github.geofix.models.zoom;

import static io.github.geofix.models.zoom.ZoomSamples.batch;
import static io.github.geofix.models.zoom.ZoomSamples.config;
import static io.github.geofix.models.zoom.ZoomSamples.drawMap;
import static io.github.geofix.models.zoom.ZoomSamples.examples;
import static io.github.geofix.models.zoom.ZoomSamples.network;
import static io.github.geofix.models.zoom.ZoomSamples.photos;
import static io.github.geofix.models.zoom.ZoomSamples.places;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.core.cell.ZoomGrid;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.tile.TileSource;
import io.github.geofix.models.Family;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.image.ImagePreprocessor;
import io.github.geofix.models.internal.nn.Scalar;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.train.Examples.Example;
import io.github.geofix.models.zoom.ZoomSamples.Kind;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ZoomTrainingTest {
  private static final LatLng POLE = new LatLng(90, 0);

  @TempDir private static Path folder;
  private static String map = "";

  @BeforeAll
  static void prepare() throws IOException {
    map = drawMap(folder);
  }

  @Test
  void anExampleIsThePhotoTheViewsOnItsWayAndTheChildrenToTake() {
    ZoomConfig config = config(Kind.CHILD_COSINE, map);
    ZoomGrid grid = config.grid();
    ImagePreprocessor view = ImagePreprocessor.of(config.encoder().photo().withSize(48, 48));
    try (ZoomModel model = ZoomModel.create(config, 5);
        TileSource tiles = TileSource.equirectangular(Path.of(map))) {
      BufferedImage photo = photos(1).get(0);
      for (LatLng place : places(5)) {
        Example example = model.example(photo, place, new SplittableRandom(1));
        int[] path = grid.pathOf(place).toArray();
        assertThat(example.targets()[0]).isEqualTo(Arrays.stream(path).asLongStream().toArray());
        assertThat(example.inputs()[0])
            .isEqualTo(ImagePreprocessor.of(config.encoder().photo()).apply(photo));
        for (int step = 0; step < 3; step++) {
          BufferedImage seen =
              tiles.view(grid.frame(CellPath.of(Arrays.copyOf(path, step))), 48, 48);
          int length = view.spec().length();
          assertThat(Arrays.copyOfRange(example.inputs()[1], step * length, (step + 1) * length))
              .isEqualTo(view.normalize(seen));
        }
      }
    }
  }

  @Test
  void changesAllButTheRootViewAtRandomIfTold() {
    ZoomConfig config = ZoomSamples.augmenting(config(Kind.CHILD_COSINE, map));
    try (ZoomModel model = ZoomModel.create(config, 5)) {
      BufferedImage photo = photos(1).get(0);
      LatLng place = places(1).get(0);
      List<Example> examples =
          IntStream.range(0, 8)
              .mapToObj(seed -> model.example(photo, place, new SplittableRandom(seed)))
              .toList();
      int length = 3 * 48 * 48;
      assertThat(different(examples, 0, 0, 3 * 32 * 32)).isEqualTo(8);
      assertThat(different(examples, 1, 0, length)).isEqualTo(1);
      assertThat(different(examples, 1, length, 2 * length)).isGreaterThan(4);
      assertThat(different(examples, 1, 2 * length, 3 * length)).isGreaterThan(4);
    }
  }

  private static long different(List<Example> examples, int input, int from, int to) {
    return examples.stream()
        .map(e -> Arrays.hashCode(Arrays.copyOfRange(e.inputs()[input], from, to)))
        .distinct()
        .count();
  }

  @Test
  void viewsThatPhotosShareCountAsIfEachHadItsOwn() {
    ZoomConfig config = config(Kind.CHILD_COSINE, map);
    try (ZoomModel model = ZoomModel.create(config, 6);
        NDManager step = TorchEngine.newManager()) {
      List<LatLng> places = places(12);
      Batch batch = batch(model, step, examples(model, photos(12), places));
      double shared = model.loss(Forward.INFERENCE, batch).getFloat();
      // The same pixels, handed over as if each had been changed at random.
      try (ZoomModel apart = ZoomModel.create(ZoomSamples.augmenting(config), 6)) {
        assertThat(apart.loss(Forward.INFERENCE, batch).getFloat())
            .isCloseTo((float) shared, within(1e-5f));
      }
    }
  }

  @Test
  void photosOutsideTheAreaDoNotCount() {
    LatLng center = new LatLng(47, 8);
    ZoomConfig config =
        config(Kind.DECODER, map).withArea(new ZoomConfig.Square(center, 1_000_000));
    try (ZoomModel model = ZoomModel.create(config, 7);
        NDManager step = TorchEngine.newManager()) {
      List<LatLng> places = List.of(center, new LatLng(48, 7));
      List<Example> inside = examples(model, photos(2), places);
      List<Example> mixed = new ArrayList<>(inside);
      mixed.add(model.example(photos(1).get(0), new LatLng(0, 8), new SplittableRandom(1)));
      assertThat(mixed.get(2).targets()[0]).containsOnly(-1);
      assertThat(model.loss(Forward.INFERENCE, batch(model, step, mixed)).getFloat())
          .isCloseTo(
              model.loss(Forward.INFERENCE, batch(model, step, inside)).getFloat(), within(1e-5f));
      assertThatThrownBy(() -> ZoomModel.create(config, List.of(new LatLng(0, 8)), 1))
          .hasMessageContaining("none of the 1 photo lies in the area, a square of 1000000 m");
      assertThatThrownBy(() -> ZoomModel.create(config(Kind.DECODER, map), List.of(POLE), 1))
          .hasMessageContaining("85.05 degrees south to 85.05 degrees north");
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aBatchWithNoPhotoInTheAreaTeachesNothing(Kind head) {
    ZoomConfig config =
        config(head, map).withArea(new ZoomConfig.Square(new LatLng(47, 8), 1_000_000));
    try (ZoomModel model = ZoomModel.create(config, 7);
        NDManager step = TorchEngine.newManager()) {
      Batch batch = batch(model, step, examples(model, photos(2), List.of(POLE, POLE)));
      model.network().requireGradients(true);
      try (GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
        NDArray loss = model.loss(Forward.TRAINING, batch);
        assertThat(loss.getShape()).isEqualTo(new Shape());
        assertThat(loss.getFloat()).isZero();
        collector.backward(loss);
      }
    }
  }

  @Test
  void thePublishedSizeFreezesAllButTheLastBlocksAndTrainsAtAReducedSize() {
    ZoomNetwork paper = ZoomNetwork.of(ZoomConfig.paper(map));
    long decoder =
        paper.parameters().entrySet().stream()
            .filter(entry -> entry.getKey().startsWith("decoder."))
            .mapToLong(entry -> entry.getValue().size())
            .sum();
    assertThat(decoder).isEqualTo(21_268_224);
    // DINOv2 ViT-B/14 without its mask token, as its checkpoint counts.
    assertThat(paper.parameterCount()).isEqualTo(21_268_224 + 86_579_712);
    // Four blocks of 12 D^2 + 13 D and two layer scales of D; a norm of 2 D.
    long width = 768;
    long block = 12 * width * width + 13 * width + 2 * width;
    assertThat(
            paper.parameters().values().stream()
                .filter(Parameter::isTrainable)
                .mapToLong(Parameter::size)
                .sum())
        .isEqualTo(21_268_224 + 4 * block + 2 * width);

    assertThatThrownBy(
            () ->
                Family.named("zoom")
                    .create(
                        "paper", Map.of("map", map, "encoder.trainableBlocks", "13"), List.of(), 1))
        .hasMessageContaining("DinoV2 has 12 blocks, so 13 cannot be trained");

    ZoomConfig published = ZoomConfig.paper(map);
    ImageSpec photo = published.encoder().photo().withSize(28, 56);
    ZoomConfig reduced =
        published
            .withEncoder(new ZoomConfig.Encoder("dinov2-b14", 4, photo, 28))
            .withArea(new ZoomConfig.Square(new LatLng(47, 8), 1_000_000));
    try (ZoomModel model = ZoomModel.create(reduced, 1);
        NDManager step = TorchEngine.newManager()) {
      List<LatLng> places = List.of(new LatLng(47, 8), new LatLng(48, 7));
      Batch batch = batch(model, step, examples(model, photos(2), places));
      model.network().requireGradients(true);
      try (GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
        NDArray loss = model.loss(Forward.TRAINING, batch);
        assertThat(loss.getFloat()).isCloseTo((float) Math.log(16), within(1.5f));
        collector.backward(loss);
      }
      for (String name : List.of("blocks.8.attn.qkv.weight", "norm.weight")) {
        NDArray gradient =
            model.network().parameter("encoder.backbone." + name).array().getGradient();
        assertThat(gradient.abs().sum().getFloat()).isPositive();
      }
    }
  }

  @Test
  void averagesTheSquaresOfAWidePhoto() {
    ZoomConfig config =
        config(Kind.DECODER, map)
            .withEncoder(
                new ZoomConfig.Encoder(
                    "residual-small",
                    Backbone.ALL_BLOCKS,
                    ImageSpec.symmetric(32).withSize(32, 64),
                    48));
    try (ZoomModel model = ZoomModel.create(config, 14);
        NDManager step = TorchEngine.newManager()) {
      NDArray wide = step.randomNormal(new Shape(3, 3, 32, 64));
      NDArray left = network(model).photos(Forward.INFERENCE, wide.get(":, :, :, :32"));
      NDArray right = network(model).photos(Forward.INFERENCE, wide.get(":, :, :, 32:"));
      NDArray both = network(model).photos(Forward.INFERENCE, wide);
      NDArray mean = left.add(right).mul(Scalar.of(left, 0.5));
      assertThat(both.sub(mean).abs().max().getFloat()).isLessThan(1e-5f);
      assertThat(model.localizer().locateImages(photos(2))).hasSize(2);
    }
  }
}
