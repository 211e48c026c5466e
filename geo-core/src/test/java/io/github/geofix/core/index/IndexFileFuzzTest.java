package io.github.geofix.core.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.index.EmbeddingIndex.VectorEncoding;
import io.github.geofix.core.internal.index.Kernel;
import io.github.geofix.core.internal.index.Kernels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever a file holds, reading it ends with its rows or with one exception that says why not. */
final class IndexFileFuzzTest {
  private static final int WIDTH = 5;
  private static final int PREFIX_BYTES = 16;
  private static final int DIGEST_BYTES = 32;
  private static final float[] QUERY = {1, 2, 3, 4, 5};

  private static Path folder = Path.of("");
  private static byte[] good = {};

  @BeforeContainer
  static void saveAGoodFile() throws IOException {
    folder = Files.createTempDirectory("index-fuzz");
    Path file = folder.resolve("good.index");
    Random random = new Random(1);
    EmbeddingIndex.Options options =
        EmbeddingIndex.Options.defaults()
            .withEncoding(VectorEncoding.INT8)
            .withEncoder("sha256:0f");
    try (EmbeddingIndex index = EmbeddingIndexTest.gaussians(WIDTH, 40, options, random).build()) {
      index.append(EmbeddingIndexTest.gaussians(WIDTH, 7, options, random));
      index.delete(3, 44);
      index.save(file);
    }
    good = Files.readAllBytes(file);
  }

  @AfterContainer
  static void deleteAll() throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  @Property
  void survivesDamagedBytes(@ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int count)
      throws IOException {
    Random random = new Random(seed);
    byte[] bytes = good.clone();
    for (int i = 0; i < count; i++) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(255));
    }
    useAndExpectAtMostAFormatError(bytes);
    if (!Arrays.equals(bytes, good)) {
      Path file = write(bytes);
      // Bytes between parts belong to nobody.
      try {
        EmbeddingIndex.verify(file);
      } catch (ModelFormatException e) {
        assertThat(e).hasMessageContaining("damaged.index");
      }
    }
  }

  /** As a forger would: the header's digest is right again, so its numbers are believed. */
  @Property
  void survivesADamagedHeaderWithAGoodDigest(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int count) throws IOException {
    Random random = new Random(seed);
    byte[] bytes = good.clone();
    int length = ByteBuffer.wrap(bytes).getInt(12);
    for (int i = 0; i < count; i++) {
      int at = PREFIX_BYTES + random.nextInt(length);
      switch (random.nextInt(3)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> bytes[at] = 0;
        default -> bytes[at] = (byte) 0xff;
      }
    }
    seal(bytes, length);
    useAndExpectAtMostAFormatError(bytes);
  }

  @Property
  void refusesATruncatedOrLongerFile(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    int length = random.nextInt(good.length + 100);
    if (length == good.length) {
      return;
    }
    Path file = write(Arrays.copyOf(good, length));
    assertThatThrownBy(() -> EmbeddingIndex.open(file)).isInstanceOf(ModelFormatException.class);
  }

  @Property
  void refusesAnyOtherFile(@ForAll byte[] bytes) throws IOException {
    Path file = write(bytes);
    assertThatThrownBy(() -> EmbeddingIndex.open(file)).isInstanceOf(ModelFormatException.class);
  }

  /** Every single byte of a part is covered by a checksum. */
  @Property
  void noticesEveryDamagedByteOfAPart(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    byte[] bytes = good.clone();
    int at;
    do {
      at = random.nextInt(bytes.length);
    } while (at >= PREFIX_BYTES + ByteBuffer.wrap(good).getInt(12) + DIGEST_BYTES
        && bytes[at] == 0);
    bytes[at] ^= (byte) (1 << random.nextInt(8));
    Path file = write(bytes);
    assertThatThrownBy(() -> EmbeddingIndex.verify(file)).isInstanceOf(ModelFormatException.class);
  }

  private static void useAndExpectAtMostAFormatError(byte[] bytes) throws IOException {
    Path file = write(bytes);
    for (Kernel kernel : Kernels.all()) {
      try (EmbeddingIndex index = EmbeddingIndex.open(file, kernel)) {
        float[] query = Arrays.copyOf(QUERY, index.dimension());
        query[0] = 1;
        assertThat(index.search(query, 10).hits().size()).isBetween(0, 10);
        index.search(new float[][] {query, query}, 10);
        index.withinBox(40, 0, 50, 10).search(query, 3);
        for (int row = 0; row < Math.min(100, index.rows()); row++) {
          index.payload(row);
        }
        index.compact();
      } catch (ModelFormatException e) {
        assertThat(e.getMessage()).contains("index");
      } catch (UncheckedIOException e) {
        throw new AssertionError("a damaged file is not a failed read", e);
      }
    }
  }

  private static void seal(byte[] bytes, int length) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(bytes, PREFIX_BYTES, length);
      System.arraycopy(sha256.digest(), 0, bytes, PREFIX_BYTES + length, DIGEST_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("damaged.index"), bytes);
  }
}
