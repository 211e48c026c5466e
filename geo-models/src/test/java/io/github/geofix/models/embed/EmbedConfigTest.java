package io.github.geofix.models.embed;

import static io.github.geofix.models.Samples.CARD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.SphericalMean;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.Family;
import io.github.geofix.models.Samples;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.backbone.ClipVit;
import io.github.geofix.models.calibration.Calibration;
import io.github.geofix.models.embed.EmbedModel.AdaptiveCells;
import io.github.geofix.models.embed.EmbedModel.Comparison;
import io.github.geofix.models.embed.EmbedModel.Config;
import io.github.geofix.models.embed.EmbedModel.Negatives;
import io.github.geofix.models.embed.EmbedModel.Product;
import io.github.geofix.models.image.ClassMap;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Conv2d;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.train.Batch;
import io.github.geofix.models.train.Example;
import io.github.geofix.models.train.Examples;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the configuration of the embed family can be set to. */
final class EmbedConfigTest {
  /** What the configuration has held from the first version on. */
  private static final Calibration SOFTER = new Calibration(1.5, List.of(0.4, 0.95));

  @TempDir private Path folder;

  private static List<LatLng> positions(long seed, int count) {
    Random random = new Random(seed);
    return IntStream.range(0, count)
        .mapToObj(i -> HierarchicalScoresTest.randomPoint(random))
        .toList();
  }

  private static Config tiny() {
    return Config.tiny().withS2Levels(List.of(1, 2, 3)).withWidth(16);
  }

  private static EmbedModel model(Config config) {
    return EmbedModel.create(config, positions(1, 300), 1);
  }

  private static BufferedImage photo(long seed) {
    return Samples.noise(44, 40, seed);
  }

  private static final PhotoSource PHOTOS =
      new PhotoSource() {
        private final List<LatLng> positions = positions(1, 60);

        @Override
        public int size() {
          return positions.size();
        }

        @Override
        public Photo photo(int epoch, int index) {
          return new Photo(EmbedConfigTest.photo(index), positions.get(index));
        }
      };

  private static Batch batch(EmbedModel model, Examples examples, NDManager step, int size) {
    List<Example> all =
        IntStream.range(0, size)
            .mapToObj(i -> examples.example(0, i, new SplittableRandom(1)))
            .toList();
    int length = all.get(0).inputs()[0].length;
    int levels = model.hierarchy().levels();
    float[] pixels = new float[size * length];
    long[] labels = new long[size * levels];
    for (int i = 0; i < size; i++) {
      System.arraycopy(all.get(i).inputs()[0], 0, pixels, i * length, length);
      System.arraycopy(all.get(i).targets()[0], 0, labels, i * levels, levels);
    }
    Shape shape = new Shape(size).addAll(model.inputShapes().get(0));
    return new Batch(
        List.of(step.create(pixels, shape)), List.of(step.create(labels, new Shape(size, levels))));
  }

  static List<Config> configs() {
    return List.of(
        tiny(),
        tiny().withNegatives(Negatives.BATCH),
        tiny().withNegatives(Negatives.BATCH).withSymmetric(true),
        tiny().withNegatives(Negatives.BATCH_UNMASKED),
        tiny().withComparison(Comparison.CLASSIFIER),
        tiny().withProduct(Product.COSINES),
        tiny().withTenCrops(36),
        tiny().withS2Levels(List.of(3)),
        tiny().withTrainableBlocks(1),
        tiny().withBackbone("convnext-atto", ImageSpec.imageNet(32)).withTrainableBlocks(1),
        tiny().withFusion(Fusion.tiny()),
        tiny().withFusion(Fusion.tiny().withAppearance(false).withBlocks(2)).withTenCrops(36),
        tiny()
            .withAdaptiveCells(
                AdaptiveCells.paper().withMinPoints(2).withMaxPoints(List.of(80, 40, 20))));
  }

  /** Every form learns on one batch, and answers the same after saving and loading. */
  @ParameterizedTest
  @MethodSource("configs")
  void learnsAnswersAndIsSaved(Config config) {
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
          model.answers(model.views(photos.get(0), Optional.empty()), 1).get(0).scores();
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
    try (EmbedModel model = model(tiny().withTenCrops(36))) {
      float[] views = model.views(photo(5), Optional.empty());
      int length = 3 * 32 * 32;
      assertThat(views).hasSize(10 * length);
      double[] mean = new double[model.hierarchy().finest().size()];
      for (int view = 0; view < 10; view++) {
        float[] one = Arrays.copyOfRange(views, view * length, (view + 1) * length);
        double[] scores = model.answers(one, 1).get(0).scores();
        for (int cell = 0; cell < mean.length; cell++) {
          mean[cell] += scores[cell] / 10;
        }
      }
      double[] together = model.answers(views, 1).get(0).scores();
      for (int cell = 0; cell < mean.length; cell++) {
        assertThat(together[cell]).isCloseTo(mean[cell], within(1e-6));
      }
    }
  }

  @Test
  void answersCanBeGivenInAnotherWayWithoutTraining() {
    try (EmbedModel model = model(tiny())) {
      Location mean = model.localizer().locate(photo(1));
      model.answerWith(config -> config.withRefineKm(0).withProduct(Product.COSINES));
      Location best = model.localizer().locate(photo(1));
      assertThat(best.latLng()).isEqualTo(best.candidates().get(0).latLng());
      assertThat(best.score()).isNotEqualTo(mean.score());
      assertThatThrownBy(() -> model.answerWith(config -> config.withWidth(9)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("only product, tenCrops");
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
      PhotoScorer.Answer first = model.answers(model.views(photo(1), Optional.empty()), 1).get(0);
      PhotoScorer.Answer second = model.answers(model.views(photo(2), Optional.empty()), 1).get(0);
      float[][] scores = model.scores(new float[][] {first.vector(), second.vector()});
      assertThat(doubles(scores[0])).containsExactly(first.scores(), within(1e-6));
      assertThat(doubles(scores[1])).containsExactly(second.scores(), within(1e-6));
      assertThatThrownBy(() -> model.scores(new float[1][3]))
          .hasMessageContaining("3 numbers, the model 16");
    }
  }

  @Test
  void neighborsAreTheNearestTrainingPhotosOfTheBestCell() {
    // The untrained values of this backbone name cells in which there are photos.
    Config config = tiny().withBackbone("residual", ImageSpec.half(32)).withNeighbors(2);
    try (EmbedModel model = model(config)) {
      assertThatThrownBy(model::localizer)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("call fillGallery first");
      model.fillGallery(PHOTOS);
      int refined = 0;
      for (int seed = 200; seed < 230; seed++) {
        float[] vector = vector(model, photo(seed));
        Location location = model.localizer().locate(photo(seed));
        CellPartition cells = model.hierarchy().finest();
        String best = location.candidates().get(0).cell();
        List<Integer> nearest =
            IntStream.range(0, PHOTOS.size())
                .filter(i -> cells.s2Token(cells.labelOf(position(i)).orElseThrow()).equals(best))
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
    return model.answers(model.views(photo, Optional.empty()), 1).get(0).vector();
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
    public int parts(int pixels) {
      return pixels / 16;
    }
  }

  @Test
  void aBackboneOfTheUsersOwnIsNamedInTheFolder() throws IOException {
    Config config = tiny().withBackbone(PatchBackbone::new);
    assertThat(config.image()).isEqualTo(ImageSpec.imageNet(32));
    Path saved = folder.resolve("model");
    try (EmbedModel model = model(config)) {
      model.save(saved, CARD);
      List<Location> answers = model.localizer().locateImages(List.of(photo(1)));
      try (Localizer loaded = Localizer.load(saved)) {
        assertThat(loaded.locateImages(List.of(photo(1)))).isEqualTo(answers);
      }
    }
    Path json = saved.resolve("config.json");
    String text = Files.readString(json);
    assertThat(text).contains(PatchBackbone.class.getName());
    Files.writeString(json, text.replace(PatchBackbone.class.getName(), "com.example.Gone"));
    assertThatThrownBy(() -> Localizer.load(saved))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("cannot load " + saved)
        .hasMessageContaining("the class com.example.Gone is missing");
    int local = 5;
    assertThatThrownBy(
            () ->
                Config.tiny()
                    .withBackbone(
                        () ->
                            new Backbone(ImageSpec.half(32), local) {
                              @Override
                              public NDArray forward(Forward f, NDArray images) {
                                return images;
                              }

                              @Override
                              public int parts(int pixels) {
                                return pixels;
                              }
                            }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("constructor without arguments");
  }

  /** CLIP as the paper uses it, but of two narrow blocks and 56 pixels. */
  static final class ShallowClip extends Backbone {
    private final ClipVit clip =
        child("clip", new ClipVit(new ClipVit.Options(56, 14, 32, 2, 4, 16, 0)));

    ShallowClip() {
      super(ImageSpec.clip(56), 32);
    }

    @Override
    public NDArray forward(Forward f, NDArray images) {
      return clip.forward(f, images);
    }

    @Override
    public int parts(int pixels) {
      return clip.parts(pixels);
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
    Config config =
        Config.paper()
            .withBackbone(ShallowClip::new)
            .withTenCrops(64)
            .withAdaptiveCells(
                AdaptiveCells.paper()
                    .withMinPoints(2)
                    .withMaxPoints(List.of(100, 70, 50, 40, 30, 20, 10)));
    Manifest manifest = photosWithMaps();
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

  private static PhotoSource source(Manifest manifest) {
    return new PhotoSource() {
      @Override
      public int size() {
        return manifest.size();
      }

      @Override
      public Photo photo(int epoch, int index) {
        Manifest.Entry entry = manifest.entries().get(index);
        return new Photo(Photos.read(entry.image()), entry.latLng(), Optional.of(entry.image()));
      }
    };
  }

  /** Six photos with an image of two classes beside each. */
  private Manifest photosWithMaps() throws IOException {
    List<Manifest.Entry> entries = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      BufferedImage classes = new BufferedImage(44, 40, BufferedImage.TYPE_BYTE_GRAY);
      classes.getRaster().setSample(i, i, 0, 149);
      ImageIO.write(classes, "png", folder.resolve(i + ".classes.png").toFile());
      Path file = folder.resolve(i + ".png");
      ImageIO.write(photo(i), "png", file.toFile());
      entries.add(new Manifest.Entry(file, positions(1, 300).get(i), Map.of()));
    }
    return Manifest.of(entries);
  }

  @Test
  void classMapsBesidePhotosAreRead() throws IOException {
    Manifest photos = photosWithMaps();
    Config config = tiny().withFusion(Fusion.tiny().withClassMaps("beside:.classes.png", 150));
    try (EmbedModel model = model(config)) {
      float[] input =
          Examples.of(model, source(photos)).example(0, 3, new SplittableRandom(1)).inputs()[0];
      // Photos of 44 x 40 are cut in the middle and shrunk to 32; the one class survives or not,
      // but nothing else is there.
      for (int i = 3 * 32 * 32; i < input.length; i++) {
        assertThat(input[i]).isIn(0f, 149f);
      }
      assertThatThrownBy(() -> model.localizer().locate(photo(1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("came without a file");
      Files.delete(folder.resolve("3.classes.png"));
      assertThatThrownBy(() -> model.localizer().locate(photos.entries().get(3).image()))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("no class map " + folder.resolve("3.classes.png"));
      ImageIO.write(photo(1), "png", folder.resolve("3.classes.png").toFile());
      assertThatThrownBy(() -> model.localizer().locate(photos.entries().get(3).image()))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("3 bands");
    }
  }

  /** As of a photo that EXIF says to turn, or of one that was cut or shrunk since. */
  @ParameterizedTest
  @CsvSource({
    "40,44,false",
    "44,44,false",
    "88,80,false",
    "44,40,true",
    "22,20,true",
    "11,10,true"
  })
  void classMapsHaveTheShapeOfTheirPhotos(int width, int height, boolean fits) throws IOException {
    Path file = photosWithMaps().entries().get(3).image();
    BufferedImage classes = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    ImageIO.write(classes, "png", folder.resolve("3.classes.png").toFile());
    Config config = tiny().withFusion(Fusion.tiny().withClassMaps("beside:.classes.png", 150));
    try (EmbedModel model = model(config)) {
      if (fits) {
        assertThat(model.localizer().locate(file).candidates()).isNotEmpty();
      } else {
        assertThatThrownBy(() -> model.localizer().locate(file))
            .isInstanceOf(UncheckedIOException.class)
            .hasMessageContaining(folder.resolve("3.classes.png").toString())
            .hasMessageContaining(width + " x " + height)
            .hasMessageContaining("44 x 40");
      }
    }
  }

  /** Class maps as a user may write them. */
  static final class LeftIsOne implements ClassMaps {
    @Override
    public ClassMap of(BufferedImage photo) {
      byte[] classes = new byte[photo.getWidth() * photo.getHeight()];
      for (int i = 0; i < classes.length; i++) {
        classes[i] = (byte) (i % photo.getWidth() < photo.getWidth() / 2 ? 1 : 0);
      }
      return ClassMap.of(photo.getWidth(), photo.getHeight(), classes);
    }
  }

  @Test
  void classMapsOfTheUsersOwnAreNamedInTheFolder() throws IOException {
    Config config = tiny().withFusion(Fusion.tiny().withClassMaps(LeftIsOne::new, 2));
    try (EmbedModel model = model(config)) {
      float[] input = model.views(photo(1), Optional.empty());
      assertThat(input[3 * 32 * 32]).isEqualTo(1);
      assertThat(input[input.length - 1]).isEqualTo(0);
      model.save(folder.resolve("model"), CARD);
      List<Location> answers = model.localizer().locateImages(List.of(photo(1)));
      try (Localizer loaded = Localizer.load(folder.resolve("model"))) {
        assertThat(loaded.locateImages(List.of(photo(1)))).isEqualTo(answers);
      }
    }
    Path json = folder.resolve("model/config.json");
    Files.writeString(
        json, Files.readString(json).replace(LeftIsOne.class.getName(), "com.example.Gone"));
    assertThatThrownBy(() -> Localizer.load(folder.resolve("model")))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("com.example.Gone");
    assertThatThrownBy(() -> ClassMaps.named("oneformer")).hasMessageContaining("torchscript:FILE");
    assertThatThrownBy(() -> ClassMaps.named("beside:"))
        .hasMessageContaining("beside:.classes.png");
  }

  @Test
  void aPhotoOutsideAllCellsTeachesNothing() {
    try (EmbedModel model = model(tiny().withNegatives(Negatives.BATCH));
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
    assertThat(embed.network("paper").parameterCount()).isGreaterThan(304_293_888L);
    assertThat(embed.network("paper").parameter("head.weight").shape())
        .isEqualTo(new Shape(768, 128));
    assertThat(embed.network("paper").parameter("fusion.pos_embed").shape())
        .isEqualTo(new Shape(577, 128));
    assertThatThrownBy(() -> embed.network("huge")).hasMessageContaining("tiny, small, paper");
  }

  @Test
  void settingsReachIntoRecords() {
    Map<String, String> settings =
        Map.of(
            "s2Levels", "[]",
            "adaptiveCells.minPoints", "2",
            "adaptiveCells.maxPoints", "[100, 20]",
            "fusion.blocks", "1",
            "fusion.classMaps", "water",
            "fusion.patch", "8");
    try (EmbedModel model =
        (EmbedModel) Family.named("embed").create("tiny", settings, positions(1, 300), 1)) {
      assertThat(model.config().fusion().patch()).isEqualTo(8);
      assertThat(model.hierarchy().levels()).isEqualTo(2);
    }
    assertThatThrownBy(
            () ->
                Family.named("embed")
                    .create("tiny", Map.of("fusion.depth", "1"), positions(1, 9), 1))
        .hasMessageContaining("no setting fusion.depth; there are blocks, classMaps");
    assertThatThrownBy(
            () ->
                Family.named("embed")
                    .create("tiny", Map.of("negatives", "SOME"), positions(1, 9), 1))
        .hasMessageContaining("; there are all-cells, batch, batch-unmasked");
    assertThatThrownBy(() -> tiny().withSymmetric(true)).hasMessageContaining("symmetric needs");
    assertThatThrownBy(
            () -> tiny().withComparison(Comparison.CLASSIFIER).withProduct(Product.COSINES))
        .hasMessageContaining("a classifier has no cosines");
    assertThatThrownBy(() -> tiny().withTenCrops(31)).hasMessageContaining("tenCrops");
  }
}
