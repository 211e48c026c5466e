package io.github.geofix.core.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.geodesy.Frame;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.LatLngBox;
import io.github.geofix.core.geodesy.LocalFrame;
import io.github.geofix.core.internal.geodesy.MercatorFrame;
import io.github.geofix.core.tile.TileSource.MissingTiles;
import io.github.geofix.core.tile.TileSource.TileScheme;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TileSourceViewTest {

  /** TilePixels of a tile in these tests: small, so that a view crosses many. */
  private static final int TILE = 16;

  private final Path folder;

  TileSourceViewTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void fineViewsOfAnImageAreTheLiteralProjection(long seed) {
    Random random = new Random(seed);
    BufferedImage world = Pictures.noise(256, 128, random);
    try (TileSource source = TileSource.equirectangular(world)) {
      for (int i = 0; i < 10; i++) {
        // A pixel of the view is smaller than one of the image: one sample each.
        Frame frame = smallFrame(random);
        assertThat(
                Pictures.difference(
                    source.view(frame, 20, 17),
                    Pictures.literal(world, Pictures.equirectangular(256, 128), frame, 20, 17, 1)))
            .as("%s", frame)
            .isLessThanOrEqualTo(1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(TileScheme.class)
  void fineViewsOfAFolderAreTheLiteralProjection(TileScheme scheme) throws IOException {
    Random random = new Random(7);
    boolean mercator = scheme == TileScheme.XYZ || scheme == TileScheme.TMS;
    int height = TILE << 3;
    int width = mercator ? height : 2 * height;
    BufferedImage world = Pictures.noise(width, height, random);
    writePyramid(world, 3, scheme);
    Pictures.Position position =
        mercator ? Pictures.mercator(height) : Pictures.equirectangular(width, height);
    try (TileSource source = open(TileSource.Options.defaults().withScheme(scheme))) {
      for (int i = 0; i < 30; i++) {
        Frame frame = smallFrame(random);
        assertThat(
                Pictures.difference(
                    source.view(frame, 20, 17),
                    Pictures.literal(world, position, frame, 20, 17, 1)))
            .as("%s", frame)
            .isLessThanOrEqualTo(1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void coarseViewsAreTheMeanOverEachPixel(long seed) {
    Random random = new Random(seed);
    // Not divisible by two: there is one level only, and all the work falls on the samples.
    BufferedImage world = Pictures.noise(401, 201, random);
    try (TileSource source = TileSource.equirectangular(world)) {
      for (int i = 0; i < 5; i++) {
        double west = random.nextDouble(-180, 180);
        Frame frame = new LatLngBox(-70, west, 70, LatLng.wrapped(0, west + 200).longitude());
        assertThat(
                Pictures.difference(
                    source.view(frame, 23, 19),
                    Pictures.literal(world, Pictures.equirectangular(401, 201), frame, 23, 19, 40)))
            .isLessThanOrEqualTo(6);
      }
    }
  }

  @Test
  void aFineCheckerboardSeenFromAfarIsPlainGray() throws IOException {
    int size = TILE << 3;
    BufferedImage board = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < size * size; i++) {
      board.setRGB(i % size, i / size, (i % size + i / size) % 2 == 0 ? 0xffffff : 0);
    }
    writeTiles(board, 3, TileScheme.XYZ);
    try (TileSource source = open(TileSource.Options.defaults())) {
      BufferedImage view = source.view(MercatorFrame.WORLD, 32, 32);
      assertThat(Pictures.difference(view, Pictures.plain(32, 0x808080))).isLessThanOrEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0/0/0", "1/1/0", "3/0/7", "3/5/2", "3/7/3"})
  void aTileSeenAtItsOwnSizeIsItself(String address) throws IOException {
    BufferedImage world = Pictures.noise(TILE << 3, TILE << 3, new Random(11));
    writePyramid(world, 3, TileScheme.XYZ);
    Tile tile = Tile.parse(address);
    BufferedImage level = world;
    for (int zoom = 3; zoom > tile.zoom(); zoom--) {
      level = Pictures.halved(level);
    }
    try (TileSource source = open(TileSource.Options.defaults())) {
      BufferedImage itself = level.getSubimage(tile.x() * TILE, tile.y() * TILE, TILE, TILE);
      assertThat(Pictures.difference(source.view(tile, TILE, TILE), itself)).isZero();
    }
  }

  @Test
  void missingTilesAreFilledFromTheNearestAncestor() throws IOException {
    save(0, 0, 0, Pictures.encode(Pictures.plain(TILE, 0x102030), "png"));
    save(1, 1, 0, Pictures.encode(Pictures.plain(TILE, 0x405060), "png"));
    save(3, 7, 0, Pictures.encode(Pictures.plain(TILE, 0x708090), "png"));
    try (TileSource source = open(TileSource.Options.defaults())) {
      assertThat(source.view(Tile.parse("3/7/0"), TILE, TILE).getRGB(3, 3)).isEqualTo(0xff708090);
      assertThat(source.view(Tile.parse("3/5/1"), TILE, TILE).getRGB(3, 3)).isEqualTo(0xff405060);
      assertThat(source.view(Tile.parse("3/2/6"), TILE, TILE).getRGB(3, 3)).isEqualTo(0xff102030);
    }
  }

  @Test
  void missingTilesAreReportedWhenAsked() throws IOException {
    save(0, 0, 0, Pictures.encode(Pictures.plain(TILE, 0x102030), "png"));
    save(1, 1, 0, Pictures.encode(Pictures.plain(TILE, 0x405060), "png"));
    TileSource.Options options =
        TileSource.Options.defaults().withMissingTiles(MissingTiles.REPORT);
    try (TileSource source = open(options)) {
      assertThat(source.view(Tile.parse("1/1/0"), TILE, TILE).getRGB(0, 0)).isEqualTo(0xff405060);
      assertThatThrownBy(() -> source.view(Tile.parse("1/0/1"), TILE, TILE))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("1/0/1")
          .hasMessageContaining("missing");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpg"})
  void aDamagedTileSpoilsOnlyTheViewsThatNeedIt(String format) throws IOException {
    for (int i = 0; i < 16; i++) {
      byte[] bytes = Pictures.encode(Pictures.noise(TILE, TILE, new Random(i)), format);
      boolean damaged = i == 6;
      byte[] half = Arrays.copyOf(bytes, damaged ? bytes.length / 2 : bytes.length);
      Pictures.save(folder.resolve("2/%d/%d.%s".formatted(i % 4, i / 4, format)), half);
    }
    try (TileSource source = TileSource.directory(folder, "{z}/{x}/{y}." + format)) {
      for (int i = 0; i < 16; i++) {
        Tile tile = new Tile(2, i % 4, i / 4);
        if (i == 6) {
          assertThatThrownBy(() -> source.view(tile, TILE, TILE))
              .isInstanceOf(UncheckedIOException.class)
              .hasMessageContaining("cannot read tile 2/2/1")
              .hasMessageContaining(folder.toString());
        } else {
          assertThat(source.view(tile, TILE, TILE).getWidth()).isEqualTo(TILE);
        }
      }
    }
  }

  @Test
  void grayTilesKeepTheirBrightness() throws IOException {
    BufferedImage gray = new BufferedImage(TILE, TILE, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < TILE * TILE; i++) {
      gray.getRaster().setSample(i % TILE, i / TILE, 0, 100);
    }
    save(0, 0, 0, Pictures.encode(gray, "png"));
    try (TileSource source = open(TileSource.Options.defaults())) {
      assertThat(source.view(MercatorFrame.WORLD, 4, 4).getRGB(1, 1)).isEqualTo(0xff646464);
    }
  }

  @Test
  void aClosedSourceSaysSo() {
    TileSource source = TileSource.equirectangular(Pictures.plain(16, 8, 0));
    source.close();
    assertThatThrownBy(() -> source.view(LatLngBox.WORLD, 4, 4))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void badInputIsNamed() throws IOException {
    assertThatThrownBy(() -> TileSource.equirectangular(folder.resolve("none.png")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("none.png");
    Files.writeString(folder.resolve("text.png"), "no picture");
    assertThatThrownBy(() -> TileSource.equirectangular(folder.resolve("text.png")))
        .hasMessageContaining("not an image");
    assertThatThrownBy(() -> TileSource.directory(folder, "{z}/{x}.png"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("{y}");
    assertThatThrownBy(() -> TileSource.directory(folder, "{z}/{x}/{y}.png"))
        .hasMessageContaining("fits the template");
    assertThatThrownBy(() -> TileSource.directory(folder.resolve("none"), "{z}/{x}/{y}.png"))
        .hasMessageContaining("no such folder");
    try (TileSource source = TileSource.equirectangular(Pictures.plain(16, 8, 0))) {
      assertThatThrownBy(() -> source.view(LatLngBox.WORLD, 0, 4))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> source.view(LatLngBox.WORLD, 1 << 20, 1 << 20))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void tilesInOneFolderAreFoundByTheirNames() throws IOException {
    byte[] tile = Pictures.encode(Pictures.plain(TILE, 0x112233), "png");
    Pictures.save(folder.resolve("2_1_3.png"), tile);
    try (TileSource source = TileSource.directory(folder, "{z}_{x}_{y}.png")) {
      assertThat(source.view(Tile.parse("2/1/3"), TILE, TILE).getRGB(5, 5)).isEqualTo(0xff112233);
    }
  }

  /** Any kind of frame, anywhere, across the antimeridian too, a few degrees wide. */
  private static Frame smallFrame(Random random) {
    LatLng center = new LatLng(random.nextDouble(-75, 75), random.nextDouble(-180, 180));
    double size = random.nextDouble(1, 6);
    return switch (random.nextInt(4)) {
      case 0 -> LocalFrame.of(center, size * 100_000);
      case 1 ->
          new LatLngBox(
              center.latitude() - size / 2,
              center.longitude(),
              center.latitude() + size / 2,
              LatLng.wrapped(0, center.longitude() + size).longitude());
      case 2 -> Tile.of(center, 6);
      default -> {
        double angle = random.nextDouble(2 * Math.PI);
        LocalFrame upright = LocalFrame.of(center, size * 100_000);
        yield (u, v) ->
            upright.at(
                0.5 + (u - 0.5) * Math.cos(angle) - (v - 0.5) * Math.sin(angle),
                0.5 + (u - 0.5) * Math.sin(angle) + (v - 0.5) * Math.cos(angle));
      }
    };
  }

  private TileSource open(TileSource.Options options) {
    return TileSource.directory(folder, "{z}/{x}/{y}.png", options);
  }

  private void save(int zoom, int x, int y, byte[] bytes) throws IOException {
    Pictures.save(folder.resolve("%d/%d/%d.png".formatted(zoom, x, y)), bytes);
  }

  /** Cuts a picture of the world into the tiles of a zoom, and its halvings into those below. */
  private void writePyramid(BufferedImage world, int zoom, TileScheme scheme) throws IOException {
    BufferedImage level = world;
    for (int z = zoom; z >= 0; z--) {
      writeTiles(level, z, scheme);
      level = Pictures.halved(level);
    }
  }

  private void writeTiles(BufferedImage level, int zoom, TileScheme scheme) throws IOException {
    boolean fromSouth = scheme == TileScheme.TMS || scheme == TileScheme.GEODETIC_TMS;
    int rows = level.getHeight() / TILE;
    for (int x = 0; x < level.getWidth() / TILE; x++) {
      for (int y = 0; y < rows; y++) {
        BufferedImage tile = level.getSubimage(x * TILE, y * TILE, TILE, TILE);
        save(zoom, x, fromSouth ? rows - 1 - y : y, Pictures.encode(tile, "png"));
      }
    }
  }
}
