package io.github.geofix.models.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.geofix.core.Photo;
import io.github.geofix.models.internal.image.Orientation;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Damaged photos are read or refused by name, in bounded memory. The long form: run this class with
 * {@code -Djqwik.tries.default=1000000}.
 */
class PhotoFuzzTest {
  private static final Photo.Limits LIMITS =
      Photo.Limits.server().withMaxPixels(1 << 20).withMaxMemoryBytes(16 << 20);

  private static final List<byte[]> METADATA =
      List.of(
          read("turned.jpg"),
          read("turned.tif"),
          read("turned.webp"),
          read("turned.png"),
          read("orientation-6-imagemagick.png"),
          read("orientation-6-xmp.png"),
          read("orientation-6-exif-chunk.png"));
  private static final List<byte[]> PNG =
      List.of(
          read("rgb.png"),
          read("palette.png"),
          read("gray16.png"),
          read("bits.png"),
          read("gray-alpha.png"),
          read("alpha.png"));
  private static final List<byte[]> WEBP =
      List.of(
          read("lossless.webp"),
          read("lossy.webp"),
          read("alpha.webp"),
          read("lossy-alpha.webp"),
          read("animation.webp"),
          read("profile.webp"));
  private static final List<byte[]> OTHERS =
      List.of(
          read("baseline.jpg"),
          read("progressive.jpg"),
          read("cmyk.jpg"),
          read("raw.tif"),
          read("lzw.tif"),
          read("gray16.tif"),
          read("cmyk.tif"),
          read("palette.gif"),
          read("gif-frame-smaller-than-canvas.gif"),
          read("rgb.bmp"),
          read("bmp-linked-profile-2gb.bmp"));

  /** The metadata alone: it is never refused, and costs no more than the file. */
  @Property(shrinking = ShrinkingMode.OFF)
  void metadata(@ForAll long seed) {
    byte[] file = damaged(METADATA, seed);
    long before = allocated();
    MetadataBlocks blocks = MetadataBlocks.of(file);
    Orientation orientation = Orientation.of(ExifTags.metadata(blocks), blocks.xmp());
    assertThat(allocated() - before).isLessThan((12L << 20) + 100L * file.length);
    assertThat(orientation).isNotNull();
  }

  @Property(shrinking = ShrinkingMode.OFF)
  void png(@ForAll long seed) {
    survives(PNG, seed);
  }

  @Property(shrinking = ShrinkingMode.OFF)
  void webp(@ForAll long seed) {
    survives(WEBP, seed);
  }

  @Property(shrinking = ShrinkingMode.OFF)
  void otherFormats(@ForAll long seed) {
    survives(OTHERS, seed);
  }

  private static void survives(List<byte[]> files, long seed) {
    byte[] file = damaged(files, seed);
    long before = allocated();
    try {
      BufferedImage photo = Photos.decode(file, "fuzzed", LIMITS);
      assertThat((long) photo.getWidth() * photo.getHeight()).isLessThanOrEqualTo(1 << 20);
    } catch (UncheckedIOException e) {
      assertThat(e).hasMessageStartingWith("cannot read photo fuzzed: ");
      assertThat(e.getMessage()).doesNotContain("too little memory");
    }
    assertThat(allocated() - before).isLessThan(256L << 20);
  }

  /** Changes a few bytes or numbers, mostly near the start where the structure is, or cuts. */
  private static byte[] damaged(List<byte[]> files, long seed) {
    Random random = new Random(seed);
    byte[] bytes = files.get(random.nextInt(files.size())).clone();
    int changes = 1 + random.nextInt(8);
    for (int i = 0; i < changes; i++) {
      int end = random.nextBoolean() ? Math.min(bytes.length, 200) : bytes.length;
      int at = random.nextInt(end);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> Arrays.fill(bytes, at, Math.min(at + 4, bytes.length), (byte) 0xff);
        default -> {
          byte[] noise = new byte[Math.min(8, bytes.length - at)];
          random.nextBytes(noise);
          System.arraycopy(noise, 0, bytes, at, noise.length);
        }
      }
    }
    return random.nextInt(6) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
  }

  private static long allocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  private static byte[] read(String file) {
    try {
      return PhotosTest.resource(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
