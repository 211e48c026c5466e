package io.github.geofix.models.recombine;

import static io.github.geofix.models.Samples.CARD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import io.github.geofix.core.Candidate;
import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.Photo;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.Precision;
import io.github.geofix.core.Refiner;
import io.github.geofix.core.TileEncoder;
import io.github.geofix.core.TileEncoder.ImagePair;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.geodesy.StereographicFrame;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.core.tile.TileSource;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.Samples;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.image.MapOnDemand;
import io.github.geofix.models.internal.image.PolarTransform;
import io.github.geofix.models.internal.recombine.RecombineNetwork;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.recombine.RecombineConfig.Aerial;
import io.github.geofix.models.recombine.RecombineConfig.Augment;
import io.github.geofix.models.recombine.RecombineConfig.Ground;
import io.github.geofix.models.recombine.RecombineConfig.InfoNce;
import io.github.geofix.models.recombine.RecombineConfig.Loss;
import io.github.geofix.models.recombine.RecombineConfig.MapTiles;
import io.github.geofix.models.recombine.RecombineConfig.Photos;
import io.github.geofix.models.recombine.RecombineConfig.Triplet;
import io.github.geofix.models.recombine.RecombineConfig.Tuple;
import io.github.geofix.models.recombine.RecombineConfig.View;
import io.github.geofix.models.recombine.RecombineModel.PlaceMatch;
import io.github.geofix.models.train.Examples;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.train.Examples.Example;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RecombineModelTest {
  /** Four regions of the 64 numbers of the smallest backbone. */
  private static final int WIDTH = 256;

  /** Two degrees a pixel: colors change from place to place. */
  private static Path map;

  @TempDir private static Path shared;
  @TempDir private Path folder;

  @BeforeAll
  static void drawMap() throws IOException {
    SplittableRandom random = new SplittableRandom(3);
    BufferedImage image = new BufferedImage(180, 90, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        image.setRGB(x, y, random.nextInt(1 << 24));
      }
    }
    map = shared.resolve("map.png");
    ImageIO.write(image, "png", map.toFile());
  }

  private static RecombineConfig config() {
    return images(RecombineConfig.tiny(), ImageSpec.symmetric(16), ImageSpec.symmetric(16))
        .withMap(map.toString(), new MapTiles(600_000, 0, 0, 3));
  }

  private static RecombineConfig images(RecombineConfig config, ImageSpec photo, ImageSpec tile) {
    return config.withEncoder(config.encoder().withImages(photo, tile));
  }

  private static RecombineConfig shared(RecombineConfig config) {
    return config.withEncoder(config.encoder().withShared(true));
  }

  static List<Loss> losses() {
    return List.of(Tuple.defaults(), Triplet.defaults(), InfoNce.defaults());
  }

  private static List<LatLng> positions(int count) {
    SplittableRandom random = new SplittableRandom(5);
    return IntStream.range(0, count)
        .mapToObj(i -> new LatLng(random.nextDouble(-70, 70), random.nextDouble(-180, 180)))
        .toList();
  }

  private static RecombineModel model(RecombineConfig config, long seed) {
    return RecombineModel.create(config, positions(40), seed);
  }

  /** What one sees from above the given places. */
  private static List<BufferedImage> photos(List<LatLng> places) {
    try (TileSource source = TileSource.equirectangular(map)) {
      return places.stream()
          .map(place -> source.view(StereographicFrame.of(place, 600_000), 20, 18))
          .toList();
    }
  }

  @Test
  void answersInBfloat16AsInFloat32() throws IOException {
    ImageSpec image = ImageSpec.symmetric(64);
    RecombineConfig config =
        config().withEncoder(new RecombineConfig.Encoder("convnext-atto", true, image, image));
    List<LatLng> places = List.of(new LatLng(10, 20), new LatLng(-30, 60), new LatLng(50, -100));
    BufferedImage photo = new BufferedImage(90, 70, BufferedImage.TYPE_INT_RGB);
    Path saved = folder.resolve("model");
    String digest;
    List<float[][]> vectors;
    try (RecombineModel model = RecombineModel.create(config, places, 1)) {
      model.save(saved, CARD);
      digest = model.digest();
      vectors = model.tileEncoder().encodeImages(List.of(photo));
    }
    LoadOptions half = LoadOptions.defaults().withPrecision(Precision.BFLOAT16);
    try (RecombineModel model = RecombineModel.load(ModelFolder.open(saved, half))) {
      // Not encoded again: the gallery is that of the saved weights.
      model.localizer().locate(photo);
      assertThat(model.tileEncoder().digest()).isEqualTo(digest);
      float[] full = vectors.get(0)[0];
      float[] rounded = model.tileEncoder().encodeImages(List.of(photo)).get(0)[0];
      assertThat(rounded).isNotEqualTo(full);
      double cosine = 0;
      for (int i = 0; i < full.length; i++) {
        cosine += (double) full[i] * rounded[i];
      }
      assertThat(cosine).isBetween(0.9999, 1.0001);
      assertThatThrownBy(() -> model.save(folder.resolve("again"), CARD))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("load it in float32");
    }
  }

  @Test
  void answersTheSameAfterSavingAndLoadingWithoutTheMap() throws IOException {
    List<BufferedImage> photos = photos(positions(35));
    Path ownMap = Files.copy(map, folder.resolve("own.png"));
    try (RecombineModel model = model(config().withMap(ownMap.toString()), 1)) {
      model.save(folder.resolve("model"), CARD);
      List<Location> before = model.localizer().locateImages(photos);
      Files.delete(ownMap);
      try (Localizer loaded = Localizer.load(folder.resolve("model"))) {
        assertThat(loaded.locateImages(photos)).isEqualTo(before);
      }
      assertThat(model.places().size()).isGreaterThan(20);
    }
  }

  @Test
  void anOldGalleryIsNotTakenWhereTheMapIsGone() throws IOException {
    Path ownMap = Files.copy(map, folder.resolve("own.png"));
    try (RecombineModel model = model(config().withMap(ownMap.toString()), 1)) {
      model.save(folder.resolve("model"), CARD);
    }
    Files.delete(ownMap);
    try (RecombineModel model = RecombineModel.load(ModelFolder.open(folder.resolve("model")))) {
      Parameter weight = model.network().parameter("tiles.stages.0.conv1.weight");
      weight.set(weight.array().neg());
      assertThatThrownBy(model::gallery).hasMessageContaining("own.png");
      assertThatThrownBy(model::gallery).hasMessageContaining("own.png");
    }
  }

  @Test
  void theGalleryFollowsTheWeights() {
    List<BufferedImage> photos = photos(positions(2));
    Path saved = folder.resolve("model");
    try (RecombineModel first = model(config(), 1)) {
      first.save(saved, CARD);
    }
    // As a run that is resumed fills the network of a loaded model.
    try (RecombineModel model = RecombineModel.load(ModelFolder.open(saved))) {
      List<Location> before = model.localizer().locateImages(photos);
      Parameter weight = model.network().parameter("tiles.stages.0.conv1.weight");
      weight.set(weight.array().neg());
      assertThat(model.localizer().locateImages(photos)).isNotEqualTo(before);
      assertThat(model.gallery().digest()).isEqualTo(model.tileEncoder().digest());
      assertThat(model.gallery()).isSameAs(model.gallery());
    }
  }

  private static Batch batch(NDManager step, RecombineModel model, int count) {
    List<LatLng> places = positions(count);
    List<BufferedImage> photos = photos(places);
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      examples.add(model.example(photos.get(i), places.get(i), new SplittableRandom(i)));
    }
    return stacked(step, model, examples);
  }

  private static Batch stacked(NDManager step, RecombineModel model, List<Example> examples) {
    List<NDArray> inputs = new ArrayList<>();
    List<NDArray> targets = new ArrayList<>();
    for (int kind = 0; kind < 2; kind++) {
      int k = kind;
      NDList rows = new NDList();
      NDList labels = new NDList();
      examples.forEach(e -> rows.add(step.create(e.inputs()[k], model.inputShapes().get(k))));
      examples.forEach(e -> labels.add(step.create(e.targets()[k])));
      inputs.add(NDArrays.stack(rows));
      targets.add(NDArrays.stack(labels));
    }
    return new Batch(inputs, targets);
  }

  @ParameterizedTest
  @MethodSource("losses")
  void gradientsReachBothEncoders(Loss loss) {
    try (RecombineModel model = model(config().withLoss(loss), 2);
        NDManager step = TorchEngine.newManager()) {
      model.network().requireGradients(true);
      try (GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
        collector.backward(model.loss(Forward.TRAINING, batch(step, model, 6)));
      }
      model
          .network()
          .parameters()
          .forEach(
              (name, parameter) -> {
                if (parameter.isTrainable()) {
                  assertThat(parameter.array().getGradient().abs().sum().getFloat())
                      .as(name)
                      .isPositive();
                }
              });
      model.network().requireGradients(false);
    }
  }

  @ParameterizedTest
  @MethodSource("losses")
  void photosOfOneTileAreNotPushedApart(Loss loss) {
    try (RecombineModel model = model(config().withLoss(loss), 3);
        NDManager step = TorchEngine.newManager()) {
      List<BufferedImage> images = photos(positions(3));
      Example a = pair(model, images.get(0), images.get(1), 7);
      Example b = pair(model, images.get(2), images.get(0), 8);
      Example stranger = pair(model, images.get(1), images.get(2), 9);
      Example sameAsA = pair(model, images.get(1), images.get(2), 7);
      double two = loss(model, step, a, b);
      assertThat(loss(model, step, a, b, stranger)).isNotCloseTo(two, within(1e-3));
      // Row by row: a and sameAsA see b alone as a wrong answer.
      double ab = loss(model, step, a, sameAsA);
      assertThat(ab).isCloseTo(0, within(1e-6));
    }
  }

  private static Example pair(
      RecombineModel model, BufferedImage photo, BufferedImage tile, long number) {
    BufferedImage square = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
    square.createGraphics().drawImage(tile, 0, 0, null);
    return model.example(photo, square, number, new SplittableRandom(1));
  }

  private static double loss(RecombineModel model, NDManager step, Example... examples) {
    return model.loss(Forward.INFERENCE, stacked(step, model, List.of(examples))).getFloat();
  }

  @ParameterizedTest
  @ValueSource(ints = {360, 180})
  void photosOfUnknownHeadingAreTrainedAtTheTrueOne(int fieldOfView) {
    Tuple tuple = Tuple.defaults();
    ImageSpec part = ImageSpec.symmetric(16).withSize(16, 32 * fieldOfView / 360);
    RecombineConfig config =
        images(config(), part, ImageSpec.symmetric(16))
            .withPhotos(new Ground(4, fieldOfView, Augment.NONE, false))
            .withLoss(tuple);
    try (RecombineModel model = model(config, 9);
        NDManager step = TorchEngine.newManager()) {
      List<BufferedImage> aerial = squares(positions(3));
      List<Example> examples = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        BufferedImage panorama = PolarTransform.of(32, 16).apply(aerial.get(i));
        examples.add(model.example(panorama, aerial.get(i), i, new SplittableRandom(i)));
      }
      Batch batch = stacked(step, model, examples);
      RecombineNetwork network = (RecombineNetwork) model.network();
      float[] photos =
          network
              .embedPhotos(Forward.INFERENCE, batch.inputs().get(0), 4, fieldOfView)
              .toFloatArray();
      float[] tiles = network.embedTiles(Forward.INFERENCE, batch.inputs().get(1)).toFloatArray();
      int[] rows = new int[3];
      for (int i = 0; i < 3; i++) {
        rows[i] = 4 * i + (int) examples.get(i).targets()[1][0];
      }
      double expected = 0;
      for (int i = 0; i < 3; i++) {
        double own = cosine(photos, rows[i], tiles, i);
        double there = 0;
        double back = 0;
        for (int j = 0; j < 3; j++) {
          if (j != i) {
            there += Math.exp(tuple.alpha() * (cosine(photos, rows[i], tiles, j) - own));
            back += Math.exp(tuple.alpha() * (cosine(photos, rows[j], tiles, i) - own));
          }
        }
        expected += (Math.log1p(there) + Math.log1p(back)) / 6;
      }
      assertThat(rows).isNotEqualTo(new int[] {0, 4, 8});
      assertThat(model.loss(Forward.INFERENCE, batch).getFloat())
          .isCloseTo((float) expected, within(1e-4f));
      NDArray atHeading = model.photoVectors(Forward.INFERENCE, batch);
      assertThat(atHeading.get(2).toFloatArray())
          .containsExactly(
              Arrays.copyOfRange(photos, rows[2] * WIDTH, (rows[2] + 1) * WIDTH), within(1e-6f));
    }
  }

  private static double cosine(float[] a, int row, float[] b, int column) {
    double sum = 0;
    for (int d = 0; d < WIDTH; d++) {
      sum += a[WIDTH * row + d] * b[WIDTH * column + d];
    }
    return sum;
  }

  @Test
  void nearPlacesAreNotPushedApart() {
    LatLng a = new LatLng(10, 179.9);
    LatLng b = new LatLng(10, -179.9);
    LatLng c = new LatLng(12, 179.9);
    double km = GreatCircle.distanceKm(a, b);
    try (NDManager step = TorchEngine.newManager()) {
      NDArray targets =
          NDArrays.stack(
              new NDList(
                  step.create(FalseNegativeMask.target(a, a)),
                  step.create(FalseNegativeMask.target(b, c)),
                  step.create(FalseNegativeMask.target(c, c))));
      boolean[] near = FalseNegativeMask.of(targets, 1000 * km + 1).toBooleanArray();
      assertThat(near).containsExactly(true, false, false, true, false, false, false, true, true);
      boolean[] none = FalseNegativeMask.of(targets, 1000 * km - 1).toBooleanArray();
      assertThat(none).containsExactly(true, false, false, false, false, false, false, true, true);
    }
  }

  @Test
  void learnsToFindItsPlaces() {
    // The tiles themselves as photos, through one shared network: nothing has to be learned.
    try (RecombineModel model = model(shared(config()), 4)) {
      List<LatLng> places = model.places();
      List<PlaceMatch> matches = model.bestMatches(squares(places));
      for (int i = 0; i < places.size(); i++) {
        assertThat(matches.get(i).place()).isEqualTo(i);
        assertThat(matches.get(i).similarity()).isCloseTo(1, within(1e-5));
        assertThat(matches.get(i).heading()).isZero();
      }
      Location location = model.localizer().locate(squares(places).get(3));
      assertThat(location.candidates().get(0).latLng()).isEqualTo(places.get(3));
      assertThat(location.regions()).hasSize(2);
      double before = location.score();
      double temperature = model.calibrate(source(places)).temperature();
      assertThat(temperature).isLessThan(1);
      assertThat(model.localizer().locate(squares(places).get(3)).score()).isGreaterThan(before);
    }
  }

  private static List<BufferedImage> squares(List<LatLng> places) {
    try (TileSource source = TileSource.equirectangular(map)) {
      return places.stream()
          .map(place -> source.view(StereographicFrame.of(place, 600_000), 16, 16))
          .toList();
    }
  }

  private static PhotoSource source(List<LatLng> places) {
    return Samples.source(squares(places), places);
  }

  @Test
  void theTileEncoderEncodesTheGallery() {
    try (RecombineModel model = model(config(), 6)) {
      model.save(folder.resolve("model"), CARD);
      Gallery gallery = model.gallery();
      TileEncoder encoder = TileEncoder.load(folder.resolve("model"));
      assertThat(encoder.tilePixels()).isEqualTo(16);
      assertThat(encoder.dimension()).isEqualTo(WIDTH);
      assertThat(encoder.digest()).hasSize(64).isEqualTo(gallery.digest());
      List<float[]> tiles = encoder.encodeTiles(squares(model.places()));
      float[] vectors = vectors(gallery);
      for (int i = 0; i < tiles.size(); i++) {
        for (int d = 0; d < encoder.dimension(); d++) {
          assertThat(tiles.get(i)[d])
              .isCloseTo(vectors[i * encoder.dimension() + d], within(1e-5f));
        }
      }
      float[][] photo = encoder.encodeImages(squares(model.places()).subList(0, 1)).get(0);
      assertThat(photo).hasDimensions(1, WIDTH);
      double square = 0;
      for (float value : photo[0]) {
        square += value * value;
      }
      assertThat(square).isCloseTo(1, within(1e-5));
      encoder.close();
      assertThatThrownBy(encoder::digest)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the tile encoder is closed");
    }
  }

  @Test
  void candidatesHaveTheHeadingThatFitsBest() {
    RecombineConfig config =
        images(config(), ImageSpec.symmetric(16).withSize(16, 64), ImageSpec.symmetric(16))
            .withPhotos(new Ground(8, 360, Augment.NONE, false));
    try (RecombineModel model = model(config, 4);
        TileEncoder encoder = model.tileEncoder();
        Refiner refiner = model.refiner()) {
      for (BufferedImage photo : photos(positions(5))) {
        float[][] headings = encoder.encodeImages(List.of(photo)).get(0);
        Location location = model.localizer().locate(photo);
        List<Candidate> refined = refiner.refine(photo, location.candidates());
        for (int i = 0; i < location.candidates().size(); i++) {
          LatLng place = location.candidates().get(i).latLng();
          float[] tile = encoder.encodeTiles(squares(List.of(place))).get(0);
          double expected = 45.0 * best(headings, tile);
          assertThat(location.candidates().get(i).headingDegrees()).hasValue(expected);
          assertThat(refined.get(i).headingDegrees()).hasValue(expected);
        }
        assertThat(location.headingDegrees())
            .hasValue(model.bestMatches(List.of(photo)).get(0).heading());
      }
    }
  }

  private static int best(float[][] headings, float[] tile) {
    int best = 0;
    for (int s = 1; s < headings.length; s++) {
      if (cosine(headings[s], 0, tile, 0) > cosine(headings[best], 0, tile, 0)) {
        best = s;
      }
    }
    return best;
  }

  @Test
  void candidatesHaveNoHeadingWhereOneAloneIsTried() {
    try (RecombineModel model = model(config(), 4);
        Refiner refiner = model.refiner()) {
      BufferedImage photo = squares(model.places()).get(0);
      Location location = model.localizer().locate(photo);
      assertThat(location.headingDegrees()).isEmpty();
      assertThat(refiner.refine(photo, location.candidates()))
          .allMatch(candidate -> candidate.headingDegrees().isEmpty());
    }
  }

  @Test
  void otherPlacesCanBeSearched() {
    try (RecombineModel model = model(shared(config()), 4)) {
      CellPartition cells = CellPartition.ofTokens(List.of("1c", "5c", "a4"));
      model.setGallery(cells);
      Location location = model.localizer().locate(squares(model.places()).get(1));
      assertThat(location.candidates()).hasSize(3);
      assertThat(location.candidates().get(0).cell()).isEqualTo(cells.cell(1));
    }
  }

  @Test
  void photosAreNotPushedFromTheirSemiPositives() throws IOException {
    List<BufferedImage> images = squares(positions(4));
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      files.add(folder.resolve(i + ".png"));
      ImageIO.write(images.get(i), "png", files.get(i).toFile());
    }
    // The photo of tile 1 is on tiles 2 and 3, too; tile 3 is no photo's own.
    List<ImagePair> pairs =
        List.of(
            new ImagePair(files.get(0), files.get(0)),
            new ImagePair(files.get(1), files.get(1), List.of(files.get(3), files.get(2))),
            new ImagePair(files.get(2), files.get(2)),
            new ImagePair(files.get(3), files.get(2)));
    try (RecombineModel model = RecombineModel.create(config().withMap(""), List.of(), 1);
        NDManager step = TorchEngine.newManager()) {
      Examples examples = model.examples(pairs);
      NDList targets = new NDList();
      for (int i = 0; i < pairs.size(); i++) {
        targets.add(step.create(examples.example(0, i, new SplittableRandom(1)).targets()[0]));
      }
      boolean[] same = FalseNegativeMask.of(NDArrays.stack(targets), 0).toBooleanArray();
      assertThat(same)
          .containsExactly(
              true, false, false, false, false, true, true, true, false, false, true, true, false,
              false, true, true);
    }
  }

  @Test
  void pairsArePreparedBeforeTheModelReadsThem() throws IOException {
    BufferedImage image = squares(positions(1)).get(0);
    Path file = folder.resolve("photo.png");
    ImageIO.write(image, "png", file.toFile());
    List<ImagePair> pairs = List.of(new ImagePair(file, file));
    int half = image.getHeight() / 2;
    try (RecombineModel model = RecombineModel.create(config().withMap(""), List.of(), 1)) {
      Example prepared =
          model
              .examples(pairs, photo -> photo.getSubimage(0, half, photo.getWidth(), half))
              .example(0, 0, new SplittableRandom(1));
      Example expected =
          model.example(
              image.getSubimage(0, half, image.getWidth(), half),
              image,
              0,
              new SplittableRandom(1));
      assertThat(prepared.inputs()[0]).isEqualTo(expected.inputs()[0]);
      assertThat(prepared.inputs()[0])
          .isNotEqualTo(model.examples(pairs).example(0, 0, new SplittableRandom(1)).inputs()[0]);
      assertThat(prepared.inputs()[1]).isEqualTo(expected.inputs()[1]);
      model.setPhotoLimits(Photo.Limits.defaults().withMaxPixels(16));
      Examples limited = model.examples(pairs);
      assertThatThrownBy(() -> limited.example(0, 0, new SplittableRandom(1)))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("more than the 16 allowed");
    }
  }

  @Test
  void pairsOfFilesAreExamples() throws IOException {
    List<ImagePair> pairs = new ArrayList<>();
    List<BufferedImage> images = squares(positions(3));
    for (int i = 0; i < 3; i++) {
      Path file = folder.resolve(i + ".png");
      ImageIO.write(images.get(i), "png", file.toFile());
      pairs.add(new ImagePair(file, folder.resolve("0.png")));
    }
    pairs.add(new ImagePair(folder.resolve("0.png"), folder.resolve("2.png")));
    assertThat(ImagePair.tileNumbers(pairs)).containsExactly(0, 0, 0, 1);
    RecombineConfig noMap = config().withMap("");
    try (RecombineModel model = RecombineModel.create(noMap, List.of(), 1)) {
      Examples examples = model.examples(pairs);
      assertThat(examples.size()).isEqualTo(4);
      Example second = examples.example(0, 1, new SplittableRandom(1));
      Example last = examples.example(0, 3, new SplittableRandom(1));
      assertThat(second.targets()[0]).isEqualTo(FalseNegativeMask.target(0));
      assertThat(last.targets()[0]).isEqualTo(FalseNegativeMask.target(1));
      assertThat(last.inputs()[0]).isEqualTo(second.inputs()[1]);
      assertThatThrownBy(() -> model.localizer().locate(images.get(0)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("tileEncoder()");
      assertThatThrownBy(
              () -> model.example(images.get(0), new LatLng(0, 0), new SplittableRandom(1)))
          .hasMessageContaining("map=");
      model.save(folder.resolve("model"), CARD);
      try (TileEncoder loaded = TileEncoder.load(folder.resolve("model"))) {
        assertThat(loaded.digest()).isEqualTo(model.tileEncoder().digest());
      }
    }
  }

  private static float[] vectors(Gallery gallery) {
    try (NDManager step = TorchEngine.newManager()) {
      return gallery.vectors().rows(step, 0, gallery.size()).toFloatArray();
    }
  }

  @Test
  void refusesADamagedGallery() throws IOException {
    try (RecombineModel model = model(config(), 1)) {
      Gallery gallery = model.gallery();
      Path file = folder.resolve("gallery.safetensors");
      Safetensors.Writer writer = Safetensors.writer();
      gallery.write(writer);
      writer.write(file);
      try (Safetensors tensors = Safetensors.open(file)) {
        assertThat(vectors(Gallery.read(tensors, model.tileEncoder().dimension())))
            .isEqualTo(vectors(gallery));
        assertThatThrownBy(() -> Gallery.read(tensors, 7))
            .isInstanceOf(ModelFormatException.class)
            .hasMessageContaining("gallery.vectors of " + gallery.size() + " x 7");
      }
      Path disordered = folder.resolve("disordered.safetensors");
      long[] ids = gallery.places().cellIds();
      long first = ids[0];
      ids[0] = ids[1];
      ids[1] = first;
      Safetensors.writer()
          .longs("gallery.ids", ids, ids.length)
          .floats("gallery.vectors", vectors(gallery), ids.length, WIDTH)
          .write(disordered);
      try (Safetensors tensors = Safetensors.open(disordered)) {
        assertThatThrownBy(() -> Gallery.read(tensors, WIDTH))
            .isInstanceOf(ModelFormatException.class)
            .hasMessageContaining("gallery.ids are not in Hilbert order");
      }
      Path noCells = folder.resolve("none.safetensors");
      Safetensors.writer().longs("gallery.ids", new long[] {5, 5}, 2).write(noCells);
      try (Safetensors tensors = Safetensors.open(noCells)) {
        assertThatThrownBy(() -> Gallery.read(tensors, 7))
            .isInstanceOf(ModelFormatException.class)
            .hasMessageContaining("holds no gallery");
      }
    }
  }

  @Test
  void aBatchNeedsTwoPhotos() {
    try (RecombineModel model = model(config(), 1);
        NDManager step = TorchEngine.newManager()) {
      assertThatThrownBy(() -> model.loss(Forward.TRAINING, batch(step, model, 1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("raise batches.size");
    }
  }

  @Test
  void aGalleryHasNoMorePlacesThanFitIntoOneBuffer() {
    CellPartition many =
        CellPartition.ofCellIds(
            LongStream.range(0, 1 << 13).map(i -> (i << 47) + (1L << 46)).toArray());
    try (RecombineModel model =
        RecombineModel.create(
            config().withRecombination(RecombineConfig.Recombination.defaults().withRegions(1024)),
            List.of(),
            1)) {
      assertThatThrownBy(() -> model.setGallery(many))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "8192 places with vectors of 65536 numbers: at most 8191 fit, use a coarser"
                  + " galleryS2Level");
    }
  }

  @Test
  void pairsFromTheMapAreMirroredAndTurnedTogether() {
    RecombineConfig config =
        images(config(), ImageSpec.symmetric(16).withSize(16, 64), ImageSpec.symmetric(16))
            .withPhotos(new Ground(1, 360, Augment.TURNS, false));
    LatLng place = positions(1).get(0);
    BufferedImage photo = photos(List.of(place)).get(0);
    Set<List<Float>> tiles = new HashSet<>();
    try (RecombineModel model = RecombineModel.create(config, List.of(), 1)) {
      for (int seed = 0; seed < 100; seed++) {
        float[][] inputs = model.example(photo, place, new SplittableRandom(seed)).inputs();
        tiles.add(IntStream.range(0, 768).mapToObj(i -> inputs[1][i]).toList());
      }
    }
    assertThat(tiles).hasSize(8);
  }

  /** An image stays as it is with probability 1/2 of JPEG, 1/2 of colors, 0.7 twice. */
  @Test
  void photosAndTilesChangeAsOftenAsSample4GeoChangesThem() {
    RecombineConfig config =
        images(config(), ImageSpec.symmetric(16).withSize(16, 64), ImageSpec.symmetric(16));
    BufferedImage photo = noise(64, 16);
    BufferedImage tile = noise(16, 16);
    int seeds = 4000;
    Set<List<Float>> turns = new HashSet<>();
    Set<List<Float>> panoramas = new HashSet<>();
    try (RecombineModel model =
        RecombineModel.create(
            config.withPhotos(new Ground(1, 360, Augment.TURNS, false)), List.of(), 1)) {
      for (int seed = 0; seed < 100; seed++) {
        float[][] inputs = model.example(photo, tile, 0, new SplittableRandom(seed)).inputs();
        panoramas.add(floats(inputs[0]));
        turns.add(floats(inputs[1]));
      }
    }
    assertThat(turns).hasSize(8);
    double tilesAsTheyWere = 0;
    double photosAsTheyWere = 0;
    try (RecombineModel model =
        RecombineModel.create(
            config.withPhotos(new Ground(1, 360, Augment.SAMPLE4GEO, false)), List.of(), 1)) {
      for (int seed = 0; seed < seeds; seed++) {
        float[][] inputs = model.example(photo, tile, 0, new SplittableRandom(seed)).inputs();
        photosAsTheyWere += panoramas.contains(floats(inputs[0])) ? 1 : 0;
        tilesAsTheyWere += turns.contains(floats(inputs[1])) ? 1 : 0;
      }
    }
    // Three standard deviations of 4,000 draws.
    assertThat(tilesAsTheyWere / seeds).isCloseTo(0.1225, within(0.0156));
    assertThat(photosAsTheyWere / seeds).isCloseTo(0.1225, within(0.0156));
  }

  private static BufferedImage noise(int width, int height) {
    SplittableRandom random = new SplittableRandom(width);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < width * height; i++) {
      image.setRGB(i % width, i / width, random.nextInt(1 << 24));
    }
    return image;
  }

  private static List<Float> floats(float[] values) {
    return IntStream.range(0, values.length).mapToObj(i -> values[i]).toList();
  }

  @Test
  void anUnrolledTileSaysWhatItsPanoramaSays() {
    ImageSpec panorama = ImageSpec.symmetric(16).withSize(16, 64);
    RecombineConfig config =
        images(
            shared(config()).withPhotos(new Ground(1, 360, Augment.NONE, true)),
            panorama,
            panorama);
    List<LatLng> places = positions(3);
    try (RecombineModel model = model(config, 4)) {
      model.save(folder.resolve("model"), CARD);
    }
    try (RecombineModel model = RecombineModel.load(ModelFolder.open(folder.resolve("model")));
        TileSource source = TileSource.equirectangular(map);
        TileEncoder encoder = model.tileEncoder()) {
      int side = encoder.tilePixels();
      assertThat(side).isEqualTo(32);
      List<BufferedImage> tiles =
          places.stream()
              .map(place -> source.view(StereographicFrame.of(place, 600_000), side, side))
              .toList();
      List<BufferedImage> panoramas = tiles.stream().map(PolarTransform.of(64, 16)::apply).toList();
      List<float[]> vectors = encoder.encodeTiles(tiles);
      List<float[][]> seen = encoder.encodeImages(panoramas);
      for (int i = 0; i < 3; i++) {
        assertThat(vectors.get(i)).containsExactly(seen.get(i)[0], within(1e-5f));
        float[][] inputs =
            model.example(panoramas.get(i), places.get(i), new SplittableRandom(i)).inputs();
        assertThat(inputs[1]).containsExactly(inputs[0], within(1e-6f));
      }
      assertThat(vectors.get(0)).isNotEqualTo(vectors.get(1));
    }
  }

  @Test
  void tilesThatAreNotUnrolledAreSquare() {
    ImageSpec wide = ImageSpec.symmetric(16).withSize(16, 64);
    for (Photos photos : List.of(new Aerial(), Ground.defaults())) {
      RecombineConfig config = config().withPhotos(photos);
      assertThatThrownBy(() -> images(config, wide, wide))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("not unrolled must be square");
    }
    assertThat(
            images(config().withPhotos(new Ground(1, 360, Augment.NONE, true)), wide, wide)
                .photos())
        .extracting(Photos::tileView)
        .isEqualTo(View.GROUND);
  }

  @Test
  void aClosedModelOpensNoMap() {
    MapCrops crops = new MapCrops(MapOnDemand.of(map.toString()), 1_000, 16);
    crops.close();
    assertThatThrownBy(() -> crops.around(new LatLng(0, 0)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the model is closed");
  }

  @Test
  void tilesAreTakenNearThePhoto() {
    SplittableRandom random = new SplittableRandom(8);
    LatLng place = new LatLng(60, 179.99);
    double east = 0;
    double north = 0;
    for (int i = 0; i < 200; i++) {
      LatLng near = MapCrops.near(place, 5_000, random);
      assertThat(GreatCircle.distanceKm(place, near)).isLessThan(5 * Math.sqrt(2) + 0.01);
      double eastward = Math.IEEEremainder(near.longitude() - place.longitude(), 360);
      east = Math.max(east, eastward * 111.2 * Math.cos(Math.toRadians(60)));
      north = Math.max(north, (near.latitude() - place.latitude()) * 111.2);
    }
    assertThat(east).isBetween(4.5, 5.02);
    assertThat(north).isBetween(4.5, 5.02);
    assertThat(MapCrops.near(place, 0, random)).isEqualTo(place);
  }

  @Test
  void theFamilyIsFoundByName() {
    Family family = Family.named("recombine");
    assertThat(family.sizes())
        .containsExactly(
            "tiny",
            "paper",
            "paper-vigor",
            "sample4geo",
            "sample4geo-vigor",
            "sample4geo-university");
    try (GeoModel model =
        family.create("tiny", Map.of("map", "", "loss.type", "tuple"), List.of(), 1)) {
      assertThat(((RecombineModel) model).config().map()).isEmpty();
      assertThat(((RecombineModel) model).config().loss()).isEqualTo(Tuple.defaults());
    }
    assertThatThrownBy(() -> family.network("huge", Map.of()))
        .hasMessageContaining("there are tiny, paper, paper-vigor, sample4geo");
    assertThatThrownBy(() -> family.create("tiny", Map.of("photos.headings", "8"), List.of(), 1))
        .hasMessageContaining("no setting photos.headings; there are type");
    assertThatThrownBy(() -> family.create("tiny", Map.of("loss.alpha", "1"), List.of(), 1))
        .hasMessageContaining("no setting loss.alpha; there are type, labelSmoothing, temperature");
    assertThatThrownBy(
            () -> family.create("tiny", Map.of("encoder.backbone", "magic"), List.of(), 1))
        .hasMessageContaining("no backbone magic");
  }
}
