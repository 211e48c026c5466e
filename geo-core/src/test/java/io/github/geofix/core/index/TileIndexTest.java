package io.github.geofix.core.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.TileEncoder;
import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.Frame;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.LatLngBox;
import io.github.geofix.core.geodesy.LocalFrame;
import io.github.geofix.core.index.TileIndex.TileHit;
import io.github.geofix.core.tile.TileSource;
import io.github.geofix.core.tile.TileSource.MapImage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TileIndexTest {
  private static final Path BLUE_MARBLE =
      Path.of("").toAbsolutePath().resolveSibling("examples/data/earth/earth-blue-marble.jpg");

  /** Land from the Atlantic to the Caspian Sea, 12 x 12 tiles. */
  private static final LatLngBox REGION = LatLngBox.of(0.1, -10, 62, 57);

  private static final int ZOOM = 6;

  @TempDir private static Path folder;
  private static TileSource tiles;

  private final TileEncoder encoder = new PixelEncoder(4);

  @BeforeAll
  static void openTheMap() {
    tiles = TileSource.equirectangular(BLUE_MARBLE);
  }

  @AfterAll
  static void closeTheMap() {
    tiles.close();
  }

  private TileIndex.Builder region() {
    return TileIndex.builder(encoder, tiles).region(REGION).zoom(ZOOM);
  }

  private static BufferedImage view(Frame frame) {
    return tiles.view(frame, PixelEncoder.PIXELS, PixelEncoder.PIXELS);
  }

  @Test
  void findsWhereAPhotoWasCutOutAndWhichWayItLooks() throws IOException {
    Path photo = folder.resolve("photo.png");
    try (TileIndex index = region().build()) {
      assertThat(index.size()).isEqualTo(Tile.covering(REGION, ZOOM).count());
      for (int heading = 0; heading < 4; heading++) {
        Tile truth = Tile.of(new LatLng(45, 8 + 6 * heading), ZOOM);
        // What looks east has the north on its left: turned back by a quarter.
        ImageIO.write(PixelEncoder.turned(view(truth), (4 - heading) % 4), "png", photo.toFile());
        TileHit hit = index.search(photo, 3).get(0);
        assertThat(hit.tile()).isEqualTo(truth);
        assertThat(hit.id()).isEqualTo(truth.toString());
        assertThat(hit.score()).isCloseTo(1, within(1e-5f));
        assertThat(hit.headingDegrees()).hasValue(90.0 * heading);
        assertThat(index.search(ImageIO.read(photo.toFile()), 3).get(0)).isEqualTo(hit);
      }
    }
  }

  @Test
  void addsATileOnceWhereRegionsOverlap() {
    LatLngBox west = LatLngBox.of(0.1, -10, 62, 30);
    try (TileIndex index = TileIndex.builder(encoder, tiles).region(west).zoom(ZOOM).build()) {
      int before = index.size();
      long all = Tile.covering(REGION, ZOOM).count();
      assertThat(index.append(region())).isEqualTo((int) all - before).isPositive();
      assertThat(index.size()).isEqualTo((int) all);
      assertThat(index.append(region())).isZero();
      assertThat(index.search(view(Tile.of(new LatLng(45, 8), ZOOM)), 1000))
          .hasSize(index.size())
          .extracting(TileHit::id)
          .doesNotHaveDuplicates();
      // One that was removed is added again, and squares may be there any number of times.
      index.embeddings().delete(0);
      assertThat(index.append(region())).isOne();
      TileIndex.Builder square =
          TileIndex.builder(encoder, tiles).square("a", new LatLng(45, 8), 1e5);
      assertThat(index.append(square)).isOne();
      assertThat(index.append(square)).isOne();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void ranksByTheBestHeadingAsAScanOfAllPairsDoes(long seed) {
    Random random = new Random(seed);
    LatLng place = new LatLng(random.nextDouble(5, 60), random.nextDouble(-5, 50));
    BufferedImage photo = view(LocalFrame.of(place, random.nextDouble(2e5, 9e5)));
    float[][] headings = encoder.encodeImages(List.of(photo)).get(0);
    record Scored(Tile tile, double score) {}
    List<Scored> all =
        Tile.covering(REGION, ZOOM)
            .map(tile -> new Scored(tile, best(headings, tileVector(tile))))
            .sorted(Comparator.comparingDouble(scored -> -scored.score()))
            .toList();
    try (TileIndex index = region().build()) {
      List<TileHit> hits = index.search(photo, 20);
      assertThat(hits).hasSize(20);
      for (int i = 0; i < 20; i++) {
        assertThat((double) hits.get(i).score()).isCloseTo(all.get(i).score(), within(1e-5));
      }
      assertThat(hits.get(0).tile()).isEqualTo(all.get(0).tile());
      assertThat(hits).extracting(TileHit::id).doesNotHaveDuplicates();
      assertThat(index.search(photo, 1000)).hasSize(index.size());
    }
  }

  private float[] tileVector(Tile tile) {
    return encoder.encodeTiles(List.of(view(tile))).get(0);
  }

  private static double best(float[][] headings, float[] tile) {
    double best = -2;
    for (float[] heading : headings) {
      double dot = 0;
      for (int d = 0; d < tile.length; d++) {
        dot += (double) heading[d] * tile[d];
      }
      best = Math.max(best, dot);
    }
    return best;
  }

  @Test
  void searchesManyPhotosAsOneByOne() throws IOException {
    List<Path> photos = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      photos.add(folder.resolve("many-" + i + ".png"));
      ImageIO.write(view(Tile.of(new LatLng(20 + i, i), 5)), "png", photos.get(i).toFile());
    }
    try (TileIndex index = region().build()) {
      List<List<TileHit>> all = index.searchAll(photos, 4);
      assertThat(all).hasSize(40);
      for (int i = 0; i < 40; i++) {
        assertThat(all.get(i)).isEqualTo(index.search(photos.get(i), 4));
      }
      assertThat(index.searchAll(List.of(), 4)).isEmpty();
    }
  }

  @Test
  void givesNoHeadingWhereThereIsNoChoice() {
    try (TileIndex index =
        TileIndex.builder(new PixelEncoder(1), tiles).region(REGION).zoom(3).build()) {
      Tile rome = Tile.of(new LatLng(41.9, 12.5), 3);
      TileHit hit = index.search(view(rome), 1).get(0);
      assertThat(hit.tile()).isEqualTo(rome);
      assertThat(hit.headingDegrees()).isEmpty();
    }
  }

  @Test
  void findsSquaresOfMeters() {
    LatLng rome = new LatLng(41.9, 12.5);
    LatLng fiji = new LatLng(-17.5, 179.9);
    Path file = folder.resolve("squares.index");
    try (TileIndex index =
        TileIndex.builder(encoder, tiles)
            .square("rome.png", rome, 400_000)
            .square("fiji.png", fiji, 300_000.5)
            .build()) {
      index.save(file);
    }
    try (TileIndex index = TileIndex.open(file, encoder)) {
      List<TileHit> hits = index.search(view(LocalFrame.of(fiji, 300_000.5)), 5);
      assertThat(hits).extracting(TileHit::id).containsExactly("fiji.png", "rome.png");
      assertThat(hits)
          .extracting(TileHit::tile)
          .containsExactly(LocalFrame.of(fiji, 300_000.5), LocalFrame.of(rome, 400_000));
      assertThat(hits.get(0).tile().center()).isEqualTo(fiji);
      assertThat(hits.get(0).score()).isCloseTo(1, within(1e-5f));
    }
  }

  @Test
  void savesTheSameFileWhateverTheThreadsAndTheBatches() throws IOException {
    Path first = folder.resolve("first.index");
    Path second = folder.resolve("second.index");
    try (TileIndex index = region().threads(1).build()) {
      index.save(first);
    }
    try (TileIndex index = region().threads(5).batchSize(7).build()) {
      index.save(second);
    }
    assertThat(Files.mismatch(first, second)).isEqualTo(-1);
    try (TileIndex index = TileIndex.open(first, encoder)) {
      assertThat(index.size()).isEqualTo(Tile.covering(REGION, ZOOM).count());
      assertThat(index.embeddings().options().encoder()).isEqualTo(encoder.digest());
      assertThatThrownBy(() -> TileIndex.open(first, new PixelEncoder(2)))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("pixels of 4 headings")
          .hasMessageContaining("pixels of 2 headings");
    }
  }

  @Test
  void refusesRowsThatAreNoMapImages() {
    Path file = folder.resolve("photos.index");
    EmbeddingIndex.Builder photos =
        EmbeddingIndex.builder(
            encoder.dimension(), EmbeddingIndex.Options.defaults().withEncoder(encoder.digest()));
    BufferedImage rome = view(Tile.of(new LatLng(41.9, 12.5), 5));
    photos.add(encoder.encodeTiles(List.of(rome)).get(0), new LatLng(41.9, 12.5), "rome.jpg");
    try (EmbeddingIndex index = photos.build()) {
      index.save(file);
    }
    try (TileIndex index = TileIndex.open(file, encoder)) {
      assertThatThrownBy(() -> index.search(rome, 1))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("rome.jpg");
    }
  }

  /** The western tiles of the region alone have imagery. */
  private record Western(double east) implements TileSource {
    @Override
    public MapImage mapImage(Frame frame, int width, int height) {
      return frame.center().longitude() < east
          ? tiles.mapImage(frame, width, height)
          : new MapImage(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), 0);
    }

    @Override
    public String attribution() {
      return "";
    }

    @Override
    public void close() {}
  }

  @Test
  void imagesWithoutImageryAreLeftOut() {
    long total = Tile.coveringCount(REGION, ZOOM);
    long western =
        Tile.covering(REGION, ZOOM).filter(tile -> tile.center().longitude() < 30).count();
    List<TileIndex.Progress> told = new ArrayList<>();
    try (TileIndex index =
        TileIndex.builder(encoder, new Western(30))
            .region(REGION)
            .zoom(ZOOM)
            .onProgress(told::add)
            .build()) {
      assertThat(index.size()).isEqualTo((int) western).isLessThan((int) total);
      assertThat(told.get(told.size() - 1))
          .isEqualTo(new TileIndex.Progress(total, total - western, total));
      Tile truth = Tile.of(new LatLng(45, 8), ZOOM);
      assertThat(index.search(view(truth), 1).get(0).tile()).isEqualTo(truth);
    }
  }

  @Test
  void aMapWithoutImageryIsRefused() {
    TileIndex.Builder none = TileIndex.builder(encoder, new Western(-20)).region(REGION).zoom(ZOOM);
    assertThatThrownBy(none::build)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("16 of 16 map images have no tile");
    TileIndex.Builder few =
        TileIndex.builder(encoder, new Western(30)).region(REGION).zoom(ZOOM).maxMissing(0.2);
    assertThatThrownBy(few::build)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("map images have no tile");
    TileIndex.Builder one =
        TileIndex.builder(encoder, new Western(-20)).square("one", new LatLng(0, 0), 1000);
    assertThatThrownBy(one::build).hasMessageContaining("1 of 1 map image has no tile");
    assertThatThrownBy(() -> one.maxMissing(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Counts the images that have been fetched and not yet encoded. */
  private static final class Counting implements TileSource {
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    @Override
    public MapImage mapImage(Frame frame, int width, int height) {
      most.accumulateAndGet(waiting.incrementAndGet(), Math::max);
      return tiles.mapImage(frame, width, height);
    }

    @Override
    public String attribution() {
      return tiles.attribution();
    }

    @Override
    public void close() {}
  }

  @Test
  void fetchesNoMoreThanThreeBatchesAheadAndTellsOfEach() {
    Counting source = new Counting();
    List<TileIndex.Progress> told = new ArrayList<>();
    long total = Tile.coveringCount(REGION, ZOOM);
    TileIndex.builder(encoder, source)
        .region(REGION)
        .zoom(ZOOM)
        .batchSize(10)
        .threads(4)
        .onProgress(
            progress -> {
              long before = told.isEmpty() ? 0 : told.get(told.size() - 1).done();
              source.waiting.addAndGet((int) (before - progress.done()));
              told.add(progress);
            })
        .build()
        .close();
    assertThat(source.most.get()).isBetween(10, 30);
    assertThat(told)
        .isEqualTo(
            IntStream.rangeClosed(1, (int) ((total + 9) / 10))
                .mapToObj(i -> new TileIndex.Progress(Math.min(total, 10L * i), 0, total))
                .toList());
  }

  @Test
  void passesOnWhatTheSourceSaysAndEndsItsThreads() throws InterruptedException {
    TileSource broken =
        new TileSource() {
          @Override
          public MapImage mapImage(Frame frame, int width, int height) {
            throw new UncheckedIOException("cannot read tile " + frame, new IOException());
          }

          @Override
          public String attribution() {
            return "";
          }

          @Override
          public void close() {}
        };
    assertThatThrownBy(() -> TileIndex.builder(encoder, broken).region(REGION).zoom(ZOOM).build())
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot read tile 6/");
    for (int i = 0; i < 100 && readers() > 0; i++) {
      Thread.sleep(20);
    }
    assertThat(readers()).isZero();
  }

  private static long readers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("geofix-tiles"))
        .count();
  }

  @Test
  void saysWhatIsMissingOrTooMuch() {
    TileIndex.Builder nothing = TileIndex.builder(encoder, tiles);
    assertThatThrownBy(nothing::build).hasMessageContaining("set region and zoom, or add squares");
    assertThatThrownBy(() -> TileIndex.builder(encoder, tiles).region(REGION).build())
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> TileIndex.builder(encoder, tiles).zoom(3).build())
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> region().zoom(22).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tiles at zoom 22");
    assertThatThrownBy(() -> region().zoom(30)).hasMessageContaining("zoom must be 0 to 29");
    assertThatThrownBy(() -> region().batchSize(0)).hasMessageContaining("batchSize");
    assertThatThrownBy(() -> region().threads(0)).hasMessageContaining("threads");
    try (TileIndex index = TileIndex.builder(encoder, tiles).region(REGION).zoom(2).build()) {
      assertThatThrownBy(() -> index.search(view(REGION), 0)).hasMessageContaining("k must be 1");
    }
  }
}
