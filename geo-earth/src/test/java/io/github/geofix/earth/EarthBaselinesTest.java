package io.github.geofix.earth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.geometry.S2CellId;
import com.google.common.geometry.S2LatLng;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EarthBaselinesTest {
  private static final EarthImage EARTH = SyntheticEarth.patches(3);
  private static final EarthPhotos PHOTOS =
      EarthPhotos.of(
          LandMap.of(EARTH),
          List.of(EARTH),
          EarthPhotoOptions.defaults().withLatitudes(20, 30).withLooks(0.5, 0));
  private static final LandCells CELLS = LandCells.of(PHOTOS, 5);
  private static final EarthBaselines BASELINES = EarthBaselines.of(EARTH, CELLS);

  @Test
  void cellsCoverAllPlacesAndNoOthers() {
    for (EarthPhoto photo : PHOTOS.photos(0, 300)) {
      assertThat(nearestCellKm(photo.latLng())).isLessThan(250);
    }
    for (int cell = 0; cell < CELLS.size(); cell++) {
      assertThat(CELLS.center(cell).latitude()).isBetween(16.0, 34.0);
      assertThat(CELLS.s2Token(cell)).hasSize(4);
    }
    // 7.9 % of the sphere's 6,144 cells, and those on the border.
    assertThat(CELLS.size()).isBetween(484, 720);
  }

  private static double nearestCellKm(LatLng point) {
    return IntStream.range(0, CELLS.size())
        .mapToDouble(cell -> GreatCircle.distanceKm(point, CELLS.center(cell)))
        .min()
        .orElseThrow();
  }

  @Test
  void positionsAreSpreadOverTheCell() {
    List<LatLng> positions = CELLS.positions(7, 3);
    assertThat(positions).hasSize(9).doesNotHaveDuplicates();
    S2LatLng middle = S2CellId.fromToken(CELLS.s2Token(7)).toLatLng();
    assertThat(positions.get(4)).isEqualTo(CELLS.center(7));
    assertThat(CELLS.center(7).latitude()).isCloseTo(middle.latDegrees(), within(1e-9));
    assertThat(CELLS.center(7).longitude()).isCloseTo(middle.lngDegrees(), within(1e-9));
    for (LatLng position : positions) {
      assertThat(GreatCircle.distanceKm(position, CELLS.center(7))).isLessThan(180);
    }
    assertThat(GreatCircle.distanceKm(positions.get(0), positions.get(1))).isBetween(60.0, 130.0);
  }

  @Test
  void chanceDrawsCellsWhateverThePhotos() {
    List<LatLng> guesses = BASELINES.chance(3000, 1);
    assertThat(BASELINES.chance(3000, 1)).isEqualTo(guesses);
    assertThat(BASELINES.chance(3000, 2)).isNotEqualTo(guesses);
    // Of n cells drawn 3,000 times, n (1 - e^(-3000 / n)) different ones are to be expected.
    double expected = CELLS.size() * (1 - Math.exp(-3000.0 / CELLS.size()));
    assertThat((double) guesses.stream().distinct().count())
        .isBetween(0.95 * expected, 1.05 * expected);
  }

  @ParameterizedTest
  @CsvSource({"8,0,32", "8,0,100", "8,0,13"})
  void plainCorrelationFindsACellFromItsOwnPicture(double size, double rotation, int pixels) {
    assertThat(BASELINES.correlation(crops(size, rotation, pixels))).isEqualTo(someCenters());
  }

  @ParameterizedTest
  @CsvSource({"8,0", "5,20", "10.5,-23", "12,3"})
  void searchFindsTurnedAndScaledPhotos(double size, double rotation) {
    List<LatLng> guesses = BASELINES.correlationSearch(crops(size, rotation, 32));
    for (int i = 0; i < guesses.size(); i++) {
      assertThat(GreatCircle.distanceKm(guesses.get(i), someCenters().get(i))).isLessThan(120);
    }
  }

  @Test
  void meanColorFindsAPlaceOfThatColor() {
    List<LatLng> guesses = BASELINES.meanColor(crops(8, 0, 32));
    // Nearly equal colors may change places when a photo is shrunk.
    assertThat(IntStream.range(0, 20).filter(i -> guesses.get(i).equals(someCenters().get(i))))
        .hasSizeGreaterThan(16);
  }

  @Test
  void ranksAgreeWithTheBestGuesses() {
    List<EarthPhoto> photos = PHOTOS.photos(500, 60);
    List<BufferedImage> images = photos.stream().map(EarthPhoto::image).toList();
    int[] cellOf = photos.stream().mapToInt(p -> CELLS.cellOf(p.latLng()).orElseThrow()).toArray();
    assertFirst(BASELINES.meanColorRanks(images, cellOf), BASELINES.meanColor(images), cellOf);
    assertFirst(BASELINES.correlationRanks(images, cellOf), BASELINES.correlation(images), cellOf);
    int[] searched = BASELINES.correlationSearchRanks(images, cellOf);
    assertFirst(searched, BASELINES.correlationSearch(images), cellOf);
    assertThat(Arrays.stream(searched).boxed()).allMatch(rank -> rank >= 0 && rank < CELLS.size());
    assertThat(Arrays.stream(searched).filter(rank -> rank < 10).count()).isGreaterThan(40);
    assertThat(Arrays.stream(searched).filter(rank -> rank > 0).count()).isPositive();
    assertThat(CELLS.cellOf(new LatLng(-80, 0))).isEmpty();
  }

  /** Only a cell of rank 0 is guessed, and the guess is then in it. */
  private static void assertFirst(int[] ranks, List<LatLng> guesses, int[] cellOf) {
    for (int i = 0; i < ranks.length; i++) {
      assertThat(ranks[i] == 0).isEqualTo(CELLS.cellOf(guesses.get(i)).orElseThrow() == cellOf[i]);
    }
  }

  private static List<LatLng> someCenters() {
    return IntStream.range(0, 20).mapToObj(i -> CELLS.center(23 * i)).toList();
  }

  private static List<BufferedImage> crops(double size, double rotation, int pixels) {
    return someCenters().stream()
        .map(center -> EARTH.crop(new EarthView(center, size, rotation), pixels))
        .toList();
  }

  @Test
  void noPhotosGiveNoGuesses() {
    assertThat(BASELINES.meanColor(List.of())).isEmpty();
    assertThat(BASELINES.correlation(List.of())).isEmpty();
  }

  @Test
  void refusesToFindCellsWhereThereAreNone() {
    EarthImage sea = EarthImage.of(SyntheticEarth.paint(90, (lat, lon) -> 0x0A1E46));
    EarthPhotos photos =
        EarthPhotos.of(LandMap.of(sea), List.of(sea), EarthPhotoOptions.defaults());
    assertThatThrownBy(() -> LandCells.of(photos, 5)).hasMessageContaining("no place");
    assertThatThrownBy(() -> LandCells.of(PHOTOS, 7)).hasMessageContaining("0 to 6: 7");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void matcherFindsTheHighestCorrelation(long seed) {
    Random random = new Random(seed);
    int pixels = 1 + random.nextInt(20);
    int[][] photos = randomPictures(1 + random.nextInt(600), pixels, random);
    int[][] templates = randomPictures(1 + random.nextInt(50), pixels, random);
    TemplateMatcher matcher = new TemplateMatcher(vectors(photos));
    int half = templates.length / 2;
    matcher.match(vectors(Arrays.copyOfRange(templates, half, templates.length)), half);
    if (half > 0) {
      matcher.match(vectors(Arrays.copyOf(templates, half)), 0);
    }
    int[] best = matcher.best();
    for (int p = 0; p < photos.length; p++) {
      double highest = Double.NEGATIVE_INFINITY;
      for (int[] template : templates) {
        highest = Math.max(highest, correlation(photos[p], template));
      }
      assertThat(correlation(photos[p], templates[best[p]])).isGreaterThan(highest - 1e-5);
    }
  }

  private static float[][] vectors(int[][] pictures) {
    return Arrays.stream(pictures).map(TemplateMatcher::vector).toArray(float[][]::new);
  }

  private static int[][] randomPictures(int count, int pixels, Random random) {
    int[][] pictures = new int[count][];
    for (int i = 0; i < count; i++) {
      pictures[i] = random.ints(pixels, 0, 1 << 24).toArray();
    }
    return pictures;
  }

  /** Pixels less the mean of their channel; product over lengths, all channels together. */
  private static double correlation(int[] a, int[] b) {
    double product = 0;
    double squareA = 0;
    double squareB = 0;
    for (int shift = 0; shift < 24; shift += 8) {
      int s = shift;
      double meanA = Arrays.stream(a).map(c -> c >> s & 0xFF).average().orElseThrow();
      double meanB = Arrays.stream(b).map(c -> c >> s & 0xFF).average().orElseThrow();
      for (int i = 0; i < a.length; i++) {
        double x = (a[i] >> s & 0xFF) - meanA;
        double y = (b[i] >> s & 0xFF) - meanB;
        product += x * y;
        squareA += x * x;
        squareB += y * y;
      }
    }
    double length = Math.sqrt(squareA * squareB);
    return length > 0 ? product / length : 0;
  }
}
