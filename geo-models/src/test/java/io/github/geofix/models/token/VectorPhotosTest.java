package io.github.geofix.models.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.Location;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.core.index.NeighborLists;
import io.github.geofix.models.GeoModel.AnswerOptions;
import io.github.geofix.models.Samples;
import io.github.geofix.models.calibration.Calibration;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.token.Selection.DecodedPhoto;
import io.github.geofix.models.token.TokenModel.PhotoVectors;
import io.github.geofix.models.token.VectorExamples.VectorPhoto;
import io.github.geofix.models.train.Examples.Example;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VectorPhotosTest {
  private static final int PHOTOS = 12;
  private static final TokenConfig CONFIG =
      TokenConfigs.vectors(
          new TokenConfig.Vectors(2, 8, 3), new TokenNetwork.Options(16, 4, 32, 1, 1, 0));

  @TempDir private Path folder;

  private final List<float[][]> vectors = new ArrayList<>();
  private final List<LatLng> places = new ArrayList<>();

  private ReferenceDatabase reference() {
    Random random = new Random(3);
    ReferenceDatabase.Builder builder = ReferenceDatabase.builder(2, 8);
    for (int i = 0; i < PHOTOS; i++) {
      float[][] photo = new float[2][8];
      for (float[] vector : photo) {
        for (int d = 0; d < vector.length; d++) {
          vector[d] = (float) random.nextGaussian();
        }
      }
      vectors.add(photo);
      places.add(new LatLng(random.nextDouble() * 100 - 50, random.nextDouble() * 300 - 150));
      builder.add(photo, places.get(i), "photo " + i);
    }
    return builder.build();
  }

  /** The photos' vectors, one photo a row. */
  private Embeddings rows() {
    float[][] rows = new float[vectors.size()][16];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(vectors.get(i)[0], 0, rows[i], 0, 8);
      System.arraycopy(vectors.get(i)[1], 0, rows[i], 8, 8);
    }
    return Embeddings.of(rows);
  }

  @Test
  void aPhotoOfTheReferenceIsNotItsOwnNeighbor() {
    try (ReferenceDatabase reference = reference();
        TokenModel model = TokenModel.create(CONFIG, 1)) {
      for (int i = 0; i < PHOTOS; i++) {
        assertThat(reference.neighbors(vectors.get(i), 0, 1).get(0).vectors())
            .isDeepEqualTo(vectors.get(i));
        Example training =
            VectorExamples.inReference(model, reference, rows(), places)
                .example(0, i, new SplittableRandom(1));
        Example testing =
            VectorExamples.besideReference(model, reference, rows(), places)
                .example(0, i, new SplittableRandom(1));
        // One neighbor is 2 x 8 values; those of training are one rank further.
        assertThat(first(testing.inputs()[1], 16)).isEqualTo(testing.inputs()[0]);
        assertThat(first(training.inputs()[1], 16)).isNotEqualTo(training.inputs()[0]);
        assertThat(first(training.inputs()[1], 32))
            .isEqualTo(Arrays.copyOfRange(testing.inputs()[1], 16, 48));
        assertThat(training.targets()[0]).hasSize(3);
        assertThat(training.inputs()[2]).hasSize(9);
      }
    }
  }

  private static float[] first(float[] values, int count) {
    return Arrays.copyOf(values, count);
  }

  @Test
  void locatesPhotosThroughTheirVectors() {
    try (ReferenceDatabase reference = reference();
        TokenModel model = TokenModel.create(CONFIG, 1)) {
      reference.save(folder.resolve("reference"));
      BufferedImage photo = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
      PhotoVectors same = image -> vectors.get(5);
      Location direct =
          model
              .locate(
                  List.of(
                      new VectorPhoto(vectors.get(5), reference.neighbors(vectors.get(5), 0, 3))))
              .get(0);
      try (ReferenceDatabase opened = ReferenceDatabase.open(folder.resolve("reference"));
          TokenModel other = TokenModel.create(CONFIG, 1)) {
        other.setReference(opened);
        assertThat(other.localizer(same).locate(photo)).isEqualTo(direct);
      }
    }
  }

  @Test
  void theReferenceIsPartOfTheModelFolder() {
    BufferedImage photo = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
    PhotoVectors fifth = image -> vectors.get(5);
    TokenConfig config =
        TokenConfigs.answering(
            CONFIG,
            CONFIG.decoding(),
            TokenConfig.SelectionRule.NEAR_NEIGHBORS,
            AnswerOptions.defaults().withMeanKm(2000));
    try (TokenModel model = TokenModel.create(config, 1)) {
      model.setReference(reference());
      model.save(folder.resolve("model"), Samples.CARD);
      Location before = model.localizer(fifth).locate(photo);
      try (TokenModel loaded = TokenModel.load(ModelFolder.open(folder.resolve("model")))) {
        assertThat(loaded.reference()).isPresent();
        assertThat(loaded.localizer(fifth).locate(photo)).isEqualTo(before);
      }
      DecodedPhoto decoded =
          model
              .inference()
              .decode(
                  List.of(
                      model.read(
                          new VectorPhoto(
                              vectors.get(5),
                              model.reference().orElseThrow().neighbors(vectors.get(5), 0, 3)))),
                  config.decoding(),
                  false)
              .get(0);
      assertThat(before.latLng()).isEqualTo(Selection.nearNeighbors(2000).choose(decoded));
    }
  }

  @Test
  void refusesAReferenceOfAnotherLength() {
    try (TokenModel model = TokenModel.create(CONFIG, 1);
        ReferenceDatabase other =
            ReferenceDatabase.builder(1, 4)
                .add(new float[][] {{1, 2, 3, 4}}, new LatLng(0, 0), "a")
                .build()) {
      assertThatThrownBy(() -> model.setReference(other))
          .hasMessage("the reference has vectors of 4 values, the model reads 8");
    }
    assertThatThrownBy(
            () ->
                TokenConfigs.answering(
                    TokenConfig.tiny(),
                    CONFIG.decoding(),
                    TokenConfig.SelectionRule.NEAR_NEIGHBORS,
                    AnswerOptions.defaults()))
        .hasMessageContaining("near-neighbors");
  }

  @Test
  void oneVectorWithoutNeighborsIsEnough() {
    reference().close();
    try (TokenModel model =
        TokenModel.create(CONFIG.withInput(new TokenConfig.Vectors(1, 8, 0)), 1)) {
      PhotoVectors first = image -> new float[][] {vectors.get(0)[0]};
      BufferedImage photo = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
      assertThat(model.inputShapes()).hasSize(1);
      assertThat(model.localizer(first).locate(photo).candidates()).hasSize(10);
    }
  }

  @Test
  void neighborsFromAListAreThoseThatASearchFinds() {
    Path lists = folder.resolve("neighbors.npy");
    reference().close();
    NeighborLists.write(
        lists,
        rows(),
        rows(),
        // Other objects than each other, so a row is in its own list, as authors save them.
        NeighborLists.Options.defaults().withCount(5).withDimension(8));
    Path file = folder.resolve("reference.index");
    ReferenceDatabase.write(file, 2, rows(), places, done -> {});
    try (TokenModel model = TokenModel.create(CONFIG, 1);
        NeighborLists neighbors = NeighborLists.open(lists);
        ReferenceDatabase written = ReferenceDatabase.open(file)) {
      VectorExamples given = VectorExamples.of(model, rows(), places).withNeighbors(neighbors);
      VectorExamples others =
          VectorExamples.of(model, rows(), places).withNeighbors(neighbors, rows(), places);
      VectorExamples searched = VectorExamples.inReference(model, written, rows(), places);
      VectorExamples beside = VectorExamples.besideReference(model, written, rows(), places);
      for (int i = 0; i < PHOTOS; i++) {
        Example expected = searched.example(0, i, new SplittableRandom(1));
        assertThat(given.example(0, i, new SplittableRandom(1)).inputs())
            .isDeepEqualTo(expected.inputs());
        assertThat(searched.example(1, i, new SplittableRandom(1)).inputs())
            .isDeepEqualTo(expected.inputs());
        assertThat(given.photo(i).neighbors().get(1).similarity())
            .isCloseTo(searched.photo(i).neighbors().get(1).similarity(), within(1e-6));
        assertThat(others.example(0, i, new SplittableRandom(1)).inputs())
            .isDeepEqualTo(beside.example(0, i, new SplittableRandom(1)).inputs());
      }
      assertThatThrownBy(() -> VectorExamples.of(model, rows(), places.subList(1, 3)))
          .hasMessageContaining("there are 12 rows of vectors, and there are 2 places");
      assertThatThrownBy(() -> VectorExamples.of(model, Embeddings.of(new float[12][15]), places))
          .hasMessage("the rows have 15 numbers, the model reads 2 vectors of 8");
    }
  }

  @Test
  void isCalibratedOnPhotosOfVectors() {
    try (ReferenceDatabase reference = reference();
        TokenModel model = TokenModel.create(CONFIG, 1)) {
      VectorExamples photos = VectorExamples.inReference(model, reference, rows(), places);
      Calibration calibration = model.calibrate(photos);
      assertThat(model.calibration()).isEqualTo(calibration).isNotEqualTo(Calibration.NONE);
      // Of twelve photos, and one more that counts as not held, 7 and 12 are 50 % and 90 %.
      assertThat(held(model, photos, 0)).isEqualTo(7);
      assertThat(held(model, photos, 1)).isEqualTo(12);
    }
  }

  private static long held(TokenModel model, VectorExamples photos, int share) {
    return IntStream.range(0, photos.size())
        .filter(
            i -> {
              Location location = model.locate(List.of(photos.photo(i))).get(0);
              return location.regions().get(share).region().contains(photos.place(i));
            })
        .count();
  }

  @Test
  void saysWhatIsMissing() {
    try (ReferenceDatabase reference = reference();
        TokenModel model = TokenModel.create(CONFIG, 1)) {
      assertThatThrownBy(model::localizer).hasMessageContaining("PhotoVectors");
      assertThatThrownBy(() -> model.calibrate(noPhotos()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("VectorExamples to train and calibrate on");
      assertThatThrownBy(() -> model.localizer(image -> vectors.get(0)))
          .hasMessageContaining("3 neighbors");
      assertThatThrownBy(() -> model.locate(List.of(new VectorPhoto(vectors.get(0), List.of()))))
          .hasMessageContaining("0 neighbors given, 3 needed");
      assertThatThrownBy(() -> reference.neighbors(vectors.get(0), 0, 13))
          .hasMessageContaining("12 photos, 13 needed");
    }
    try (ReferenceDatabase reference = reference();
        TokenModel model = TokenModel.create(TokenConfig.tiny(), 1)) {
      assertThatThrownBy(
              () -> model.calibrate(VectorExamples.inReference(model, reference, rows(), places)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("give it the photos themselves");
    }
  }

  private static PhotoSource noPhotos() {
    return new PhotoSource() {
      @Override
      public int size() {
        return 0;
      }

      @Override
      public LabeledPhoto photo(int epoch, int index) {
        throw new IndexOutOfBoundsException(index);
      }
    };
  }
}
