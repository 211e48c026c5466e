package io.github.geofix.models.embed;

import static io.github.geofix.models.Samples.CARD;
import static io.github.geofix.models.embed.EmbedSamples.PHOTOS;
import static io.github.geofix.models.embed.EmbedSamples.batch;
import static io.github.geofix.models.embed.EmbedSamples.contrasting;
import static io.github.geofix.models.embed.EmbedSamples.inference;
import static io.github.geofix.models.embed.EmbedSamples.model;
import static io.github.geofix.models.embed.EmbedSamples.photo;
import static io.github.geofix.models.embed.EmbedSamples.photosWithMaps;
import static io.github.geofix.models.embed.EmbedSamples.positions;
import static io.github.geofix.models.embed.EmbedSamples.source;
import static io.github.geofix.models.embed.EmbedSamples.tiny;
import static io.github.geofix.models.embed.EmbedSamples.trainingLastBlock;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.cell.Cell;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.geodesy.SphericalMean;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel.AnswerOptions;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.calibration.Calibration;
import io.github.geofix.models.embed.EmbedConfig.Cells;
import io.github.geofix.models.embed.EmbedConfig.Inference;
import io.github.geofix.models.embed.EmbedConfig.Matching;
import io.github.geofix.models.embed.EmbedConfig.Matching.Cosine;
import io.github.geofix.models.embed.EmbedConfig.Matching.InBatch;
import io.github.geofix.models.embed.EmbedConfig.Matching.Product;
import io.github.geofix.models.embed.Fusion.PhotoStream;
import io.github.geofix.models.embed.Fusion.SemanticStream;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.backbone.ClipVit;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Conv2d;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.train.Examples;
import io.github.geofix.models.train.Examples.Batch;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the configuration of the embed family can be set to. */
final class EmbedConfigTest {
  /** What the configuration has held from the first version on. */
  private static final Calibration SOFTER = new Calibration(1.5, List.of(0.4, 0.95));

  private static final LoadOptions CODE = LoadOptions.defaults().withAllowCode(true);

  @TempDir private Path folder;

  static List<EmbedConfig> configs() {
    SemanticStream fusion = SemanticStream.tiny();
    return List.of(
        tiny(),
        contrasting(new InBatch(true, false)),
        contrasting(new InBatch(true, true)),
        contrasting(new InBatch(false, false)),
        tiny().withMatching(new Matching.Classifier()),
        tiny().withMatching(Cosine.defaults().withProduct(Product.COSINES)),
        inference(36, 0),
        tiny().withCells(new Cells.FixedLevels(List.of(3))),
        trainingLastBlock(tiny()),
        trainingLastBlock(tiny().withBackbone("convnext-atto", ImageSpec.imageNet(32))),
        tiny().withFusion(fusion),
        inference(36, 0).withFusion(fusion.withAppearance(false).withBlocks(2)),
        tiny()
            .withFusion(
                PhotoStream.defaults()
                    .withBlocks(2)
                    .withClassMaps(Fusion.Input.defaults().withSource("water", 2))),
        tiny()
            .withCells(new Cells.Adaptive(AdaptiveOptions.Rule.GEOSURGE, 2, List.of(80, 40, 20))));
  }

  /** Every form learns on one batch, and answers the same after saving and loading. */
  @ParameterizedTest
  @MethodSource("configs")
  void learnsAnswersAndIsSaved(EmbedConfig config) {
    List<BufferedImage> photos = List.of(photo(100), photo(101), photo(102));
    try (EmbedModel model = model(config);
        NDManager step = TorchEngine.newManager()) {
      Batch batch = batch(model, Examples.of(model, PHOTOS), step, 24);
      model.network().requireGradients(true);
      float before;
      try (GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
        NDArray loss = model.loss(Forward.TRAINING, batch);
        before = loss.getFloat();
        collector.backward(loss);
      }
      // A small step against the gradient.
      model.network().parameters().values().stream()
          .filter(parameter -> parameter.isTrainable())
          .forEach(
              parameter -> {
                float[] values = parameter.array().toFloatArray();
                float[] gradient = parameter.array().getGradient().toFloatArray();
                parameter.write(
                    bytes -> {
                      for (int i = 0; i < values.length; i++) {
                        bytes.putFloat(values[i] - 1e-3f * gradient[i]);
                      }
                    });
              });
      model.network().requireGradients(false);
      assertThat(model.loss(Forward.TRAINING, batch).getFloat()).isFinite().isLessThan(before);

      List<Location> answers = model.localizer().locateImages(photos);
      double[] scores =
          model.score(model.views(photos.get(0), Optional.empty()), 1).get(0).scores();
      double sum = 0;
      for (double score : scores) {
        sum += score;
      }
      assertThat(sum).isCloseTo(1, within(1e-6));
      assertThat(answers.get(0).regions()).hasSize(2);

      model.save(folder.resolve("model"), CARD);
      try (Localizer loaded = Localizer.load(folder.resolve("model"))) {
        assertThat(loaded.locateImages(photos)).isEqualTo(answers);
      }
    }
  }

  @Test
  void tenCropsAverageTheScoresOfEach() {
    try (EmbedModel model = model(inference(36, 0))) {
      float[] views = model.views(photo(5), Optional.empty());
      int length = 3 * 32 * 32;
      assertThat(views).hasSize(10 * length);
      double[] mean = new double[model.hierarchy().finest().size()];
      for (int view = 0; view < 10; view++) {
        float[] one = Arrays.copyOfRange(views, view * length, (view + 1) * length);
        double[] scores = model.score(one, 1).get(0).scores();
        for (int cell = 0; cell < mean.length; cell++) {
          mean[cell] += scores[cell] / 10;
        }
      }
      double[] together = model.score(views, 1).get(0).scores();
      for (int cell = 0; cell < mean.length; cell++) {
        assertThat(together[cell]).isCloseTo(mean[cell], within(1e-6));
      }
    }
  }

  @Test
  void answersCanBeGivenInAnotherWayWithoutTraining() {
    try (EmbedModel model = model(tiny())) {
      Location mean = model.localizer().locate(photo(1));
      model.setAnswerOptions(model.answerOptions().withMeanKm(0));
      model.setProduct(Product.COSINES);
      Location best = model.localizer().locate(photo(1));
      assertThat(best.latLng()).isEqualTo(best.candidates().get(0).latLng());
      assertThat(best.score()).isNotEqualTo(mean.score());
      model.setInference(model.config().inference().withTenCrops(36));
      assertThat(model.localizer().locate(photo(1)).score()).isNotEqualTo(best.score());
      assertThat(model.config())
          .isEqualTo(
              inference(36, 0)
                  .withMatching(Cosine.defaults().withProduct(Product.COSINES))
                  .withAnswer(new AnswerOptions(0, 10)));
      assertThatThrownBy(() -> model.setInference(new Inference(31, 0)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("tenCrops");
    }
    try (EmbedModel classifier = model(tiny().withMatching(new Matching.Classifier()))) {
      assertThatThrownBy(() -> classifier.setProduct(Product.COSINES))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("no product");
    }
  }

  private static double[] doubles(float[] floats) {
    return IntStream.range(0, floats.length).mapToDouble(i -> floats[i]).toArray();
  }

  @Test
  void vectorsAreScoredAsTheirPhotosAre() throws IOException {
    Path saved = folder.resolve("model");
    try (EmbedModel model = model(tiny())) {
      model.save(saved, CARD);
    }
    Files.writeString(
        saved.resolve("calibration.json"), "{\"temperature\": 1.5, \"regionShares\": [0.4, 0.95]}");
    try (EmbedModel model = EmbedModel.load(ModelFolder.open(saved))) {
      assertThat(model.calibration()).isEqualTo(SOFTER);
      PhotoScorer.Scored first = model.score(model.views(photo(1), Optional.empty()), 1).get(0);
      PhotoScorer.Scored second = model.score(model.views(photo(2), Optional.empty()), 1).get(0);
      float[][] scores = model.scores(new float[][] {first.vector(), second.vector()});
      assertThat(doubles(scores[0])).containsExactly(first.scores(), within(1e-6));
      assertThat(doubles(scores[1])).containsExactly(second.scores(), within(1e-6));
      assertThatThrownBy(() -> model.scores(new float[1][3]))
          .hasMessageContaining("3 dimensions, the model 16");
    }
  }

  @Test
  void neighborsAreTheNearestTrainingPhotosOfTheBestCell() {
    // The untrained values of this backbone name cells in which there are photos.
    EmbedConfig config = inference(0, 2).withBackbone("residual", ImageSpec.symmetric(32));
    try (EmbedModel model = model(config)) {
      assertThatThrownBy(model::localizer)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("call indexPhotos first");
      model.indexPhotos(PHOTOS);
      int refined = 0;
      for (int seed = 200; seed < 230; seed++) {
        float[] vector = vector(model, photo(seed));
        Location location = model.localizer().locate(photo(seed));
        CellPartition cells = model.hierarchy().finest();
        Cell best = location.candidates().get(0).cell();
        List<Integer> nearest =
            IntStream.range(0, PHOTOS.size())
                .filter(i -> cells.cell(cells.labelOf(position(i)).orElseThrow()).equals(best))
                .boxed()
                .sorted(
                    Comparator.comparingDouble(
                        i -> -dot(vector, vector(model, PHOTOS.photo(0, i).image()))))
                .limit(2)
                .toList();
        if (nearest.isEmpty()) {
          continue;
        }
        refined++;
        SphericalMean mean = new SphericalMean();
        nearest.forEach(i -> mean.add(position(i), 1));
        assertThat(location.latLng()).isEqualTo(mean.latLng());
      }
      assertThat(refined).isPositive();
      model.save(folder.resolve("model"), CARD);
      List<Location> before = model.localizer().locateImages(List.of(photo(200), photo(201)));
      try (Localizer loaded = Localizer.load(folder.resolve("model"))) {
        assertThat(loaded.locateImages(List.of(photo(200), photo(201)))).isEqualTo(before);
      }
    }
  }

  private static LatLng position(int index) {
    return PHOTOS.photo(0, index).latLng();
  }

  private static float[] vector(EmbedModel model, BufferedImage photo) {
    return model.score(model.views(photo, Optional.empty()), 1).get(0).vector();
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += (double) a[d] * b[d];
    }
    return sum;
  }

  /** A backbone as a user may write it. */
  static final class PatchBackbone extends Backbone {
    private final Conv2d stem =
        child("stem", new Conv2d(3, 8, Conv2d.Options.kernel(16).withStride(16)));

    PatchBackbone() {
      super(ImageSpec.imageNet(32), 8);
    }

    @Override
    public NDArray forward(Forward f, NDArray images) {
      return tokens(stem.forward(f, images));
    }

    @Override
    public int featureMapSize(int pixels) {
      return pixels / 16;
    }
  }

  @Test
  void aBackboneOfTheUsersOwnIsNamedInTheFolder() throws IOException {
    EmbedConfig config = tiny().withBackbone(PatchBackbone::new);
    assertThat(config.encoder().image()).isEqualTo(ImageSpec.imageNet(32));
    Path saved = folder.resolve("model");
    try (EmbedModel model = model(config)) {
      model.save(saved, CARD);
      List<Location> answers = model.localizer().locateImages(List.of(photo(1)));
      try (EmbedModel loaded = EmbedModel.load(ModelFolder.open(saved, CODE))) {
        assertThat(loaded.localizer().locateImages(List.of(photo(1)))).isEqualTo(answers);
      }
    }
    assertThatThrownBy(() -> Localizer.load(saved))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(
            "runs code when it is loaded: the class " + PatchBackbone.class.getName())
        .hasMessageContaining("--allow-code")
        .hasMessageContaining("LoadOptions.withAllowCode(true)");
    Path json = saved.resolve("config.json");
    String text = Files.readString(json);
    assertThat(text).contains(PatchBackbone.class.getName());
    Files.writeString(json, text.replace(PatchBackbone.class.getName(), "com.example.Gone"));
    assertThatThrownBy(() -> EmbedModel.load(ModelFolder.open(saved, CODE)))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("cannot load " + saved)
        .hasMessageContaining("the class com.example.Gone is missing");
    int local = 5;
    assertThatThrownBy(
            () ->
                EmbedConfig.tiny()
                    .withBackbone(
                        () ->
                            new Backbone(ImageSpec.symmetric(32), local) {
                              @Override
                              public NDArray forward(Forward f, NDArray images) {
                                return images;
                              }

                              @Override
                              public int featureMapSize(int pixels) {
                                return pixels;
                              }
                            }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("constructor without arguments");
  }

  /** CLIP as the paper uses it, but of two narrow blocks and 56 pixels. */
  static final class ShallowClip extends Backbone {
    private final ClipVit clip =
        child(
            "clip",
            new ClipVit(
                new ClipVit.Options(
                    ImageSpec.clip(56), 14, 32, 2, 4, 16, Activation.QUICK_GELU, 0)));

    ShallowClip() {
      super(ImageSpec.clip(56), 32);
    }

    @Override
    public NDArray forward(Forward f, NDArray images) {
      return clip.forward(f, images);
    }

    @Override
    public int featureMapSize(int pixels) {
      return clip.featureMapSize(pixels);
    }

    @Override
    public int classTokens() {
      return 1;
    }

    @Override
    public int blocks() {
      return clip.blocks();
    }

    @Override
    protected int blockOf(String parameter) {
      return parameter.startsWith("clip.blocks.1.") ? 1 : isForVectorAlone(parameter) ? 2 : 0;
    }

    @Override
    protected boolean isForVectorAlone(String parameter) {
      return parameter.startsWith("clip.norm.") || parameter.startsWith("clip.head.");
    }
  }

  /** The paper's form, with fewer blocks and cells: one step forward and back. */
  @Test
  void thePapersFormTrainsItsLastBlockAlone() throws IOException {
    EmbedConfig config =
        EmbedConfig.paper()
            .withBackbone(ShallowClip::new)
            .withInference(new Inference(64, 0))
            .withCells(
                new Cells.Adaptive(
                    AdaptiveOptions.Rule.GEOSURGE, 2, List.of(100, 70, 50, 40, 30, 20, 10)));
    Manifest manifest = photosWithMaps(folder);
    try (EmbedModel model = model(config);
        NDManager step = TorchEngine.newManager()) {
      assertThat(model.hierarchy().levels()).isEqualTo(7);
      Batch batch = batch(model, Examples.of(model, source(manifest)), step, manifest.size());
      assertThat(batch.inputs().get(0).getShape()).isEqualTo(new Shape(6, 4, 56, 56));
      model.network().requireGradients(true);
      try (GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
        collector.backward(model.loss(Forward.TRAINING, batch));
      }
      model
          .network()
          .parameters()
          .forEach(
              (name, parameter) -> {
                boolean frozen = name.startsWith("backbone.clip.") && !name.contains(".blocks.1.");
                assertThat(parameter.isTrainable()).as(name).isEqualTo(!frozen);
                if (parameter.isTrainable()) {
                  assertThat(parameter.array().getGradient().abs().sum().getFloat())
                      .as(name)
                      .isFinite();
                }
              });
      assertThat(gradient(model, "backbone.clip.blocks.1.attn.qkv.weight")).isPositive();
      assertThat(gradient(model, "fusion.patches.weight")).isPositive();
      assertThat(gradient(model, "cells.6")).isPositive();
      model.network().requireGradients(false);
      Location location = model.localizer().locate(manifest.entries().get(0).image());
      assertThat(location.candidates()).isNotEmpty();
    }
  }

  private static float gradient(EmbedModel model, String name) {
    return model.network().parameter(name).array().getGradient().abs().sum().getFloat();
  }

  @Test
  void aPhotoOutsideAllCellsTeachesNothing() {
    try (EmbedModel model = model(contrasting(new InBatch(true, false)));
        NDManager step = TorchEngine.newManager()) {
      Batch batch =
          new Batch(
              List.of(step.randomNormal(new Shape(2, 3, 32, 32))),
              List.of(step.create(new long[] {-1, -1, -1, 3, -1, -1}, new Shape(2, 3))));
      assertThat(model.loss(Forward.TRAINING, batch).getFloat()).isZero();
    }
  }

  @Test
  void sizesHaveTheirNetworks() {
    Family embed = Family.named("embed");
    assertThat(embed.sizes()).containsExactly("tiny", "small", "paper");
    // CLIP ViT-L/14 at 336, fusion and head, without the cells that the data decide.
    assertThat(embed.network("paper", Map.of()).parameterCount()).isGreaterThan(304_293_888L);
    assertThatThrownBy(() -> embed.network("huge", Map.of()))
        .hasMessageContaining("tiny, small, paper");
  }

  @Test
  void settingsReachIntoRecords() {
    Map<String, String> settings =
        Map.of(
            "cells.type", "adaptive",
            "cells.minPoints", "2",
            "cells.maxPoints", "[100, 20]",
            "matching.negatives.type", "inBatch",
            "matching.negatives.symmetric", "true",
            "fusion.type", "semanticStream",
            "fusion.classMaps.source", "water",
            "fusion.patch", "8",
            "answer.meanKm", "0");
    try (EmbedModel model =
        (EmbedModel) Family.named("embed").create("tiny", settings, positions(1, 300), 1)) {
      assertThat(model.config())
          .isEqualTo(
              EmbedConfig.tiny()
                  .withCells(new Cells.Adaptive(AdaptiveOptions.Rule.GEOSURGE, 2, List.of(100, 20)))
                  .withMatching(Cosine.defaults().withNegatives(new InBatch(true, true)))
                  .withFusion(
                      new SemanticStream(
                          3,
                          new Fusion.Input("water", 150, Fusion.Encoding.ONE_HOT),
                          8,
                          new Fusion.Sizes(128, 64, 4, 512),
                          Fusion.Norm.BEFORE,
                          true,
                          false))
                  .withAnswer(new AnswerOptions(0, 10)));
      assertThat(model.hierarchy().levels()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "fusion.blocks | 1 | no setting fusion.blocks; there are type",
        "fusion.type | some | there are none, photoStream, semanticStream",
        "matching.negatives.type | some | there are allCells, inBatch",
        "matching.negatives.symmetric | true | no setting matching.negatives.symmetric",
        "cells.minPoints | 3 | no setting cells.minPoints; there are type, s2Levels",
        "cells.s2Levels | [3, 3] | cells: s2Levels must be one or more of 0 to 30, increasing",
        "cells.s2Levels | [] | cells: s2Levels must be one or more",
        "encoder.dimension | 0 | encoder: dimension must be positive: 0",
        "encoder.trainableBlocks | -2 | encoder: trainableBlocks must be -1 or more: -2",
        "matching.temperature | 0 | matching: temperature must be positive: 0.0",
        "inference.tenCrops | 31 | tenCrops must be 0 or at least the image's side of 32: 31",
        "inference.neighbors | -1 | inference: neighbors must be 0 or more: -1"
      })
  void refusesSettingsThatDoNotFit(String name, String value, String message) {
    Map<String, String> settings = Map.of(name, value);
    assertThatThrownBy(() -> Family.named("embed").create("tiny", settings, positions(1, 9), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  /** A classifier has neither temperature nor negatives nor product. */
  @Test
  void alternativesHoldTheirOwnSettingsAlone() throws IOException {
    Path saved = folder.resolve("model");
    try (EmbedModel model = model(tiny().withMatching(new Matching.Classifier()))) {
      model.save(saved, CARD);
    }
    String json = Files.readString(saved.resolve("config.json"));
    assertThat(json)
        .contains("\"matching\": {\n      \"type\": \"classifier\"\n    }")
        .contains("\"fusion\": {\n      \"type\": \"none\"\n    }")
        .doesNotContain("maxPoints");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"fusion\": null",
        "\"fusion\": {}",
        "\"fusion\": {\"type\": \"none\", \"blocks\": 3}",
        "\"fusion\": {\"type\": \"semanticStream\"}",
        "\"fusion\": []",
        "\"fusion\": \"none\""
      })
  void aFolderThatDoesNotFitIsRefused(String fusion) throws IOException {
    Path saved = folder.resolve("model");
    try (EmbedModel model = model(tiny())) {
      model.save(saved, CARD);
    }
    Path json = saved.resolve("config.json");
    String text = Files.readString(json);
    Files.writeString(json, text.replaceFirst("\"fusion\": \\{[^}]*\\}", fusion));
    assertThat(Files.readString(json)).contains(fusion);
    assertThatThrownBy(() -> Localizer.load(saved))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(json.toString())
        .hasMessageContaining("fusion");
  }
}
