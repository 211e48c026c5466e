package io.github.geofix.models.embed;

import static io.github.geofix.models.Samples.CARD;
import static io.github.geofix.models.Samples.photos;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.internal.geodesy.SphericalMean;
import io.github.geofix.core.partition.CellHierarchy;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.embed.EmbedConfig.Matching;
import io.github.geofix.models.embed.EmbedConfig.Matching.AllCells;
import io.github.geofix.models.embed.EmbedConfig.Matching.InBatch;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.train.Examples.Example;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EmbedModelTest {
  @TempDir private Path folder;

  static CellHierarchy hierarchy(Random random, int points, int... levels) {
    return CellHierarchy.fixedLevels(
        IntStream.range(0, points)
            .mapToObj(i -> HierarchicalScoresTest.randomPoint(random))
            .toList(),
        levels);
  }

  private static EmbedModel model(long seed) {
    return EmbedModel.create(EmbedConfig.tiny(), hierarchy(new Random(seed), 300, 1, 2, 3), seed);
  }

  @Test
  void answersTheSameAfterSavingAndLoading() {
    List<BufferedImage> photos = photos(40);
    try (EmbedModel model = model(1)) {
      model.save(folder.resolve("model"), CARD);
      List<Location> before = model.localizer().locateImages(photos);
      try (Localizer loaded = Localizer.load(folder.resolve("model"))) {
        assertThat(loaded.locateImages(photos)).isEqualTo(before);
      }
    }
  }

  @Test
  void scoresNoVectors() {
    try (EmbedModel model = model(1)) {
      assertThat(model.scores(new float[0][])).isEmpty();
    }
  }

  @Test
  void refusesAGalleryOfAnotherWidth() {
    Path saved = folder.resolve("model");
    try (EmbedModel model = model(1)) {
      model.save(saved, CARD);
    }
    try (EmbeddingIndex narrow =
        EmbeddingIndex.builder(3, EmbeddingIndex.Options.defaults())
            .add(new float[] {1, 2, 3}, new LatLng(0, 0), "a")
            .build()) {
      narrow.save(saved.resolve("gallery.index"));
    }
    assertThatThrownBy(() -> Localizer.load(saved))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("vectors of 3 dimensions, the model of 128");
  }

  @ParameterizedTest
  @ValueSource(strings = {"overlap", "count", "length", "mean", "nothing"})
  void refusesADamagedHierarchy(String damage) throws IOException {
    Path saved = folder.resolve("model");
    try (EmbedModel model = model(1)) {
      model.save(saved, CARD);
    }
    Path weights = saved.resolve("weights.safetensors");
    Safetensors.Writer writer = Safetensors.writer();
    // The ids of the first two faces.
    long[] ids = {1L << 60, damage.equals("overlap") ? 1L << 60 : 3L << 60};
    if (!damage.equals("nothing")) {
      writer.longs("hierarchy.0.ids", ids, 2);
    }
    int counts = damage.equals("length") ? 1 : 2;
    writer.longs(
        "hierarchy.0.counts",
        damage.equals("count") ? new long[] {1, 1L << 40} : new long[counts],
        counts);
    writer.doubles(
        "hierarchy.0.means", new double[] {0, 0, damage.equals("mean") ? 99 : 0, 90}, 2, 2);
    writer.write(weights);
    assertThatThrownBy(() -> Localizer.load(saved))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("hierarchy");
  }

  @Test
  void answersTheSameInAnyBatch() {
    List<BufferedImage> photos = photos(33);
    try (EmbedModel model = model(1)) {
      Localizer localizer = model.localizer();
      List<Location> together = localizer.locateImages(photos);
      Location alone = localizer.locate(photos.get(32));
      assertThat(alone.candidates().get(0).cell())
          .isEqualTo(together.get(32).candidates().get(0).cell());
      assertThat(GreatCircle.distanceKm(alone.latLng(), together.get(32).latLng())).isLessThan(1);
    }
  }

  @Test
  void answersWithTheMeanOfTheScoreAroundTheBestCell() {
    try (EmbedModel model = model(2)) {
      double radiusKm = model.answerOptions().meanKm();
      BufferedImage photo = photos(1).get(0);
      double[] scores =
          model
              .score(model.example(photo, new LatLng(0, 0), new SplittableRandom(1)).inputs()[0], 1)
              .get(0)
              .scores();
      CellPartition cells = model.hierarchy().finest();
      int best = 0;
      for (int cell = 0; cell < scores.length; cell++) {
        best = scores[cell] > scores[best] ? cell : best;
      }
      SphericalMean mean = new SphericalMean();
      for (int cell = 0; cell < scores.length; cell++) {
        if (GreatCircle.distanceKm(cells.meanOf(cell), cells.meanOf(best)) <= radiusKm) {
          mean.add(cells.meanOf(cell), scores[cell]);
        }
      }
      Location location = model.localizer().locate(photo);
      assertThat(location.candidates().get(0).cell()).isEqualTo(cells.cell(best));
      assertThat(location.candidates().get(0).score()).isCloseTo(scores[best], within(1e-6));
      assertThat(GreatCircle.distanceKm(location.latLng(), mean.latLng())).isLessThan(1);
    }
  }

  static List<Matching.Negatives> negatives() {
    return List.of(
        new AllCells(),
        new InBatch(true, false),
        new InBatch(true, true),
        new InBatch(false, false),
        new InBatch(false, true));
  }

  /** The definition in loops: each photo against its cell and the cells that are its negatives. */
  @ParameterizedTest
  @MethodSource("negatives")
  void lossIsTheContrastWithTheNegatives(Matching.Negatives negatives) {
    EmbedNetwork network = network(negatives);
    try (NDManager manager = TorchEngine.newManager()) {
      network.initialize(manager, 4, DataType.FLOAT64);
      NDArray embedded =
          manager.randomNormal(0, 1, new Shape(6, 8), DataType.FLOAT64).normalize(2, 1);
      int[] labels = {0, 1, 1, 4, 2, 0};
      double[][] logit = new double[6][5];
      double[] photos = embedded.toDoubleArray();
      double[] cells = parameter(network, "cells.1").toDoubleArray();
      for (int photo = 0; photo < 6; photo++) {
        for (int cell = 0; cell < 5; cell++) {
          double dot = 0;
          double squares = 0;
          for (int d = 0; d < 8; d++) {
            dot += photos[photo * 8 + d] * cells[cell * 8 + d];
            squares += cells[cell * 8 + d] * cells[cell * 8 + d];
          }
          logit[photo][cell] = dot / Math.sqrt(squares) / 0.07;
        }
      }
      double loss = 0;
      for (int photo = 0; photo < 6; photo++) {
        double own = Math.exp(logit[photo][labels[photo]]);
        double cellsOfTheBatch = own;
        double photosOfTheBatch = own;
        for (int other = 0; other < 6; other++) {
          boolean negative =
              other != photo
                  && (labels[other] != labels[photo]
                      || !(negatives instanceof InBatch batch && batch.maskSameCell()));
          cellsOfTheBatch += negative ? Math.exp(logit[photo][labels[other]]) : 0;
          photosOfTheBatch += negative ? Math.exp(logit[other][labels[photo]]) : 0;
        }
        double allCells = 0;
        for (double l : logit[photo]) {
          allCells += Math.exp(l);
        }
        if (negatives instanceof AllCells) {
          loss -= Math.log(own / allCells) / 6;
        } else if (negatives instanceof InBatch batch && batch.symmetric()) {
          loss -= Math.log(own / cellsOfTheBatch) / 12 + Math.log(own / photosOfTheBatch) / 12;
        } else {
          loss -= Math.log(own / cellsOfTheBatch) / 6;
        }
      }
      NDArray given = manager.create(new long[] {0, 1, 1, 4, 2, 0});
      assertThat(network.levelLoss(Forward.TRAINING, embedded, 1, given).getDouble())
          .isCloseTo(loss, within(1e-5));
    }
  }

  private static EmbedNetwork network(Matching.Negatives negatives) {
    EmbedConfig tiny = EmbedConfig.tiny();
    return new EmbedNetwork(
        tiny.withEncoder(tiny.encoder().withDimension(8))
            .withMatching(Matching.Cosine.defaults().withNegatives(negatives)),
        new int[] {3, 5});
  }

  @ParameterizedTest
  @MethodSource("negatives")
  void gradientsAgreeWithFiniteDifferences(Matching.Negatives negatives) {
    EmbedNetwork network = network(negatives);
    try (NDManager manager = TorchEngine.newManager()) {
      network.initialize(manager, 3, DataType.FLOAT64);
      NDArray embedded =
          manager.randomNormal(0, 1, new Shape(6, 8), DataType.FLOAT64).normalize(2, 1);
      NDArray labels = manager.create(new long[] {0, 1, 1, 4, 2, 0});
      NDArray cells = parameter(network, "cells.1");
      NDArray scale = parameter(network, "log_scale.1");
      cells.setRequiresGradient(true);
      scale.setRequiresGradient(true);
      try (GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
        collector.backward(network.levelLoss(Forward.TRAINING, embedded, 1, labels));
      }
      double[] analytic = cells.getGradient().toDoubleArray();
      double analyticScale = scale.getGradient().toDoubleArray()[0];
      cells.setRequiresGradient(false);
      scale.setRequiresGradient(false);
      for (int i : new int[] {0, 9, 17, 30}) {
        assertThat(analytic[i]).isCloseTo(slope(network, cells, i, embedded, labels), within(1e-6));
      }
      assertThat(analyticScale).isCloseTo(slope(network, scale, 0, embedded, labels), within(1e-6));
    }
  }

  private static NDArray parameter(EmbedNetwork network, String name) {
    return Objects.requireNonNull(network.parameters().get(name)).array();
  }

  private static double slope(
      EmbedNetwork network, NDArray values, int index, NDArray embedded, NDArray labels) {
    double step = 1e-6;
    double[] original = values.toDoubleArray();
    double[] moved = original.clone();
    moved[index] = original[index] + step;
    values.set(moved);
    double above = network.levelLoss(Forward.TRAINING, embedded, 1, labels).getDouble();
    moved[index] = original[index] - step;
    values.set(moved);
    double below = network.levelLoss(Forward.TRAINING, embedded, 1, labels).getDouble();
    values.set(original);
    return (above - below) / (2 * step);
  }

  @Test
  void photosOutsideAllCellsDoNotCount() {
    try (EmbedModel model = model(4);
        NDManager step = TorchEngine.newManager()) {
      List<Example> examples =
          photos(4).stream()
              .map(p -> model.example(p, new LatLng(10, 10), new SplittableRandom(1)))
              .toList();
      long known =
          model.hierarchy().finest().labelOf(model.hierarchy().finest().centerOf(0)).getAsInt();
      double two = loss(model, step, examples.subList(0, 2), new long[] {known, known});
      double withStrangers = loss(model, step, examples, new long[] {known, known, -1, -1});
      assertThat(withStrangers).isCloseTo(two, within(1e-5));
    }
  }

  private static double loss(
      EmbedModel model, NDManager step, List<Example> examples, long[] finestLabels) {
    float[] pixels = new float[examples.size() * examples.get(0).inputs()[0].length];
    long[] labels = new long[3 * examples.size()];
    for (int i = 0; i < examples.size(); i++) {
      float[] photo = examples.get(i).inputs()[0];
      System.arraycopy(photo, 0, pixels, i * photo.length, photo.length);
      for (int level = 0; level < 3; level++) {
        labels[3 * i + level] =
            finestLabels[i] < 0
                ? -1
                : model.hierarchy().ancestorOf(Math.toIntExact(finestLabels[i]), level);
      }
    }
    Batch batch =
        new Batch(
            List.of(step.create(pixels, new Shape(examples.size(), 3, 32, 32))),
            List.of(step.create(labels, new Shape(examples.size(), 3))));
    return model.loss(Forward.INFERENCE, batch).getFloat();
  }

  @Test
  void refusesAFolderOfAnotherFormat() throws IOException {
    try (EmbedModel model = model(1)) {
      model.save(folder.resolve("model"), CARD);
    }
    Path config = folder.resolve("model/config.json");
    Files.writeString(config, Files.readString(config).replace("\"format\": 2", "\"format\": 99"));
    assertThatThrownBy(() -> Localizer.load(folder.resolve("model")))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("format 99")
        .hasMessageContaining("format 2");
  }

  @Test
  void refusesTruncatedWeights() throws IOException {
    try (EmbedModel model = model(1)) {
      model.save(folder.resolve("model"), CARD);
    }
    Path weights = folder.resolve("model/weights.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    Files.write(weights, Arrays.copyOf(bytes, bytes.length / 2));
    assertThatThrownBy(() -> Localizer.load(folder.resolve("model")))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("weights.safetensors");
  }

  @Test
  void refusesUnknownMethods() throws IOException {
    try (EmbedModel model = model(1)) {
      model.save(folder.resolve("model"), CARD);
    }
    Path config = folder.resolve("model/config.json");
    Files.writeString(config, Files.readString(config).replace("\"embed\"", "\"magic\""));
    assertThatThrownBy(() -> Localizer.load(folder.resolve("model")))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("magic")
        .hasMessageContaining("embed");
  }
}
