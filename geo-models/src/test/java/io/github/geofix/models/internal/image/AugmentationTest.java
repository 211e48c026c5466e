package io.github.geofix.models.internal.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.models.internal.image.Augmentation.Blur;
import io.github.geofix.models.internal.image.Augmentation.CoarseDropout;
import io.github.geofix.models.internal.image.Augmentation.ColorJitter;
import io.github.geofix.models.internal.image.Augmentation.Crop;
import io.github.geofix.models.internal.image.Augmentation.EachSquare;
import io.github.geofix.models.internal.image.Augmentation.Gray;
import io.github.geofix.models.internal.image.Augmentation.GridDropout;
import io.github.geofix.models.internal.image.Augmentation.Jpeg;
import io.github.geofix.models.internal.image.Augmentation.OneOf;
import io.github.geofix.models.internal.image.Augmentation.ScaledCrop;
import io.github.geofix.models.internal.image.Augmentation.Sharpen;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AugmentationTest {
  private static final int WIDTH = 60;
  private static final int HEIGHT = 40;

  private static Stream<Augmentation> all() {
    return Stream.of(
        Augmentation.sequence(new Jpeg(90, 100), new ScaledCrop(0.7, 1)),
        Augmentation.sometimes(0.5, Augmentation.oneOf(new Gray(), new Sharpen(0.2, 1))),
        new EachSquare(GridDropout.ofRatio(0.4)),
        new Crop(0.7, 1, 0.75, 4 / 3.0),
        new ScaledCrop(0.7, 1),
        new Jpeg(90, 100),
        new ColorJitter(0.2, 0.2, 0.2, 0.05),
        new Gray(),
        new Blur(0.5, 2),
        new Sharpen(0.2, 1),
        GridDropout.ofRatio(0.4),
        CoarseDropout.defaults());
  }

  @ParameterizedTest
  @MethodSource("all")
  void dependsOnTheSeedAloneAndLeavesThePhotoAlone(Augmentation augmentation) {
    BufferedImage photo = photo();
    for (long seed = 0; seed < 20; seed++) {
      BufferedImage once = augmentation.apply(photo, new SplittableRandom(seed));
      BufferedImage again = augmentation.apply(photo, new SplittableRandom(seed));
      assertThat(Pixels.bytes(once)).isEqualTo(Pixels.bytes(again));
      assertThat(Pixels.bytes(photo)).isEqualTo(Pixels.bytes(photo()));
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void acceptsTheSmallestPhoto(Augmentation augmentation) {
    for (long seed = 0; seed < 20; seed++) {
      BufferedImage one = augmentation.apply(Pixels.create(1, 1), new SplittableRandom(seed));
      assertThat(one.getWidth()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void cropsAPartOfThePhotoWithinTheRanges(long seed) {
    BufferedImage crop = new Crop(0.3, 0.6, 0.75, 1.5).apply(photo(), new SplittableRandom(seed));
    double area = (double) crop.getWidth() * crop.getHeight() / (WIDTH * HEIGHT);
    double aspect = (double) crop.getWidth() / crop.getHeight();
    assertThat(area).isBetween(0.27, 0.63);
    assertThat(aspect).isBetween(0.7, 1.6);
    // Red is the column and green the row, so the corner says where the part comes from.
    int left = crop.getRGB(0, 0) >> 16 & 0xff;
    int top = crop.getRGB(0, 0) >> 8 & 0xff;
    for (int y = 0; y < crop.getHeight(); y++) {
      for (int x = 0; x < crop.getWidth(); x++) {
        assertThat(crop.getRGB(x, y)).isEqualTo(photo().getRGB(left + x, top + y));
      }
    }
  }

  @Test
  void cropsWithThePhotosOwnAspectAtEveryPlace() {
    Set<Integer> lefts = new HashSet<>();
    Set<Integer> tops = new HashSet<>();
    for (long seed = 0; seed < 200; seed++) {
      BufferedImage crop = new ScaledCrop(0.5, 0.8).apply(photo(), new SplittableRandom(seed));
      double area = (double) crop.getWidth() * crop.getHeight() / (WIDTH * HEIGHT);
      assertThat(area).isBetween(0.48, 0.82);
      assertThat((double) crop.getWidth() / crop.getHeight())
          .isCloseTo((double) WIDTH / HEIGHT, within(0.05));
      int left = crop.getRGB(0, 0) >> 16 & 0xff;
      int top = crop.getRGB(0, 0) >> 8 & 0xff;
      assertThat(crop.getRGB(crop.getWidth() - 1, crop.getHeight() - 1))
          .isEqualTo(photo().getRGB(left + crop.getWidth() - 1, top + crop.getHeight() - 1));
      lefts.add(left);
      tops.add(top);
    }
    assertThat(lefts).hasSizeGreaterThan(12).contains(0);
    assertThat(tops).hasSizeGreaterThan(8).contains(0);
    assertThat(new ScaledCrop(1, 1).apply(photo(), new SplittableRandom(1)).getWidth())
        .isEqualTo(WIDTH);
  }

  @Test
  void changesEachSquareOfAWidePhotoByItself() {
    BufferedImage wide = Pixels.create(50, 20);
    Graphics2D graphics = wide.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, 50, 20);
    graphics.dispose();
    SplittableRandom random = new SplittableRandom(3);
    BufferedImage changed = new EachSquare(new CoarseDropout(1, 1, 0.5, 0.5)).apply(wide, random);
    for (int left = 0; left < 50; left += 20) {
      int width = Math.min(20, 50 - left);
      int black = 0;
      for (int i = 0; i < width * 20; i++) {
        black += (changed.getRGB(left + i % width, i / width) & 0xff) == 0 ? 1 : 0;
      }
      // Half of the shorter side.
      assertThat(black).isEqualTo(width / 2 * (width / 2));
    }
  }

  @Test
  void cropsTheMiddleOfAPhotoThatIsMuchTooLong() {
    BufferedImage strip = Pixels.create(400, 10);
    BufferedImage crop = new Crop(1, 1, 0.75, 4 / 3.0).apply(strip, new SplittableRandom(1));
    assertThat(crop.getWidth()).isEqualTo(13);
    assertThat(crop.getHeight()).isEqualTo(10);
  }

  @Test
  void takesThePartsOfColorJitterFromTheirDefinitions() {
    // One pixel of each of two grays and a color: mean gray 100.
    byte[] bgr = {50, 50, 50, 100, 100, 100, 0, 0, (byte) 255};
    assertThat(Colors.gray(bgr, 6)).isEqualTo(76);
    byte[] bright = bgr.clone();
    Colors.brighten(bright, 1.2);
    assertThat(bright).containsExactly(60, 60, 60, 120, 120, 120, 0, 0, 255);
    byte[] flat = bgr.clone();
    Colors.contrast(flat, 0);
    int mean = Math.round((50 + 100 + 76) / 3f);
    assertThat(flat).containsOnly(mean);
    byte[] gray = bgr.clone();
    Colors.saturate(gray, 0);
    assertThat(gray).containsExactly(50, 50, 50, 100, 100, 100, 76, 76, 76);
    byte[] green = bgr.clone();
    Colors.turnHue(green, 1 / 3.0);
    assertThat(green).containsExactly(50, 50, 50, 100, 100, 100, 0, 255, 0);
  }

  @Test
  void blursAPointIntoAGaussian() {
    BufferedImage point = Pixels.create(21, 21);
    point.setRGB(10, 10, 0xffffff);
    double sigma = 1.5;
    BufferedImage blurred = Gaussian.blurred(point, sigma);
    for (int y = 0; y < 21; y++) {
      for (int x = 0; x < 21; x++) {
        double square = (x - 10) * (x - 10) + (y - 10) * (y - 10);
        double density = Math.exp(-square / (2 * sigma * sigma)) / (2 * Math.PI * sigma * sigma);
        assertThat((double) (blurred.getRGB(x, y) & 0xff)).isCloseTo(255 * density, within(1.0));
      }
    }
  }

  @Test
  void sharpensEdgesAndLeavesPlainPartsAlone() {
    BufferedImage edge = Pixels.create(20, 5);
    for (int y = 0; y < 5; y++) {
      for (int x = 0; x < 20; x++) {
        edge.setRGB(x, y, x < 10 ? 0x404040 : 0x808080);
      }
    }
    BufferedImage sharp = new Sharpen(1, 1).apply(edge, new SplittableRandom(1));
    assertThat(sharp.getRGB(2, 2) & 0xff).isEqualTo(0x40);
    assertThat(sharp.getRGB(9, 2) & 0xff).isLessThan(0x40);
    assertThat(sharp.getRGB(10, 2) & 0xff).isGreaterThan(0x80);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void gridHolesCoverTheSquareOfTheirRatio(long seed) {
    BufferedImage white = Pixels.create(300, 300);
    Arrays.fill(Pixels.bytes(white), (byte) 255);
    BufferedImage holes = new GridDropout(0.4, 0.1, 0.1).apply(white, new SplittableRandom(seed));
    long black = 0;
    for (byte b : Pixels.bytes(holes)) {
      black += b == 0 ? 1 : 0;
    }
    assertThat(black / (3.0 * 300 * 300)).isCloseTo(0.16, within(0.001));
  }

  @Test
  void choosesAndSkipsWithTheGivenProbability() {
    SplittableRandom random = new SplittableRandom(1);
    Augmentation sometimes = Augmentation.sometimes(0.3, new Gray());
    BufferedImage photo = photo();
    int changed = 0;
    for (int i = 0; i < 1000; i++) {
      changed += sometimes.apply(photo, random) == photo ? 0 : 1;
    }
    assertThat(changed).isBetween(250, 350);
  }

  @Test
  void keepsPanoramaAndAerialImageTogether() {
    // Four colors for the four directions, seen from above and along the horizon.
    int[] colors = {0xff0000, 0x00ff00, 0x0000ff, 0xffff00};
    PanoramaPair pair = pair(colors[0], colors[1], colors[2], colors[3]);
    for (int quarters = -3; quarters <= 5; quarters++) {
      PanoramaPair turned = pair.turned(quarters);
      PanoramaPair expected =
          pair(
              colors[Math.floorMod(quarters, 4)],
              colors[Math.floorMod(quarters + 1, 4)],
              colors[Math.floorMod(quarters + 2, 4)],
              colors[Math.floorMod(quarters + 3, 4)]);
      assertSame(turned, expected);
    }
    assertSame(pair.mirrored(), pair(colors[0], colors[3], colors[2], colors[1]));
  }

  private static void assertSame(PanoramaPair actual, PanoramaPair expected) {
    assertThat(Pixels.bytes(actual.aerial())).isEqualTo(Pixels.bytes(expected.aerial()));
    assertThat(Pixels.bytes(actual.panorama())).isEqualTo(Pixels.bytes(expected.panorama()));
  }

  /** What a person sees to the north, east, south and west. */
  private static PanoramaPair pair(int north, int east, int south, int west) {
    BufferedImage aerial = Pixels.create(3, 3);
    aerial.setRGB(1, 0, north);
    aerial.setRGB(2, 1, east);
    aerial.setRGB(1, 2, south);
    aerial.setRGB(0, 1, west);
    BufferedImage panorama = Pixels.create(16, 2);
    for (int y = 0; y < 2; y++) {
      for (int x = 0; x < 16; x++) {
        // North in the middle, east to its right, south at both ends.
        int[] eighths = {south, west, west, north, north, east, east, south};
        panorama.setRGB(x, y, eighths[x / 2]);
      }
    }
    return new PanoramaPair(panorama, aerial);
  }

  @Test
  void turnsTheAerialImageAloneBesideAPhotoThatFacesAnyDirection() {
    PanoramaPair pair = pair(1, 2, 3, 4);
    SplittableRandom random = new SplittableRandom(1);
    List<PanoramaPair> changed =
        Stream.generate(() -> pair.withAerialTurned(random)).limit(200).toList();
    assertThat(changed.stream().map(AugmentationTest::sides).distinct()).hasSize(8);
    for (PanoramaPair one : changed) {
      // Clockwise sides count up unless both images are mirrored.
      int step = Math.floorMod(sides(one).get(1) - sides(one).get(0), 4);
      PanoramaPair expected = step == 1 ? pair : pair.mirrored();
      assertThat(Pixels.bytes(one.panorama())).isEqualTo(Pixels.bytes(expected.panorama()));
    }
  }

  /** Returns the blue of what lies to the north and to the east. */
  private static List<Integer> sides(PanoramaPair pair) {
    return List.of(pair.aerial().getRGB(1, 0) & 0xff, pair.aerial().getRGB(2, 1) & 0xff);
  }

  @Test
  void augmentsPairsInAllEightWays() {
    PanoramaPair pair = pair(1, 2, 3, 4);
    SplittableRandom random = new SplittableRandom(1);
    long ways =
        Stream.generate(() -> pair.augmented(random))
            .limit(200)
            .map(p -> List.of(p.aerial().getRGB(1, 0), p.aerial().getRGB(2, 1)))
            .distinct()
            .count();
    assertThat(ways).isEqualTo(8);
  }

  @Test
  void refusesRangesThatMakeNoSense() {
    assertThatThrownBy(() -> new Crop(0.9, 0.3, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("area 0.9 to 0.3 is not within 1.0E-6 to 1");
    assertThatThrownBy(() -> Augmentation.sometimes(Double.NaN, new Gray()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new OneOf(List.of())).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new PanoramaPair(Pixels.create(4, 1), Pixels.create(2, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the aerial image of 2 x 3 pixels is not square: fit it first");
  }

  /** Red is the column, green the row. */
  private static BufferedImage photo() {
    BufferedImage photo = Pixels.create(WIDTH, HEIGHT);
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        photo.setRGB(x, y, x << 16 | y << 8 | (x * y) % 256);
      }
    }
    return photo;
  }
}
