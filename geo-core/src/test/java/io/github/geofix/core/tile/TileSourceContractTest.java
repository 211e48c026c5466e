package io.github.geofix.core.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.geodesy.Frame;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.LatLngBox;
import io.github.geofix.core.geodesy.LocalFrame;
import io.github.geofix.core.internal.geodesy.MercatorFrame;
import io.github.geofix.core.tile.TileSource.MapImage;
import io.github.geofix.core.tile.TileSource.MissingTiles;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds for every source: the same Mercator world, kept in each kind of store. */
class TileSourceContractTest {

  private static final int TILE = 16;
  private static final int ZOOM = 3;
  private static final int SIDE = TILE << ZOOM;
  private static final BufferedImage WORLD = Pictures.noise(SIDE, SIDE, new Random(5));
  private static final SortedMap<Tile, byte[]> TILES = Stores.pyramid(WORLD, TILE);

  private final Path folder;
  private final List<AutoCloseable> opened = new ArrayList<>();

  TileSourceContractTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable closeable : opened) {
      closeable.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void viewsAreTheLiteralProjection(StoreKind kind) throws IOException {
    TileSource source = open(kind, TILES, TileSource.Options.defaults());
    Random random = new Random(9);
    for (int i = 0; i < 20; i++) {
      LatLng center = new LatLng(random.nextDouble(-75, 75), random.nextDouble(-180, 180));
      Frame frame = LocalFrame.of(center, random.nextDouble(100_000, 800_000));
      BufferedImage literal = Pictures.literal(WORLD, Pictures.mercator(SIDE), frame, 20, 17, 1);
      assertThat(Pictures.difference(source.view(frame, 20, 17), literal))
          .as("%s", frame)
          .isLessThanOrEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyTileAtItsOwnSizeIsItself(StoreKind kind) throws IOException {
    TileSource source = open(kind, TILES, TileSource.Options.defaults());
    BufferedImage level = WORLD;
    for (int zoom = ZOOM; zoom >= 0; zoom--) {
      for (int i = 0; i < 1 << (2 * zoom); i++) {
        Tile tile = new Tile(zoom, i & ((1 << zoom) - 1), i >> zoom);
        BufferedImage itself = level.getSubimage(tile.x() * TILE, tile.y() * TILE, TILE, TILE);
        assertThat(Pictures.difference(source.view(tile, TILE, TILE), itself))
            .as("%s", tile)
            .isZero();
      }
      level = Pictures.halved(level);
    }
  }

  @ParameterizedTest
  @EnumSource
  void twoThreadsSeeWhatOneSees(StoreKind kind) throws Exception {
    // Room for four tiles only, so that they are read again and again.
    TileSource.Options options = TileSource.Options.defaults().withCacheBytes(1 << 20);
    TileSource source = open(kind, TILES, options);
    Frame[] frames =
        new Random(3)
            .doubles(12, -170, 170)
            .mapToObj(west -> (Frame) new LatLngBox(-30, west, 10, west + 9))
            .toArray(Frame[]::new);
    List<BufferedImage> alone = new ArrayList<>();
    for (Frame frame : frames) {
      alone.add(source.view(frame, 40, 40));
    }
    TileSource shared = open(kind, TILES, options);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Future<Integer>> differences = new ArrayList<>();
      for (int i = 0; i < 2 * frames.length; i++) {
        int n = i % frames.length;
        differences.add(
            threads.submit(
                () -> Pictures.difference(shared.view(frames[n], 40, 40), alone.get(n))));
      }
      for (Future<Integer> difference : differences) {
        assertThat(difference.get()).isZero();
      }
    } catch (ExecutionException e) {
      throw new AssertionError(e);
    } finally {
      threads.shutdown();
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "GEOTIFF")
  void aDamagedTileSpoilsOnlyTheViewsThatNeedIt(StoreKind kind) throws IOException {
    Tile bad = Tile.parse("3/4/3");
    SortedMap<Tile, byte[]> tiles = new TreeMap<>(TILES);
    tiles.compute(bad, (tile, good) -> half(good));
    TileSource source = open(kind, tiles, TileSource.Options.defaults());
    for (int i = 0; i < 64; i++) {
      Tile tile = new Tile(3, i % 8, i / 8);
      if (tile.equals(bad)) {
        assertThatThrownBy(() -> source.view(tile, TILE, TILE))
            .isInstanceOf(UncheckedIOException.class)
            .hasMessageContaining("cannot read tile 3/4/3");
      } else {
        assertThat(source.view(tile, TILE, TILE).getWidth()).isEqualTo(TILE);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "GEOTIFF")
  void missingTilesAreFilledOrReported(StoreKind kind) throws IOException {
    Tile gone = Tile.parse("3/4/3");
    SortedMap<Tile, byte[]> tiles = new TreeMap<>(TILES);
    tiles.remove(gone);
    TileSource filled = open(kind, tiles, TileSource.Options.defaults());
    BufferedImage coarse = Pictures.halved(WORLD);
    assertThat(
            Pictures.difference(
                filled.view(gone, TILE, TILE),
                Pictures.literal(coarse, Pictures.mercator(SIDE / 2), gone, TILE, TILE, 1)))
        .isLessThanOrEqualTo(1);
    TileSource.Options report = TileSource.Options.defaults().withMissingTiles(MissingTiles.REPORT);
    TileSource strict = open(kind, tiles, report);
    assertThatThrownBy(() -> strict.view(gone, TILE, TILE)).hasMessageContaining("is missing");
    assertThat(strict.view(Tile.parse("3/5/3"), TILE, TILE).getWidth()).isEqualTo(TILE);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "GEOTIFF")
  void aMapImageTellsHowMuchOfItHasImagery(StoreKind kind) throws IOException {
    Tile there = Tile.parse("3/4/3");
    SortedMap<Tile, byte[]> tiles = new TreeMap<>(TILES);
    tiles.keySet().removeIf(tile -> !tile.equals(there));
    TileSource source = open(kind, tiles, TileSource.Options.defaults());
    assertThat(source.mapImage(there, TILE, TILE).coverage()).isCloseTo(1, within(1e-9));
    MapImage black = source.mapImage(Tile.parse("3/6/3"), TILE, TILE);
    assertThat(black.isMissing()).isTrue();
    assertThat(Pictures.difference(black.image(), Pictures.plain(TILE, 0))).isZero();
    double latitude = there.center().latitude();
    LatLngBox half = new LatLngBox(latitude - 1, 22.5, latitude + 1, 67.5);
    assertThat(source.mapImage(half, 2 * TILE, TILE).coverage()).isCloseTo(0.5, within(0.03));
    MapImage world = source.mapImage(MercatorFrame.WORLD, 8 * TILE, 8 * TILE);
    assertThat(world.isMissing()).isFalse();
    assertThat(world.coverage()).isCloseTo(1 / 64.0, within(0.01));
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.INCLUDE,
      names = {"MBTILES", "PMTILES"})
  void theStoreNamesItsMakers(StoreKind kind) throws IOException {
    assertThat(open(kind, TILES, TileSource.Options.defaults()).attribution())
        .isEqualTo("Noise makers");
    assertThat(open(kind, TILES, TileSource.Options.defaults().withAttribution("Us")).attribution())
        .isEqualTo("Us");
  }

  @ParameterizedTest
  @EnumSource
  void afterClosingAViewSaysSo(StoreKind kind) throws IOException {
    TileSource source = open(kind, TILES, TileSource.Options.defaults());
    assertThat(source.view(MercatorFrame.WORLD, 9, 9).getWidth()).isEqualTo(9);
    source.close();
    assertThatThrownBy(() -> source.view(MercatorFrame.WORLD, 9, 9))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  private static byte[] half(byte @Nullable [] bytes) {
    byte[] all = Objects.requireNonNull(bytes);
    return Arrays.copyOf(all, all.length / 2);
  }

  private TileSource open(StoreKind kind, SortedMap<Tile, byte[]> tiles, TileSource.Options options)
      throws IOException {
    Path place = folder.resolve(kind + "-" + opened.size());
    opened.add(kind.write(place, WORLD, TILE, tiles));
    TileSource source = kind.open(place, TILE, ZOOM, options);
    opened.add(source);
    return source;
  }
}
