package io.github.geofix.models.image;

import static io.github.geofix.models.image.PhotosTest.resource;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.github.geofix.core.Photo;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Small files that claim much: each is read, or refused with a reason, at once and in memory. */
class HostilePhotosTest {
  private static final Photo.Limits LIMITS = Photo.Limits.defaults();
  private static final byte[] PACKED = PhotoFiles.deflated(new byte[32 << 20]);

  @ParameterizedTest
  @ValueSource(strings = {"zTXt", "iTXt", "iCCP"})
  void unpacksNoTextThatItDoesNotNeed(String type) throws IOException {
    for (String keyword : new String[] {"Comment", "XML:com.adobe.xmp", "Raw profile type exif"}) {
      byte[] head =
          type.equals("iTXt")
              ? PhotoFiles.ascii(keyword + "\0\1\0\0\0")
              : PhotoFiles.ascii(keyword + "\0\0");
      byte[] png = PhotoFiles.withChunk(resource("rgb.png"), type, PhotoFiles.joined(head, PACKED));
      assertThat(bytesAllocatedBy(() -> Photos.decode(png, "x", LIMITS))).isLessThan(16L << 20);
    }
  }

  @Test
  void readsXmpOfManyLevels() throws IOException {
    BufferedImage photo = Photos.decode(resource("deep-xmp-small.png"), "x", LIMITS);
    assertThat(photo.getWidth()).isEqualTo(16);
  }

  /** The JDK's reader of BMP allocates the 2 GB that the file claims for its profile. */
  @Test
  void readsABmpWhoseProfileIsElsewhere(@TempDir Path folder) throws IOException {
    byte[] bmp = resource("bmp-linked-profile-2gb.bmp");
    assertThat(bytesAllocatedBy(() -> Photos.decode(bmp, "x", LIMITS))).isLessThan(8L << 20);
    Path file = Files.write(folder.resolve("a.jpg"), bmp);
    assertThat(Exif.time(file)).isEmpty();
    assertThat(Exif.position(file)).isEmpty();
  }

  @Test
  void countsTheScansOfAProgressiveJpeg() throws IOException {
    byte[] jpeg = resource("progressive.jpg");
    int scans = JpegHeader.of(jpeg).orElseThrow().scans();
    assertThat(scans).isBetween(6, 12);
    byte[] most = withScans(jpeg, JpegHeader.MAX_SCANS - scans);
    assertThat(Photos.decode(most, "x", LIMITS).getWidth()).isEqualTo(40);
    byte[] more = withScans(jpeg, JpegHeader.MAX_SCANS - scans + 1);
    assertThatThrownBy(() -> Photos.decode(more, "x", LIMITS))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(
            "cannot read photo x: a JPEG of more than 100 scans, which would take minutes to"
                + " decode: save it again");
    assertThat(JpegHeader.of(withScans(jpeg, 100_000)).orElseThrow().scans()).isEqualTo(101);
    assertThat(JpegHeader.of(resource("baseline.jpg")).orElseThrow().scans()).isEqualTo(1);
  }

  @Test
  void allowsMoreScansWhereMorePixelsAreAllowed() throws IOException {
    byte[] jpeg = resource("progressive.jpg");
    int scans = JpegHeader.of(jpeg).orElseThrow().scans();
    byte[] eighty = withScans(jpeg, 80 - scans);
    Photo.Limits exact = LIMITS.withMaxPixels(2 * 40 * 24);
    assertThat(Photos.decode(eighty, "x", exact).getWidth()).isEqualTo(40);
    assertThatThrownBy(() -> Photos.decode(eighty, "x", LIMITS.withMaxPixels(2 * 40 * 24 - 1)))
        .hasMessage(
            "cannot read photo x: a JPEG of 80 scans, which are too many for 960 pixels: save it"
                + " again, make it smaller or raise maxPixels (--max-megapixels)");
  }

  @Test
  void takesTheKindOfSamplesFromTiffAlone() throws IOException {
    byte[] jpeg = resource("baseline.jpg");
    byte[] floats = PhotoFiles.grayTiff(2, 2, 32, 3, new byte[4]);
    byte[] exif = PhotoFiles.joined("Exif\0\0".getBytes(StandardCharsets.US_ASCII), floats);
    byte[] claimed = PhotosTest.withSegment(jpeg, 0xe1, exif);
    assertThatThrownBy(() -> Photos.decode(floats, "x", LIMITS))
        .hasMessageContaining("floating-point");
    assertThat(Photos.decode(claimed, "x", LIMITS).getRGB(7, 5))
        .isEqualTo(Photos.decode(jpeg, "x", LIMITS).getRGB(7, 5));
  }

  /** Repeats the last scan, which refines the image, before the end. */
  private static byte[] withScans(byte[] jpeg, int count) {
    int last = 0;
    for (int i = 0; i + 1 < jpeg.length; i++) {
      last = (jpeg[i] & 0xff) == 0xff && (jpeg[i + 1] & 0xff) == 0xda ? i : last;
    }
    byte[] scan = Arrays.copyOfRange(jpeg, last, jpeg.length - 2);
    byte[] all = new byte[count * scan.length];
    for (int i = 0; i < count; i++) {
      System.arraycopy(scan, 0, all, i * scan.length, scan.length);
    }
    return PhotoFiles.joined(
        Arrays.copyOf(jpeg, last), all, Arrays.copyOfRange(jpeg, last, jpeg.length));
  }

  @Test
  void checksMemoryBeforeItDecodes() {
    byte[] png = PhotoFiles.pngHeader(7000, 7000, 16, 6);
    assertThatThrownBy(() -> Photos.decode(png, "x", Photo.Limits.server()))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(
            "cannot read photo x: 7000 x 7000 pixels take 514 MB to decode, more than the 320 MB"
                + " allowed: make it smaller or raise maxMemoryBytes (--max-megapixels)");
    byte[] wide = PhotoFiles.pngHeader(50_001, 1000, 1, 0);
    assertThatThrownBy(() -> Photos.decode(wide, "x", Photo.Limits.server()))
        .hasMessageContaining("50001 x 1000 pixels, more than the 50000000 allowed");
  }

  @Test
  void countsTheMemoryOfAllScansAndOfTurning() throws IOException {
    // 40 x 24 pixels: 3 bytes decoded, 3 of coefficients with halved chroma, 3 turned.
    byte[] progressive = resource("progressive.jpg");
    Photo.Limits enough = LIMITS.withMaxMemoryBytes(40 * 24 * 6);
    assertThat(Photos.decode(progressive, "x", enough).getWidth()).isEqualTo(40);
    assertThatThrownBy(
            () -> Photos.decode(progressive, "x", LIMITS.withMaxMemoryBytes(40 * 24 * 6 - 1)))
        .hasMessageContaining("raise maxMemoryBytes");
    byte[] turned = resource("turned.jpg");
    assertThat(Photos.decode(turned, "x", enough).getWidth()).isPositive();
    assertThatThrownBy(() -> Photos.decode(turned, "x", LIMITS.withMaxMemoryBytes(40 * 24 * 6 - 1)))
        .hasMessageContaining("raise maxMemoryBytes");
  }

  @Test
  void checksTheSizeOfTheFile(@TempDir Path folder) throws IOException {
    byte[] jpeg = resource("baseline.jpg");
    Photo.Limits small = Photo.Limits.server().withMaxFileBytes(jpeg.length - 1);
    Path file = Files.write(folder.resolve("a.jpg"), jpeg);
    assertThatThrownBy(() -> Photos.read(file, small))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(
            "cannot read photo "
                + file
                + ": the file has 946 bytes, more than the 945 allowed: make it smaller or raise"
                + " maxFileBytes (--max-megapixels)");
    assertThatThrownBy(() -> Photos.decode(jpeg, "upload", small))
        .hasMessageStartingWith("cannot read photo upload: the file has 946 bytes");
    assertThat(Photos.read(file, small.withMaxFileBytes(946)).getWidth()).isEqualTo(40);
    assertThatThrownBy(() -> small.withMaxFileBytes(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> small.withMaxMemoryBytes(-1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** 4 GB, more than tests have: an error of the virtual machine stays within the photo. */
  @Test
  void namesThePhotoThatThereIsTooLittleMemoryFor() {
    byte[] png = PhotoFiles.pngHeader(23_000, 23_000, 16, 6);
    Photo.Limits large = LIMITS.withMaxPixels(700_000_000).withMaxMemoryBytes(1L << 40);
    assertThatThrownBy(() -> Photos.decode(png, "x", large))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith(
            "cannot read photo x: too little memory to decode it: Java may use");
  }

  /** A tile is decoded as one, however small the image is. */
  @Test
  void checksTheTilesOfATiff() {
    byte[] fits = PhotoFiles.grayTiff(8, 4, 8, 16, 1, new byte[] {93});
    assertThat(Photos.decode(fits, "x", LIMITS).getRGB(3, 2)).isEqualTo(0xff5d5d5d);
    byte[] huge = PhotoFiles.grayTiff(8, 4, 8, 60_000, 1, new byte[] {93});
    assertThatThrownBy(() -> Photos.decode(huge, "x", LIMITS))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("cannot read photo x: 60000 x 60000 pixels take 3433 MB to decode");
  }

  /** Found by fuzzing: the reader makes a table of as many samples as a pixel is said to have. */
  @Test
  void checksTheSamplesOfATiff() throws IOException {
    byte[] tiff = resource("raw.tif");
    int at = indexOfTag(tiff, 277);
    Arrays.fill(tiff, at + 2, at + 4, (byte) 0);
    tiff[at + 2] = 4;
    Arrays.fill(tiff, at + 8, at + 12, (byte) 0x7f);
    assertThatThrownBy(() -> Photos.decode(tiff, "x", LIMITS))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("2139062143 samples a pixel");
  }

  private static int indexOfTag(byte[] tiff, int tag) {
    ByteBuffer bytes = ByteBuffer.wrap(tiff).order(ByteOrder.LITTLE_ENDIAN);
    int at = bytes.getInt(4) + 2;
    while (bytes.getShort(at) != tag) {
      at += 12;
    }
    return at;
  }

  private static long bytesAllocatedBy(Runnable work) {
    work.run();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    work.run();
    return threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
  }
}
