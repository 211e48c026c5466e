package io.github.geofix.core.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.geodesy.LatLngBox;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A BigTIFF is the same map as the TIFF with the same pixels. */
class BigTiffTest {
  /** Behind what 32 bits reach; the file is sparse. */
  private static final long FAR = 5L << 30;

  private static final LatLngBox BOX = LatLngBox.of(49.65, 10.05, 49.95, 10.55);

  @TempDir private Path folder;

  private Path resource(String name) throws IOException {
    Path file = folder.resolve(name);
    try (InputStream in = BigTiffTest.class.getResourceAsStream("/tiles/" + name)) {
      Files.copy(in, file);
    }
    return file;
  }

  private static int[] pixels(Path file, LatLngBox box, int width, int height) {
    try (TileSource source = TileSource.geoTiff(file)) {
      BufferedImage view = source.view(box, width, height);
      return view.getRGB(0, 0, width, height, null, 0, width);
    }
  }

  private void equal(Path classic, Path big, LatLngBox box, int width, int height) {
    int[] expected = pixels(classic, box, width, height);
    assertThat(Arrays.stream(expected).distinct().count()).isGreaterThan(1);
    assertThat(pixels(big, box, width, height)).isEqualTo(expected);
  }

  @Test
  void tilesBeyondFourGigabytesAndOverviewsAreRead() throws IOException {
    Path classic = folder.resolve("classic.tif");
    Stores.geoTiff(classic, Pictures.noise(100, 70, new Random(1)), 32, 2, 4326, 10, 50, 0.01);
    Path big = folder.resolve("big.tif");
    BigTiffs.write(classic, big, FAR);
    assertThat(Files.size(big)).isGreaterThan(FAR);
    LatLngBox all = LatLngBox.of(49.3, 10, 50, 11);
    equal(classic, big, all, 100, 70);
    equal(classic, big, all, 25, 17);
    equal(classic, big, LatLngBox.of(49.3, 10.9, 49.4, 11), 20, 20);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"strips-lzw.tif", "strips-jpeg.tif", "strips-palette.tif", "gray-alpha-8.tif"})
  void stripsAndCompressionsAreRead(String name) throws IOException {
    Path classic = resource(name);
    Path big = folder.resolve("big.tif");
    BigTiffs.write(classic, big, 1 << 16);
    equal(classic, big, BOX, 50, 30);
  }

  @Test
  void filesOfOtherWritersAreRead() throws IOException {
    equal(
        resource("pillow.tif"),
        resource("pillow-big.tif"),
        LatLngBox.of(49.88, 10, 50, 10.2),
        20,
        12);
    int[] tiny = pixels(resource("tiny-bigtiff.tif"), BOX, 8, 8);
    assertThat(Arrays.stream(tiny).distinct().count()).isGreaterThan(1);
  }

  /** As GDAL leaves tiles without content out. */
  @Test
  void tilesWithoutBytesAreMissing() throws IOException {
    Path classic = folder.resolve("classic.tif");
    Stores.geoTiff(classic, Pictures.noise(32, 32, new Random(1)), 32, 0, 4326, 10, 50, 0.01);
    Path big = folder.resolve("big.tif");
    BigTiffs.write(classic, big, 1 << 16);
    long counts = entry(big, 325);
    try (RandomAccessFile file = new RandomAccessFile(big.toFile(), "rw")) {
      file.seek(counts + 12);
      file.write(new byte[8]);
    }
    try (TileSource source = TileSource.geoTiff(big)) {
      assertThat(source.mapImage(LatLngBox.of(49.7, 10, 50, 10.3), 8, 8).coverage()).isZero();
    }
  }

  @Test
  void damageIsNamed() throws IOException {
    Path classic = folder.resolve("classic.tif");
    Stores.geoTiff(classic, Pictures.noise(32, 32, new Random(1)), 32, 0, 4326, 10, 50, 0.01);
    refused(classic, file -> file.putLong(8, 1L << 60), "it ends before byte");
    refused(classic, file -> file.putShort(4, (short) 4), "its offsets do not have 64 bits");
    refused(classic, file -> file.putLong(16, 1L << 40), "an image of 1099511627776 fields");
    refused(classic, file -> file.putLong(16 + 8 + 4, 1L << 50), "1125899906842624 values");
    int next = 16 + 8 + 20 * fields(classic);
    refused(classic, file -> file.putLong(next, 16), "in a circle");
  }

  private interface Damage {
    void to(ByteBuffer file);
  }

  private void refused(Path classic, Damage damage, String message) throws IOException {
    Path big = folder.resolve("damaged.tif");
    Files.deleteIfExists(big);
    BigTiffs.write(classic, big, 1 << 16);
    byte[] bytes = Files.readAllBytes(big);
    damage.to(ByteBuffer.wrap(bytes).order(order(bytes)));
    Files.write(big, bytes);
    assertThatThrownBy(() -> TileSource.geoTiff(big))
        .hasMessageContaining(big.toString())
        .hasMessageContaining(message);
  }

  private static ByteOrder order(byte[] tiff) {
    return tiff[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
  }

  private static int fields(Path classic) throws IOException {
    byte[] bytes = Files.readAllBytes(classic);
    ByteBuffer tiff = ByteBuffer.wrap(bytes).order(order(bytes));
    return tiff.getShort(tiff.getInt(4));
  }

  private static long entry(Path big, int tag) throws IOException {
    byte[] bytes = Files.readAllBytes(big);
    ByteBuffer tiff = ByteBuffer.wrap(bytes).order(order(bytes));
    for (int at = 24; ; at += 20) {
      if ((tiff.getShort(at) & 0xffff) == tag) {
        return at;
      }
    }
  }
}
