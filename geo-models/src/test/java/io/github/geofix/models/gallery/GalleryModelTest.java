package io.github.geofix.models.gallery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Localizer.PhotoOutcome;
import io.github.geofix.core.Location;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.NoAnswerException;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.Refiner;
import io.github.geofix.core.cascade.Cascade;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingIndex.VectorEncoding;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.gallery.GalleryModel.Answer;
import io.github.geofix.models.gallery.GalleryModel.Match;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.internal.encoder.EncoderConfig;
import io.github.geofix.models.internal.encoder.EncoderModel;
import io.github.geofix.models.io.ModelCard;
import io.github.geofix.models.io.ModelFolder;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A gallery of pictures of waves: each place has its own directions, lengths and colors. */
class GalleryModelTest {
  private static final ModelCard CARD =
      new ModelCard("", 0, 0, 1, 0, "", "", "", Map.of(), Optional.empty());

  private static final int PLACES = 40;

  @TempDir private static Path shared;

  private static Path encoder;
  private static final List<Manifest.Entry> PHOTOS = new ArrayList<>();

  @TempDir private Path folder;

  private GalleryModel gallery;

  @BeforeAll
  static void savePhotosAndEncoder() throws IOException {
    encoder = shared.resolve("encoder");
    try (EncoderModel model = EncoderModel.create(EncoderConfig.of("residual-small"), 1)) {
      model.save(encoder, CARD);
    }
    for (int place = 0; place < PLACES; place++) {
      for (int view = 0; view < 2; view++) {
        Path file = shared.resolve("place-" + place + "-" + view + ".png");
        ImageIO.write(picture(place, view), "png", file.toFile());
        PHOTOS.add(new Manifest.Entry(file, latLng(place, view), Map.of()));
      }
    }
    GalleryModel.build(encoder, Manifest.of(PHOTOS), shared.resolve("gallery"));
  }

  /** Places are 10 km and more apart, views of a place 11 m. */
  private static LatLng latLng(int place, int view) {
    return new LatLng(48 + 0.1 * place + 0.0001 * view, 9 + 0.1 * (place % 7));
  }

  private static BufferedImage picture(int place, int view) {
    Random random = new Random(place);
    double[] waves = random.doubles(9, 0.02, 0.4).toArray();
    Random noise = new Random(1000L * place + view);
    BufferedImage picture = new BufferedImage(64, 64, BufferedImage.TYPE_3BYTE_BGR);
    for (int y = 0; y < 64; y++) {
      for (int x = 0; x < 64; x++) {
        int rgb = 0;
        for (int channel = 0; channel < 3; channel++) {
          double phase = waves[3 * channel] * x + waves[3 * channel + 1] * y;
          double level = 100 + 200 * waves[3 * channel + 2] + 60 * Math.sin(phase);
          rgb = rgb << 8 | (int) Math.max(0, Math.min(255, level + 4 * noise.nextGaussian()));
        }
        picture.setRGB(x, y, rgb);
      }
    }
    return picture;
  }

  @BeforeEach
  void openGallery() throws IOException {
    GalleryFolder.copy(shared.resolve("gallery"), folder.resolve("gallery"));
    gallery = GalleryModel.open(folder.resolve("gallery"), LoadOptions.defaults());
  }

  @AfterEach
  void closeGallery() {
    gallery.close();
  }

  private GalleryModel reopened() {
    gallery.close();
    gallery = GalleryModel.open(folder.resolve("gallery"), LoadOptions.defaults());
    return gallery;
  }

  @Test
  void locatesAPhotoAtTheConsensusOfTheMostSimilarOnes() {
    Answer answer = gallery.query(picture(3, 7));
    assertThat(answer.matches().stream().limit(2).map(Match::photo))
        .containsExactlyInAnyOrder(PHOTOS.get(6).image(), PHOTOS.get(7).image());
    assertThat(answer.matches()).hasSize(10);
    LatLng middle = new LatLng(48.30005, 9.3);
    assertThat(GreatCircle.distanceKm(answer.location().orElseThrow().latLng(), middle))
        .isLessThan(0.01);
    Candidate best = answer.location().get().candidates().get(0);
    assertThat(best.latLng()).isEqualTo(answer.location().get().latLng());
    assertThat(best.cell().radiusKm()).isBetween(0.05, 0.5);
    assertThat(answer.location().get().candidates().stream().mapToDouble(Candidate::score).sum())
        .isCloseTo(1, within(1e-9));
    assertThat(answer.location().get().regions()).hasSize(2);
  }

  @Test
  void isLoadedLikeAnyModel() {
    try (Localizer localizer = Localizer.load(folder.resolve("gallery"))) {
      for (Manifest.Entry photo : PHOTOS) {
        assertThat(GreatCircle.distanceKm(localizer.locate(photo.image()).latLng(), photo.latLng()))
            .isLessThan(0.02);
      }
      List<Path> files = PHOTOS.stream().map(Manifest.Entry::image).toList();
      List<LatLng> all = localizer.locateAll(files).stream().map(Location::latLng).toList();
      List<BufferedImage> images = files.stream().map(Photos::read).toList();
      assertThat(localizer.locateImages(images)).extracting(Location::latLng).isEqualTo(all);
    }
  }

  @Test
  void declinesToAnswerBelowItsLimit() {
    gallery.setMinScore(0.999999);
    BufferedImage unknown = picture(99, 0);
    Answer answer = gallery.query(unknown);
    assertThat(answer.location()).isEmpty();
    assertThat(answer.matches()).hasSize(10);
    assertThat(answer.reason())
        .startsWith("the most similar photo of the gallery has a score of 0.")
        .endsWith("below the limit of 1.000");
    try (Localizer localizer = Localizer.load(folder.resolve("gallery"))) {
      assertThatThrownBy(() -> localizer.locate(unknown))
          .isInstanceOf(NoAnswerException.class)
          .hasMessage(answer.reason());
      Path known = PHOTOS.get(0).image();
      Path lost = folder.resolve("lost.png");
      Path other = folder.resolve("other.png");
      write(other, unknown);
      List<PhotoOutcome> outcomes = new ArrayList<>();
      localizer.locateEach(List.of(known, other, lost), outcomes::add);
      assertThat(outcomes)
          .extracting(PhotoOutcome::getClass)
          .isEqualTo(
              List.of(
                  PhotoOutcome.Located.class,
                  PhotoOutcome.Unanswered.class,
                  PhotoOutcome.Failed.class));
      assertThatThrownBy(() -> localizer.locateAll(List.of(known, other)))
          .isInstanceOf(NoAnswerException.class)
          .hasMessage(other + ": " + answer.reason());
    }
  }

  private static void write(Path file, BufferedImage image) {
    try {
      ImageIO.write(image, "png", file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void keepsWhatIsAddedAndRemoved() {
    Path photo = folder.resolve("new.png");
    write(photo, picture(50, 0));
    Manifest more =
        Manifest.of(
            List.of(PHOTOS.get(5), new Manifest.Entry(photo, new LatLng(-30, 20), Map.of())));
    assertThat(gallery.add(more)).isEqualTo(new GalleryModel.Added(1, 1, List.of()));
    assertThat(reopened().size()).isEqualTo(2 * PLACES + 1);
    assertThat(gallery.query(photo).matches().get(0).latLng()).isEqualTo(new LatLng(-30, 20));

    Path nowhere = Path.of("nowhere.png").toAbsolutePath();
    assertThat(gallery.remove(List.of(photo, PHOTOS.get(0).image(), nowhere)))
        .containsExactly(nowhere);
    assertThat(reopened().size()).isEqualTo(2 * PLACES - 1);
    gallery.compact(false, linked -> {});
    assertThat(reopened().size()).isEqualTo(2 * PLACES - 1);
    assertThat(gallery.query(photo).matches())
        .extracting(Match::photo)
        .doesNotContain(photo, PHOTOS.get(0).image());
    assertThat(gallery.add(Manifest.of(PHOTOS)).added()).isEqualTo(1);
  }

  @Test
  void keepsThePhotosBeforeOneThatCannotBeRead() throws IOException {
    Path broken = Files.writeString(folder.resolve("broken.png"), "no image");
    Path last = folder.resolve("last.png");
    write(last, picture(51, 0));
    LatLng place = new LatLng(0, 0);
    List<Manifest.Entry> added = new ArrayList<>();
    for (Path each : List.of(broken, last)) {
      added.add(new Manifest.Entry(each, place, Map.of()));
    }
    Path first = folder.resolve("first.png");
    write(first, picture(52, 0));
    added.add(0, new Manifest.Entry(first, place, Map.of()));
    assertThatThrownBy(() -> gallery.add(Manifest.of(added)))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("broken.png");
    assertThat(reopened().size()).isEqualTo(2 * PLACES + 1);
    assertThat(gallery.add(Manifest.of(added), true, done -> {}))
        .isEqualTo(new GalleryModel.Added(1, 1, List.of(broken)));
  }

  @Test
  void searchesAGraphAsItSearchesAllRows() {
    List<Match> exact = gallery.query(picture(8, 3)).matches();
    List<Integer> linked = new ArrayList<>();
    gallery.compact(true, linked::add);
    assertThat(linked).endsWith(gallery.size());
    assertThat(gallery.isApproximate()).isTrue();
    assertThat(reopened().isApproximate()).isTrue();
    assertThat(gallery.query(picture(8, 3)).matches()).isEqualTo(exact);
    assertThat(folder.resolve("gallery/photos.index")).doesNotExist();
    gallery.remove(List.of(exact.get(0).photo()));
    assertThat(gallery.isApproximate()).isFalse();
    assertThat(folder.resolve("gallery/graph")).doesNotExist();
    assertThat(reopened().query(picture(8, 3)).matches().get(0)).isEqualTo(exact.get(1));
  }

  /** A process can end after it wrote the rows and before it deleted the graph, or otherwise. */
  @Test
  void believesTheRowsWhereAGraphWasLeftBehind() throws IOException {
    gallery.compact(true, linked -> {});
    Path graph = folder.resolve("gallery/graph");
    Path aside = folder.resolve("aside");
    GalleryFolder.copy(graph, aside);
    gallery.remove(List.of(PHOTOS.get(0).image()));
    GalleryFolder.copy(aside, graph);
    Files.createFile(folder.resolve("gallery/.photos.index.1234.tmp"));
    assertThat(reopened().isApproximate()).isFalse();
    assertThat(gallery.size()).isEqualTo(2 * PLACES - 1);
    gallery.compact(true, linked -> {});
    assertThat(reopened().size()).isEqualTo(2 * PLACES - 1);
  }

  @Test
  void isChangedByOneProcessAtATime() throws IOException {
    Path card = folder.resolve("gallery/card.json");
    try (FileChannel channel = FileChannel.open(card, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      assertThat(lock.isValid()).isTrue();
      assertThatThrownBy(() -> gallery.remove(List.of(PHOTOS.get(0).image())))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("another process or thread is changing the gallery");
    }
    assertThat(gallery.remove(List.of(PHOTOS.get(0).image()))).isEmpty();
  }

  @Test
  void findsItsLimitAmongPhotosOfOtherPlaces() {
    double[] elsewhere = new double[PHOTOS.size()];
    for (int i = 0; i < elsewhere.length; i++) {
      LatLng here = PHOTOS.get(i).latLng();
      gallery.setMinScore(-1);
      elsewhere[i] =
          gallery.query(PHOTOS.get(i).image()).matches().stream()
              .filter(match -> GreatCircle.distanceKm(match.latLng(), here) > 1)
              .mapToDouble(Match::score)
              .max()
              .orElseThrow();
    }
    Arrays.sort(elsewhere);
    // 81 ranks: a share of 0.05 leaves 4 of them above.
    GalleryModel.Limit limit = gallery.setLimit(0.05);
    assertThat(limit.minScore().orElseThrow()).isCloseTo(elsewhere[76], within(1e-6));
    assertThat(limit.elsewhereKm()).isEqualTo(1);
    assertThat(limit.photos()).isEqualTo(PHOTOS.size());
    assertThat(limit.answered()).as("each photo has another view").isEqualTo(1);
    assertThat(reopened().config().minScore()).isCloseTo(elsewhere[76], within(1e-6));
    assertThat(gallery.setLimit(0.001).minScore()).isEqualTo(OptionalDouble.empty());
    assertThat(gallery.config().minScore()).isEqualTo(-1);
  }

  /** Builds a gallery of the same photos within a town: places 20 m apart, views of a place 0.2. */
  private Path town(double agreeKm) {
    Path town = folder.resolve("town");
    try (GalleryModel built =
        GalleryModel.create(
            encoder,
            town,
            GalleryConfig.defaults(),
            VectorEncoding.FLOAT32,
            LoadOptions.defaults())) {
      List<Manifest.Entry> photos = new ArrayList<>();
      for (int i = 0; i < PHOTOS.size(); i++) {
        int place = i / 2;
        LatLng latLng = new LatLng(48 + 0.00018 * place + 0.0000018 * (i % 2), 9);
        photos.add(new Manifest.Entry(PHOTOS.get(i).image(), latLng, Map.of()));
      }
      built.add(Manifest.of(photos));
      built.setAgreement(agreeKm);
    }
    return town;
  }

  @Test
  void findsTheLimitOfAGalleryOfOneTown() {
    try (GalleryModel town = GalleryModel.open(town(0.005), LoadOptions.defaults())) {
      GalleryModel.Limit limit = town.setLimit(0.05);
      // 780 pairs of places of which 40 - n are n steps apart: 407 of the pairs are 13 and more.
      assertThat(limit.elsewhereKm()).isBetween(0.2, 0.28);
      assertThat(limit.photos()).isEqualTo(PHOTOS.size());
      assertThat(limit.minScore().orElseThrow()).isEqualTo(town.config().minScore());
      assertThat(limit.answered()).isEqualTo(1);
      int answered = 0;
      for (int other = 0; other < 40; other++) {
        assertThat(town.query(picture(other, 5)).location()).as("place " + other).isPresent();
        answered += town.query(picture(1000 + other, 0)).location().isPresent() ? 1 : 0;
      }
      assertThat(answered).as("photos of places elsewhere that are answered").isLessThan(6);
      assertThat(town.setLimit(0.05, 0.1).elsewhereKm()).isEqualTo(0.1);
      assertThat(town.setLimit(0.05, 5).photos()).isZero();
      assertThat(town.config().minScore()).isEqualTo(-1);
    }
  }

  @Test
  void findsNoLimitWherePhotosAreAllOfOnePlace() {
    try (GalleryModel town = GalleryModel.open(town(0.5), LoadOptions.defaults())) {
      GalleryModel.Limit limit = town.setLimit(0.05);
      assertThat(limit.minScore()).isEmpty();
      assertThat(limit.photos()).isZero();
      assertThat(town.config().minScore()).isEqualTo(-1);
    }
  }

  @Test
  void keepsTheAgreementUnlessAnotherIsBetter() {
    // Views of a place are alike and places far apart: no distance is better than 100 m.
    assertThat(gallery.config().answer().meanKm()).isEqualTo(0.1);
    gallery.setAgreement(0.02);
    assertThat(reopened().config().answer().meanKm()).isEqualTo(0.02);
    assertThat(gallery.chooseAgreement()).isEqualTo(0.1);
    assertThat(reopened().config().answer().meanKm()).isEqualTo(0.1);
  }

  @Test
  void answersNothingWithoutPhotos() {
    try (GalleryModel empty =
        GalleryModel.create(
            encoder,
            folder.resolve("empty"),
            GalleryConfig.defaults(),
            VectorEncoding.INT8,
            LoadOptions.defaults())) {
      assertThat(empty.query(picture(0, 0)).reason()).isEqualTo("the gallery holds no photo");
      assertThat(empty.setLimit(0.05).minScore()).isEmpty();
      assertThat(empty.add(Manifest.of(PHOTOS)).added()).isEqualTo(PHOTOS.size());
      assertThat(empty.query(picture(3, 7)).matches())
          .isEqualTo(gallery.query(picture(3, 7)).matches());
    }
  }

  @Test
  void doesNotReplaceAGallery() {
    assertThatThrownBy(
            () -> GalleryModel.build(encoder, Manifest.of(PHOTOS), folder.resolve("gallery")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("geofix gallery add");
  }

  @Test
  void refusesRowsOfAnotherEncoder() throws IOException {
    try (EncoderModel other = EncoderModel.create(EncoderConfig.of("residual-small"), 2)) {
      other.save(folder.resolve("gallery/encoder"), CARD);
    }
    assertThatThrownBy(this::reopened)
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("another encoder");
    gallery =
        GalleryModel.create(
            encoder,
            folder.resolve("g"),
            GalleryConfig.defaults(),
            VectorEncoding.FLOAT32,
            LoadOptions.defaults());
  }

  @ParameterizedTest
  @ValueSource(strings = {"embed", "geoclip", "recombine"})
  void takesAnyModelThatEncodesPhotos(String method) {
    Path model = folder.resolve(method);
    List<LatLng> places = method.equals("embed") ? places() : List.of();
    try (GeoModel made = Family.named(method).create("tiny", Map.of(), places, 1)) {
      made.save(model, CARD);
    }
    GalleryModel.build(model, Manifest.of(PHOTOS), folder.resolve("of-" + method));
    try (Localizer localizer = Localizer.load(folder.resolve("of-" + method))) {
      Location location = localizer.locate(PHOTOS.get(12).image());
      assertThat(GreatCircle.distanceKm(location.latLng(), PHOTOS.get(12).latLng()))
          .isLessThan(0.02);
    }
  }

  private static List<LatLng> places() {
    return PHOTOS.stream().map(Manifest.Entry::latLng).toList();
  }

  @Test
  void refusesAModelThatDoesNotEncodePhotos() {
    try (GeoModel made = Family.named("token").create("tiny", Map.of(), List.of(), 1)) {
      made.save(folder.resolve("token"), CARD);
    }
    assertThatThrownBy(
            () ->
                GalleryModel.build(
                    folder.resolve("token"), Manifest.of(PHOTOS), folder.resolve("of-token")))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("does not turn photos into vectors");
    assertThat(folder.resolve("of-token")).doesNotExist();
  }

  @Test
  void isCalibratedAndSavedLikeAnyModel() {
    PhotoSource held =
        new PhotoSource() {
          @Override
          public int size() {
            return PLACES;
          }

          @Override
          public LabeledPhoto photo(int epoch, int index) {
            return new LabeledPhoto(picture(index, 9), latLng(index, 0));
          }
        };
    assertThat(gallery.calibrate(held).temperature()).isLessThan(1);
    gallery.save(folder.resolve("copy"), CARD);
    try (Localizer copy = Localizer.load(folder.resolve("copy"));
        Localizer before = gallery.localizer()) {
      assertThat(copy.locate(picture(4, 9))).isEqualTo(before.locate(picture(4, 9)));
      assertThat(copy.locate(picture(4, 9)).score())
          .isGreaterThan(reopened().localizer().locate(picture(4, 9)).score());
    }
  }

  @Test
  void refinesTheCandidatesOfAnotherModel() {
    try (Refiner refiner = gallery.refiner()) {
      List<Candidate> proposed =
          List.of(candidate(1, 0.6), candidate(6, 0.3), candidate(30, 0.1), nowhere());
      List<Candidate> refined = refiner.refine(picture(6, 5), proposed);
      assertThat(refined).hasSize(3);
      assertThat(refined.get(1).score()).isEqualTo(1);
      assertThat(refined.get(0).score()).isLessThan(1);
      assertThat(GreatCircle.distanceKm(refined.get(1).latLng(), latLng(6, 0))).isLessThan(0.02);
    }
    gallery.setMinScore(1);
    try (Refiner refiner = gallery.refiner()) {
      List<Candidate> proposed = List.of(candidate(1, 0.6), candidate(6, 0.4));
      assertThat(refiner.refine(picture(6, 5), proposed))
          .extracting(Candidate::score)
          .containsExactly(1.0, 1.0);
    }
  }

  private static Candidate candidate(int place, double score) {
    return Candidate.of(S2Cell.of(latLng(place, 0), 13), score);
  }

  private static Candidate nowhere() {
    return Candidate.of(S2Cell.of(new LatLng(-60, 0), 13), 0);
  }

  @Test
  void isAStageOfACascade() {
    try (GeoModel made = Family.named("embed").create("tiny", Map.of(), places(), 1)) {
      made.save(folder.resolve("embed"), CARD);
    }
    gallery.close();
    try (Cascade last = Cascade.load(folder.resolve("embed"), List.of(folder.resolve("gallery")));
        Cascade first = Cascade.load(folder.resolve("gallery"), List.of())) {
      assertThat(last.locate(picture(6, 5)).candidates()).isNotEmpty();
      assertThat(last.costs()).extracting(Cascade.Cost::stage).containsExactly("first", "gallery");
      assertThat(GreatCircle.distanceKm(first.locate(picture(6, 5)).latLng(), latLng(6, 0)))
          .isLessThan(0.02);
    }
  }

  @Test
  void isNoModelToTrain() {
    assertThatThrownBy(() -> Family.named("gallery").create("tiny", Map.of(), List.of(), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("geofix gallery build");
    ModelFolder opened = ModelFolder.open(encoder);
    assertThatThrownBy(() -> Localizer.load(opened.path()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("geofix gallery build");
    assertThatThrownBy(() -> GalleryModel.open(encoder, LoadOptions.defaults()))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("is no gallery");
  }
}
