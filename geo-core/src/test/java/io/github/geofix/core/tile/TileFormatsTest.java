package io.github.geofix.core.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.LatLngBox;
import io.github.geofix.core.geodesy.LocalFrame;
import io.github.geofix.core.internal.geodesy.MercatorFrame;
import io.github.geofix.core.internal.webp.Webp;
import io.github.geofix.core.internal.webp.WebpFiles;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TileFormatsTest {

  private final Path folder;

  TileFormatsTest(@TempDir Path folder) {
    this.folder = folder;
  }

  /** Pixels of libwebp; transparent ones are black. */
  @ParameterizedTest
  @EnumSource(names = {"FOLDER", "MBTILES", "PMTILES", "HTTP"})
  void readsTilesInWebp(StoreKind kind) throws Exception {
    SortedMap<Tile, byte[]> tiles = Stores.pyramid(Pictures.noise(64, 64, new Random(1)), 32);
    List<byte[]> files =
        Stream.of("tile-lossy.webp", "tile-lossless.webp", "tile-alpha.webp")
            .map(WebpFiles::read)
            .toList();
    List<Tile> replaced = List.of(new Tile(1, 0, 0), new Tile(1, 1, 0), new Tile(1, 0, 1));
    for (int i = 0; i < replaced.size(); i++) {
      tiles.put(replaced.get(i), files.get(i));
    }
    Path place = Files.createDirectory(folder.resolve("map"));
    BufferedImage unused = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
    try (AutoCloseable store = kind.write(place.resolve(kind.name()), unused, 32, tiles);
        TileSource source =
            kind.open(place.resolve(kind.name()), 32, 1, TileSource.Options.defaults())) {
      assertThat(store).isNotNull();
      BufferedImage view = source.view(MercatorFrame.WORLD, 64, 64);
      for (int i = 0; i < replaced.size(); i++) {
        BufferedImage tile = Webp.of(files.get(i)).decode();
        for (int pixel = 0; pixel < 32 * 32; pixel++) {
          int x = pixel % 32;
          int y = pixel / 32;
          int argb = tile.getRGB(x, y);
          int shown = view.getRGB(32 * replaced.get(i).x() + x, 32 * replaced.get(i).y() + y);
          assertThat(shown).isEqualTo(argb >>> 24 == 0 ? 0xff000000 : argb);
        }
      }
    }
  }

  /** The table in section 4 of the PMTiles 3 specification. */
  @ParameterizedTest
  @CsvSource({
    "0,0,0,0",
    "1,0,0,1",
    "1,0,1,2",
    "1,1,1,3",
    "1,1,0,4",
    "2,0,0,5",
    "12,3423,1763,19078479"
  })
  void tileIdsAreThoseOfTheSpecification(int zoom, int x, int y, long id) {
    assertThat(PmTiles.tileId(zoom, x, y)).isEqualTo(id);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aGeoTiffInUtmIsTheLiteralProjection(long seed) throws IOException {
    BufferedImage image = Pictures.noise(128, 128, new Random(seed));
    Path file = folder.resolve("utm.tif");
    // 20 m pixels around (48.85, 2.35), zone 31 north.
    double[] middle = utm31(new LatLng(48.85, 2.35));
    double west = Math.rint(middle[0]) - 64 * 20;
    double north = Math.rint(middle[1]) + 64 * 20;
    Stores.geoTiff(file, image, 32, 2, 32631, west, north, 20);
    Random random = new Random(seed);
    try (TileSource source = TileSource.geoTiff(file)) {
      for (int i = 0; i < 10; i++) {
        LatLng center =
            new LatLng(
                48.85 + random.nextDouble(-0.005, 0.005), 2.35 + random.nextDouble(-0.005, 0.005));
        LocalFrame frame = LocalFrame.of(center, 300);
        BufferedImage literal =
            Pictures.literal(
                image,
                place -> {
                  double[] meters = utm31(place);
                  return new double[] {(meters[0] - west) / 20, (north - meters[1]) / 20};
                },
                frame,
                20,
                20,
                1);
        // The two series differ by a millimeter, 1/20,000 of a pixel.
        assertThat(Pictures.difference(source.view(frame, 20, 20), literal)).isLessThanOrEqualTo(1);
      }
    }
  }

  /** Snyder, "Map Projections: A Working Manual", 1987, equations 8-9 to 8-15 and 3-21. */
  private static double[] utm31(LatLng place) {
    double a = 6_378_137;
    double f = 1 / 298.257223563;
    double e2 = f * (2 - f);
    double phi = Math.toRadians(place.latitude());
    double ep2 = e2 / (1 - e2);
    double n = a / Math.sqrt(1 - e2 * Math.pow(Math.sin(phi), 2));
    double t = Math.pow(Math.tan(phi), 2);
    double c = ep2 * Math.pow(Math.cos(phi), 2);
    double l = Math.toRadians(place.longitude() - 3) * Math.cos(phi);
    double m =
        a
            * ((1 - e2 / 4 - 3 * e2 * e2 / 64 - 5 * Math.pow(e2, 3) / 256) * phi
                - (3 * e2 / 8 + 3 * e2 * e2 / 32 + 45 * Math.pow(e2, 3) / 1024) * Math.sin(2 * phi)
                + (15 * e2 * e2 / 256 + 45 * Math.pow(e2, 3) / 1024) * Math.sin(4 * phi)
                - 35 * Math.pow(e2, 3) / 3072 * Math.sin(6 * phi));
    double x =
        0.9996
            * n
            * (l
                + (1 - t + c) * Math.pow(l, 3) / 6
                + (5 - 18 * t + t * t + 72 * c - 58 * ep2) * Math.pow(l, 5) / 120);
    double y =
        0.9996
            * (m
                + n
                    * Math.tan(phi)
                    * (l * l / 2 + (5 - t + 9 * c + 4 * c * c) * Math.pow(l, 4) / 24));
    return new double[] {500_000 + x, y};
  }

  @Test
  void aGeoTiffInDegreesMayCrossTheAntimeridian() throws IOException {
    BufferedImage image = Pictures.noise(64, 32, new Random(4));
    Path file = folder.resolve("fiji.tif");
    Stores.geoTiff(file, image, 16, 0, 4326, 176, -14, 0.125);
    try (TileSource source = TileSource.geoTiff(file)) {
      BufferedImage view = source.view(LatLngBox.of(-18, 176, -14, -176), 64, 32);
      assertThat(Pictures.difference(view, image)).isZero();
      assertThat(source.view(LatLngBox.of(-18, 160, -14, 168), 4, 4).getRGB(1, 1))
          .isEqualTo(0xff000000);
    }
  }

  @Test
  void aViewOfTheWorldEndsHoweverFineThePixelsAre() throws IOException {
    Path file = folder.resolve("fine.tif");
    Stores.geoTiff(file, Pictures.plain(64, 0x112233), 16, 0, 3857, 1_000_000, 5_000_000, 1e-4);
    try (TileSource source = TileSource.geoTiff(file)) {
      BufferedImage view =
          assertTimeoutPreemptively(
              Duration.ofSeconds(60), () -> source.view(LatLngBox.WORLD, 32, 32));
      assertThat(Pictures.difference(view, Pictures.plain(32, 0))).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mbtiles", "pmtiles", "tif"})
  void whatIsNotOfTheFormatIsNamed(String extension) throws IOException {
    TileSource.Options options = TileSource.Options.defaults();
    Path none = folder.resolve("none." + extension);
    assertThatThrownBy(() -> TileSource.open(none.toString(), folder, options))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("no such file");
    for (String content : new String[] {"", "PMTiles", "II*\0", "some text ".repeat(99)}) {
      Path file = Files.writeString(folder.resolve("bad." + extension), content);
      assertThatThrownBy(() -> TileSource.open(file.toString(), folder, options))
          .as("'%s'", content)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("cannot open " + file);
    }
  }

  @Test
  void aCoordinateSystemThatIsNotReadIsNamed() throws IOException {
    Path file = folder.resolve("lambert.tif");
    Stores.geoTiff(file, Pictures.plain(16, 0), 16, 0, 2154, 0, 0, 1);
    assertThatThrownBy(() -> TileSource.geoTiff(file))
        .hasMessageContaining("EPSG:2154")
        .hasMessageContaining("gdalwarp");
  }

  @Test
  void aSourceIsOpenedByItsName() throws IOException {
    Path tile = folder.resolve("tiles/0/0/0.png");
    Pictures.save(tile, Pictures.encode(Pictures.plain(16, 0x010203), "png"));
    Path map = folder.resolve("map.png");
    Pictures.save(map, Pictures.encode(Pictures.plain(32, 16, 0x010203), "png"));
    TileSource.Options options = TileSource.Options.defaults();
    for (String source : new String[] {folder + "/tiles/{z}/{x}/{y}.png", map.toString()}) {
      try (TileSource tiles = TileSource.open(source, folder, options)) {
        assertThat(tiles.view(LatLngBox.of(-1, -1, 1, 1), 4, 4).getRGB(2, 2)).isEqualTo(0xff010203);
      }
    }
    assertThatThrownBy(() -> TileSource.open(folder.toString(), folder, options))
        .hasMessageContaining("{z}/{x}/{y}");
  }
}
