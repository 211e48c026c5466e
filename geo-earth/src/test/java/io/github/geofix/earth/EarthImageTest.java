package io.github.geofix.earth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.geodesy.LatLng;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EarthImageTest {
  private static final EarthImage SMOOTH =
      EarthImage.of(SyntheticEarth.paint(512, SyntheticEarth::smooth));

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void showsWhatLiesAtTheProjectedPointOfEachPixel(long seed) {
    Random random = new Random(seed);
    for (int n = 0; n < 20; n++) {
      EarthView view =
          new EarthView(
              SyntheticEarth.randomPoint(random),
              1 + 20 * random.nextDouble(),
              720 * random.nextDouble() - 360);
      assertShowsTheSphere(SMOOTH, view, 32);
    }
  }

  @ParameterizedTest
  @CsvSource({"90,0", "-90,17", "89.9,-120", "-89.5,180", "0,180", "0,-180", "60,179.9", "12,0"})
  void hasNoSeam(double latitude, double longitude) {
    assertShowsTheSphere(SMOOTH, new EarthView(new LatLng(latitude, longitude), 12, 20), 32);
  }

  private static void assertShowsTheSphere(EarthImage image, EarthView view, int pixels) {
    BufferedImage crop = image.crop(view, pixels);
    int largest = 0;
    for (int i = 0; i < pixels; i++) {
      for (int j = 0; j < pixels; j++) {
        double u = (j + 0.5) / pixels - 0.5;
        double v = 0.5 - (i + 0.5) / pixels;
        LatLng point = unproject(view, u, v);
        int expected = SyntheticEarth.smooth(point.latitude(), point.longitude());
        largest = Math.max(largest, difference(crop.getRGB(j, i), expected));
      }
    }
    assertThat(largest).as("%s", view).isLessThanOrEqualTo(5);
  }

  /** Snyder 1987, equations 20-14, 20-15, 20-18 and 21-15 on a sphere of radius 1, k0 = 1. */
  private static LatLng unproject(EarthView view, double u, double v) {
    double side = Math.toRadians(view.sizeDegrees());
    double turn = Math.toRadians(view.rotationDegrees());
    double x = side * (u * Math.cos(turn) + v * Math.sin(turn));
    double y = side * (v * Math.cos(turn) - u * Math.sin(turn));
    double rho = Math.hypot(x, y);
    double c = 2 * Math.atan(rho / 2);
    double phi1 = Math.toRadians(view.center().latitude());
    double sinPhi =
        Math.cos(c) * Math.sin(phi1) + (rho == 0 ? 0 : y * Math.sin(c) * Math.cos(phi1) / rho);
    double lambda =
        Math.toRadians(view.center().longitude())
            + Math.atan2(
                x * Math.sin(c),
                rho * Math.cos(phi1) * Math.cos(c) - y * Math.sin(phi1) * Math.sin(c));
    return LatLng.wrapped(Math.toDegrees(Math.asin(sinPhi)), Math.toDegrees(lambda));
  }

  private static int difference(int a, int b) {
    return Math.max(
        Math.abs((a >> 16 & 0xFF) - (b >> 16 & 0xFF)),
        Math.max(Math.abs((a >> 8 & 0xFF) - (b >> 8 & 0xFF)), Math.abs((a & 0xFF) - (b & 0xFF))));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void averagesOverThePixelWhenTheViewIsCoarse(long seed) {
    Random random = new Random(seed);
    BufferedImage noise = SyntheticEarth.paint(900, (lat, lon) -> random.nextInt(256) * 0x010101);
    EarthImage image = EarthImage.of(noise);
    for (int n = 0; n < 20; n++) {
      EarthView view = new EarthView(SyntheticEarth.randomPoint(random), 60, 33);
      // A pixel covers 1.9 degrees, more than 88 texels: gray, give or take 5 sigma of 74 / 9.4,
      // and half as much again because neighboring texels are blended unevenly.
      assertThat(Arrays.stream(pixels(image.crop(view, 32))).map(rgb -> rgb & 0xFF))
          .allMatch(gray -> Math.abs(gray - 128) <= 60);
    }
  }

  @Test
  void stripesAlongMeridiansAreGrayNearThePoles() {
    BufferedImage stripes =
        SyntheticEarth.paint(
            512, (lat, lon) -> Math.floorMod((int) ((lon + 180) / 360 * 1024), 2) * 0xFFFFFF);
    EarthImage image = EarthImage.of(stripes);
    for (int rgb : pixels(image.crop(new EarthView(new LatLng(85, 10), 4, 0), 32))) {
      assertThat(rgb & 0xFF).isCloseTo(127, within(2));
    }
  }

  private static int[] pixels(BufferedImage image) {
    return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
  }

  @Test
  void fastArcTangentKeepsItsBound() {
    Random random = new Random(1);
    double worst = 0;
    for (int i = 0; i < 100_000; i++) {
      double y = random.nextGaussian();
      double x = random.nextGaussian();
      worst = Math.max(worst, Math.abs(EarthImage.Projection.atan2(y, x) - Math.atan2(y, x)));
    }
    assertThat(worst).isLessThan(2e-8);
    assertThat(EarthImage.Projection.atan2(0, 0)).isZero();
    assertThat(EarthImage.Projection.atan2(0, -1)).isCloseTo(Math.PI, within(2e-8));
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 9, 50, 337})
  void takesAnySize(int height) {
    EarthImage image = EarthImage.of(SyntheticEarth.paint(height, (lat, lon) -> 0x336699));
    assertThat(Arrays.stream(pixels(image.crop(new EarthView(new LatLng(80, 5), 170, 9), 16))))
        .containsOnly(0xFF336699);
  }

  @Test
  void joinsTilesCountedFromTheSouth(@TempDir Path folder) throws IOException {
    BufferedImage whole = SyntheticEarth.paint(128, SyntheticEarth::smooth);
    writeTiles(whole, 1, 64, folder);
    writeTiles(SyntheticEarth.paint(64, (lat, lon) -> 0), 0, 64, folder);
    EarthImage image = EarthImage.read(folder);
    assertThat(image.width()).isEqualTo(256);
    assertThat(image.height()).isEqualTo(128);
    for (int y = 0; y < 128; y++) {
      for (int x = 0; x < 256; x++) {
        assertThat(image.rgb(x, y)).isEqualTo(whole.getRGB(x, y) & 0xFFFFFF);
      }
    }
  }

  private static void writeTiles(BufferedImage whole, int zoom, int side, Path folder)
      throws IOException {
    int rows = 1 << zoom;
    for (int x = 0; x < 2 * rows; x++) {
      Path column = Files.createDirectories(folder.resolve(zoom + "/" + x));
      for (int y = 0; y < rows; y++) {
        BufferedImage tile = whole.getSubimage(x * side, (rows - 1 - y) * side, side, side);
        ImageIO.write(tile, "png", column.resolve(y + ".png").toFile());
      }
    }
  }

  @Test
  void namesAMissingTile(@TempDir Path folder) throws IOException {
    writeTiles(SyntheticEarth.paint(128, SyntheticEarth::smooth), 1, 64, folder);
    Files.delete(folder.resolve("1/2/0.png"));
    assertThatThrownBy(() -> EarthImage.read(folder))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("no such image")
        .hasMessageContaining(Path.of("1", "2", "0").toString());
  }

  @Test
  void refusesAFolderWithoutTiles(@TempDir Path folder) {
    assertThatThrownBy(() -> EarthImage.read(folder))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("z/x/y.jpg");
  }

  /** 64 x 32 tiles of 512 pixels would take 6 GB with the halved copies. */
  @Test
  void refusesTilesThatAreTooManyForTheirSize(@TempDir Path folder) throws IOException {
    Path first = Files.createDirectories(folder.resolve("5/0")).resolve("0.jpg");
    ImageIO.write(new BufferedImage(512, 512, BufferedImage.TYPE_INT_RGB), "jpg", first.toFile());
    assertThatThrownBy(() -> EarthImage.read(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("32768 x 16384")
        .hasMessageContaining(folder.toString());
  }

  @Test
  void refusesAMissingFile(@TempDir Path folder) {
    assertThatThrownBy(() -> EarthImage.read(folder.resolve("none.jpg")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("none.jpg");
  }

  @Test
  void refusesAFileThatIsNoImage(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("text.jpg"), "not an image");
    assertThatThrownBy(() -> EarthImage.read(file))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("not a JPEG or PNG image");
  }

  @ParameterizedTest
  @ValueSource(strings = {"jpg", "png"})
  void refusesATruncatedFile(String format, @TempDir Path folder) throws IOException {
    File whole = folder.resolve("whole." + format).toFile();
    ImageIO.write(SyntheticEarth.paint(256, SyntheticEarth::smooth), format, whole);
    byte[] bytes = Files.readAllBytes(whole.toPath());
    Path cut = Files.write(folder.resolve("cut." + format), Arrays.copyOf(bytes, bytes.length / 2));
    assertThatThrownBy(() -> EarthImage.read(cut))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot read " + cut);
  }

  @ParameterizedTest
  @CsvSource({"jpg,1", "jpg,2", "png,1", "png,2", "gif,1", "bmp,1"})
  void readsADamagedFileOrSaysSo(String format, long seed, @TempDir Path folder)
      throws IOException {
    File whole = folder.resolve("whole." + format).toFile();
    ImageIO.write(SyntheticEarth.paint(64, SyntheticEarth::smooth), format, whole);
    byte[] bytes = Files.readAllBytes(whole.toPath());
    Random random = new Random(seed);
    for (int n = 0; n < 80; n++) {
      byte[] damaged = bytes.clone();
      for (int k = 0; k <= n % 4; k++) {
        // Headers are short: half of the damage goes there.
        int length = random.nextBoolean() ? Math.min(200, bytes.length) : bytes.length;
        damaged[random.nextInt(length)] = (byte) random.nextInt();
      }
      Path file = Files.write(folder.resolve("damaged"), damaged);
      try {
        assertThat(EarthImage.read(file).width()).isPositive();
      } catch (UncheckedIOException | IllegalArgumentException e) {
        assertThat(e).hasMessageContaining(file.toString());
      }
    }
  }

  @Test
  void refusesAPictureThatIsNotEquirectangular() {
    BufferedImage square = new BufferedImage(512, 512, BufferedImage.TYPE_INT_RGB);
    assertThatThrownBy(() -> EarthImage.of(square))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("512 x 512")
        .hasMessageContaining("twice as wide as high");
  }

  @Test
  void refusesViewsThatCannotBe() {
    LatLng center = new LatLng(0, 0);
    assertThatThrownBy(() -> new EarthView(center, Double.NaN, 0))
        .hasMessageContaining("sizeDegrees");
    assertThatThrownBy(() -> new EarthView(center, 181, 0)).hasMessageContaining("181");
    assertThatThrownBy(() -> new EarthView(center, 1, Double.NaN))
        .hasMessageContaining("rotationDegrees");
  }
}
