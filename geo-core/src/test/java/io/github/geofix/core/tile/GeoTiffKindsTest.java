package io.github.geofix.core.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.geodesy.LatLngBox;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** GeoTIFFs and images of other kinds are read as they are, or refused with what to do. */
class GeoTiffKindsTest {
  private static final LatLngBox BOX = LatLngBox.of(49.65, 10.05, 49.95, 10.35);

  @SuppressWarnings("NullAway.Init") // set by JUnit
  @TempDir
  Path folder;

  @ParameterizedTest
  @CsvSource({
    "uint16-to-3000.tif, 3 bands of 16 bits;",
    "int16.tif, 1 band of 16 bits that are signed or floating-point numbers;",
    "float32.tif, 1 band of 32 bits that are signed or floating-point numbers;",
    "float64.tif, 1 band of 64 bits that are signed or floating-point numbers;"
  })
  void deepSamplesAreRefusedWithTheCommandThatConvertsThem(String name, String kind)
      throws IOException {
    Path file = copy(name);
    assertThatThrownBy(() -> TileSource.geoTiff(file))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(kind)
        .hasMessageContaining("gdal_translate -ot Byte -scale LOW HIGH 0 255 " + file);
  }

  @Test
  void grayStaysAsItIsBesideAlpha() throws IOException {
    try (TileSource source = TileSource.geoTiff(copy("gray-alpha-8.tif"))) {
      assertThat(source.view(BOX, 8, 8).getRGB(4, 4)).isEqualTo(0xff5d5d5d);
    }
    Files.createDirectories(folder.resolve("0/0"));
    Files.move(copy("gray-alpha.png"), folder.resolve("0/0/0.png"));
    try (TileSource source = TileSource.directory(folder, "{z}/{x}/{y}.png")) {
      assertThat(source.view(BOX, 8, 8).getRGB(4, 4)).isEqualTo(0xff5d5d5d);
    }
  }

  @Test
  void coordinateSystemsAreNamed() throws IOException {
    Path own = copy("user-defined-crs.tif");
    assertThatThrownBy(() -> TileSource.geoTiff(own))
        .hasMessageContaining("a coordinate system of its own (no EPSG code)")
        .hasMessageContaining("gdalwarp -t_srs EPSG:3857");
    Path none = folder.resolve("none.tif");
    Stores.geoTiff(none, Pictures.plain(16, 0), 16, 0, 0, 10, 50, 0.01);
    assertThatThrownBy(() -> TileSource.geoTiff(none))
        .hasMessageContaining("it has no coordinate system")
        .hasMessageContaining("gdal_edit.py -a_srs");
    Path southUp = folder.resolve("south-up.tif");
    Stores.geoTiff(southUp, Pictures.plain(16, 0), 16, 0, 4326, 10, 50, -0.01);
    assertThatThrownBy(() -> TileSource.geoTiff(southUp))
        .hasMessageContaining("it is south up or mirrored; gdalwarp writes it north up");
  }

  @Test
  void anImageThatIsNotTwiceAsWideAsHighIsNoMapOfTheEarth() throws IOException {
    Path file = copy("not-a-world-map.png");
    assertThatThrownBy(
            () -> TileSource.open(file.toString(), folder, TileSource.Options.defaults()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            file
                + " is no map: 40 x 30 pixels: a map of the whole Earth in degrees is twice as"
                + " wide as high");
  }

  private Path copy(String name) throws IOException {
    Path file = folder.resolve(name);
    try (InputStream in = GeoTiffKindsTest.class.getResourceAsStream("/tiles/" + name)) {
      Files.copy(in, file);
    }
    return file;
  }
}
