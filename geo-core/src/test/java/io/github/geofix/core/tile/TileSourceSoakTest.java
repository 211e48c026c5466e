package io.github.geofix.core.tile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.geodesy.Frame;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.LocalFrame;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Many views from each store on two threads, one tile damaged, far more tiles than the cache holds.
 * Short in the build; {@code -Dgeofix.soak.views=10000} makes it long, and {@code
 * -Dgeofix.soak.csv=FILE} appends a row for each store.
 */
@EnabledOnOs(OS.LINUX)
class TileSourceSoakTest {

  private static final int VIEWS = Integer.getInteger("geofix.soak.views", 200);
  private static final String CSV = System.getProperty("geofix.soak.csv", "");

  private static final int TILE = 64;
  private static final int ZOOM = 4;
  private static final int SIDE = TILE << ZOOM;
  private static final int VIEW = 24;
  private static final Tile BAD = Tile.parse("4/9/6");
  private static final BufferedImage WORLD = Pictures.noise(SIDE, SIDE, new Random(5));
  private static final BufferedImage WITHOUT_BAD = withoutBad();

  private final Path folder;
  private final AtomicInteger right = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();

  TileSourceSoakTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @ParameterizedTest
  @EnumSource
  void everyViewIsRightOrNamesTheDamagedTile(StoreKind kind) throws Exception {
    SortedMap<Tile, byte[]> tiles = new TreeMap<>(Stores.pyramid(WORLD, TILE));
    tiles.compute(BAD, (tile, good) -> Arrays.copyOf(Objects.requireNonNull(good), 99));
    Path place = folder.resolve("store");
    long socketsBefore = descriptors("socket:");
    long start = System.nanoTime();
    try (AutoCloseable server = kind.write(place, WORLD, TILE, tiles)) {
      assertThat(server).isNotNull();
      if (kind == StoreKind.GEOTIFF) {
        Stores.damageGeoTiff(place, BAD.y() * (1 << ZOOM) + BAD.x());
      }
      TileSource.Options options = TileSource.Options.defaults().withCacheBytes(1 << 20);
      try (TileSource source = kind.open(place, TILE, ZOOM, options)) {
        start = System.nanoTime();
        soak(source);
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    assertThat(right.get() + refused.get()).isEqualTo(VIEWS);
    assertThat(refused.get()).isPositive().isLessThan(VIEWS / 4);
    assertThat(descriptors(folder.toString())).isZero();
    assertThat(mapped(folder.toString())).isZero();
    assertThat(socketsLeft(socketsBefore)).isLessThanOrEqualTo(socketsBefore);
    report(kind, seconds);
  }

  private void soak(TileSource source) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Future<?>> halves = new ArrayList<>();
      for (int thread = 0; thread < 2; thread++) {
        Random random = new Random(thread);
        halves.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < VIEWS / 2; i++) {
                    check(source, frame(random, i));
                  }
                }));
      }
      for (Future<?> half : halves) {
        half.get();
      }
    } finally {
      threads.shutdown();
    }
  }

  /** Anywhere, and one in twenty near the damaged tile. */
  private static Frame frame(Random random, int i) {
    LatLng center =
        i % 20 == 0
            ? BAD.at(random.nextDouble(-0.2, 1.2), random.nextDouble(-0.2, 1.2))
            : new LatLng(random.nextDouble(-75, 75), random.nextDouble(-180, 180));
    // A pixel is at most 18 km, one of the finest zoom at least 10 km at 75 degrees: one sample.
    return LocalFrame.of(center, random.nextDouble(50_000, 220_000));
  }

  private void check(TileSource source, Frame frame) {
    BufferedImage literal = Pictures.literal(WORLD, Pictures.mercator(SIDE), frame, VIEW, VIEW, 1);
    BufferedImage spoiled =
        Pictures.literal(WITHOUT_BAD, Pictures.mercator(SIDE), frame, VIEW, VIEW, 1);
    int needed = Pictures.difference(literal, spoiled);
    try {
      BufferedImage view = source.view(frame, VIEW, VIEW);
      assertThat(Pictures.difference(view, literal)).as("%s", frame).isLessThanOrEqualTo(1);
      assertThat(needed).as("%s needs the damaged tile", frame).isLessThanOrEqualTo(2);
      right.incrementAndGet();
    } catch (UncheckedIOException e) {
      assertThat(e).hasMessageContaining("cannot read tile 4/9/6");
      assertThat(touchesBad(frame)).as("%s does not touch the damaged tile", frame).isTrue();
      refused.incrementAndGet();
    }
  }

  /**
   * Whether a pixel of the view lies within half a pixel of the tile, so that it is one of four.
   */
  private static boolean touchesBad(Frame frame) {
    double middleX = (BAD.x() + 0.5) * TILE;
    double middleY = (BAD.y() + 0.5) * TILE;
    double reach = TILE / 2.0 + 0.5;
    for (int i = 0; i < VIEW * VIEW; i++) {
      double row = Math.floorDiv(i, VIEW) + 0.5;
      double[] at = Pictures.mercator(SIDE).of(frame.at((i % VIEW + 0.5) / VIEW, row / VIEW));
      if (Math.abs(at[0] - middleX) < reach && Math.abs(at[1] - middleY) < reach) {
        return true;
      }
    }
    return false;
  }

  private static BufferedImage withoutBad() {
    BufferedImage copy = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < SIDE * SIDE; i++) {
      int x = i % SIDE;
      int y = i / SIDE;
      boolean bad = x / TILE == BAD.x() && y / TILE == BAD.y();
      copy.setRGB(x, y, bad ? ~WORLD.getRGB(x, y) : WORLD.getRGB(x, y));
    }
    return copy;
  }

  /** The open files whose target contains a text. */
  private static long descriptors(String target) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.filter(link -> points(link, target)).count();
    }
  }

  private static boolean points(Path link, String target) {
    try {
      return Files.readSymbolicLink(link).toString().contains(target);
    } catch (IOException e) {
      return false; // closed since it was listed
    }
  }

  private static long mapped(String target) throws IOException {
    try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
      return maps.filter(line -> line.contains(target)).count();
    }
  }

  /** Before Java 21 an HTTP client lets go of its connections only when it is collected. */
  private static long socketsLeft(long before) throws IOException, InterruptedException {
    long left = descriptors("socket:");
    for (int i = 0; i < 100 && left > before; i++) {
      System.gc();
      Thread.sleep(100);
      left = descriptors("socket:");
    }
    return left;
  }

  private void report(StoreKind kind, double seconds) throws IOException {
    if (!CSV.isEmpty()) {
      String row =
          "%s,%d,2,%d,%d,%.1f,0,0%n".formatted(kind, VIEWS, right.get(), refused.get(), seconds);
      Files.writeString(Path.of(CSV), row, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
  }
}
