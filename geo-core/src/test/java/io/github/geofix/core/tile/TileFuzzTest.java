package io.github.geofix.core.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.github.geofix.core.internal.geodesy.MercatorFrame;
import io.github.geofix.core.internal.webp.WebpFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Readers meet damaged files: they read on or say so, and never crash, hang or hoard memory. */
class TileFuzzTest {

  private static final int TILE = 16;
  private static final byte[] MBTILES = sample("mbtiles");
  private static final byte[] PMTILES = sample("pmtiles");
  private static final byte[] GEOTIFF = sample("tif");
  private static final byte[] BIG_TIFF = sample("big.tif");
  private static final List<byte[]> WEBP = WebpFiles.all();

  @Property(shrinking = ShrinkingMode.OFF)
  void mbtiles(@ForAll long seed) throws IOException {
    survives(MBTILES, ".mbtiles", seed);
  }

  @Property(shrinking = ShrinkingMode.OFF)
  void pmtiles(@ForAll long seed) throws IOException {
    survives(PMTILES, ".pmtiles", seed);
  }

  @Property(shrinking = ShrinkingMode.OFF)
  void geoTiff(@ForAll long seed) throws IOException {
    survives(GEOTIFF, ".tif", seed);
  }

  @Property(shrinking = ShrinkingMode.OFF)
  void bigTiff(@ForAll long seed) throws IOException {
    survives(BIG_TIFF, ".tif", seed);
  }

  /** Lossy, lossless, with alpha and animated, in the memory that {@link TileImage} allows. */
  @Property(shrinking = ShrinkingMode.OFF)
  void webp(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] file = damaged(WEBP.get(random.nextInt(WEBP.size())), random);
    long before = allocated();
    try {
      TilePixels tile = TileImage.decode(file);
      assertThat((long) tile.width() * tile.height()).isBetween(1L, 1L << 22);
    } catch (IOException e) {
      // The decoder itself refuses what is damaged: no exception of the machine is wrapped.
      assertThat(e.getMessage()).doesNotStartWith("damaged: java.lang.");
    }
    assertThat(allocated() - before).isLessThan(128L << 20);
  }

  private static long allocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  /** Found by the property: an index out of order, along which the zooms never ended. */
  @Example
  void mbtilesWithAnIndexOutOfOrder() throws IOException {
    refuses(MBTILES, ".mbtiles", 14_662, "damaged: zoom 0 comes after 2");
  }

  /** Found by the property: a depth for which the decoder makes a table of 2 GB. */
  @Example
  void geoTiffOfOddDepth() throws IOException {
    refuses(GEOTIFF, ".tif", -3_726_164_669L, "3 bands of 29 bits");
  }

  private static void refuses(byte[] good, String extension, long seed, String message)
      throws IOException {
    Path file = Files.createTempFile("fuzz", extension);
    try {
      Files.write(file, damaged(good, new Random(seed)));
      assertThatThrownBy(
              () -> TileSource.open(file.toString(), file, TileSource.Options.defaults()))
          .hasMessageContaining(message);
    } finally {
      Files.delete(file);
    }
  }

  private static void survives(byte[] good, String extension, long seed) throws IOException {
    Path file = Files.createTempFile("fuzz", extension);
    try {
      Files.write(file, damaged(good, new Random(seed)));
      try (TileSource source =
          TileSource.open(file.toString(), file, TileSource.Options.defaults())) {
        for (MercatorFrame frame :
            new MercatorFrame[] {MercatorFrame.WORLD, new MercatorFrame(0.4, 0.4, 0.2)}) {
          assertThat(source.view(frame, 32, 32).getWidth()).isEqualTo(32);
        }
      } catch (UncheckedIOException e) {
        assertThat(e).hasMessageContaining(file.getFileName().toString());
      }
      assertThat(isOpen(file)).isFalse();
    } finally {
      Files.delete(file);
    }
  }

  /** Whether the process still holds the file open; always false where that cannot be seen. */
  private static boolean isOpen(Path file) throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    if (!Files.isDirectory(descriptors)) {
      return false;
    }
    try (Stream<Path> links = Files.list(descriptors)) {
      return links.anyMatch(link -> file.equals(target(link)));
    }
  }

  private static Path target(Path link) {
    try {
      return Files.readSymbolicLink(link);
    } catch (IOException e) {
      return link; // closed since it was listed
    }
  }

  /** Changes a few bytes or numbers, mostly near the start where the structure is, or cuts. */
  private static byte[] damaged(byte[] good, Random random) {
    byte[] bytes = good.clone();
    int changes = 1 + random.nextInt(8);
    for (int i = 0; i < changes; i++) {
      int end = random.nextBoolean() ? Math.min(bytes.length, 600) : bytes.length;
      int at = random.nextInt(end);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> {
          for (int j = at; j < Math.min(at + 4, bytes.length); j++) {
            bytes[j] = (byte) 0xff;
          }
        }
        default -> {
          for (int j = at; j < Math.min(at + 8, bytes.length); j++) {
            bytes[j] = (byte) random.nextInt(256);
          }
        }
      }
    }
    return random.nextInt(6) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
  }

  private static byte[] sample(String extension) {
    try {
      Path folder = Files.createTempDirectory("fuzz");
      Path file = folder.resolve("sample." + extension);
      var world = Pictures.noise(TILE << 2, TILE << 2, new Random(1));
      double half = Math.PI * 6_378_137;
      switch (extension) {
        case "mbtiles" -> Stores.mbtiles(file, Stores.pyramid(world, TILE));
        case "pmtiles" -> Stores.pmtiles(file, Stores.pyramid(world, TILE), 5);
        case "big.tif" -> {
          Path classic = folder.resolve("classic.tif");
          Stores.geoTiff(classic, world, TILE, 2, 3857, -half, half, 2 * half / world.getWidth());
          BigTiffs.write(classic, file, 1 << 12);
          Files.delete(classic);
        }
        default ->
            Stores.geoTiff(file, world, TILE, 2, 3857, -half, half, 2 * half / world.getWidth());
      }
      byte[] bytes = Files.readAllBytes(file);
      Files.delete(file);
      Files.delete(folder);
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
