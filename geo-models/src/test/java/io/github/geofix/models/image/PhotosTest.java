package io.github.geofix.models.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.Photo;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.internal.image.Pixels;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The pictures are made by photos/make.py; what they should look like is what Pillow reads. */
class PhotosTest {
  private static final List<String> EVERY_FORMAT =
      List.of(
          "baseline.jpg",
          "progressive.jpg",
          "cmyk.jpg",
          "turned.jpg",
          "rgb.png",
          "palette.png",
          "gray16.png",
          "raw.tif",
          "lzw.tif",
          "lossless.webp",
          "lossy.webp",
          "palette.gif",
          "rgb.bmp");

  @ParameterizedTest
  @CsvSource({
    "rgb.png, rgb.png, 0",
    "rgb.bmp, rgb.png, 0",
    "raw.tif, rgb.png, 0",
    "lzw.tif, rgb.png, 0",
    "lossless.webp, rgb.png, 0",
    "palette.png, palette.png.expected.png, 0",
    "palette.gif, palette.gif.expected.png, 0",
    "bits.png, bits.png.expected.png, 0",
    "gray.png, gray.png, 0",
    "gray.tif, gray.png, 0",
    "gray16.png, gray.png, 0",
    "gray16.tif, gray.png, 0",
    "alpha.png, alpha.png.expected.png, 1",
    "alpha.webp, alpha.webp.expected.png, 1",
    "gray-alpha.png, gray-alpha.png.expected.png, 1",
    "baseline.jpg, baseline.jpg.expected.png, 2",
    "progressive.jpg, progressive.jpg.expected.png, 2",
    "full-color.jpg, full-color.jpg.expected.png, 2",
    "gray.jpg, gray.jpg.expected.png, 2",
    "lossy.webp, lossy.webp.expected.png, 0",
    "lossy-alpha.webp, lossy-alpha.webp.expected.png, 1",
    "turned.png, turned.expected.png, 0",
    "turned.tif, turned.expected.png, 0",
    "turned.webp, turned.expected.png, 0",
    "turned.jpg, turned.jpg.expected.png, 2",
  })
  void readsWhatPillowReads(String file, String expected, int tolerance) throws IOException {
    BufferedImage photo = Photos.decode(resource(file), file, Photo.Limits.defaults());
    assertThat(photo.getType()).isEqualTo(BufferedImage.TYPE_3BYTE_BGR);
    assertThat(largestDifference(photo, reference(expected))).isLessThanOrEqualTo(tolerance);
  }

  private static BufferedImage reference(String file) throws IOException {
    try (InputStream in = PhotosTest.class.getResourceAsStream("/photos/" + file)) {
      BufferedImage image = ImageIO.read(in);
      BufferedImage bgr = Pixels.create(image.getWidth(), image.getHeight());
      int bands = image.getRaster().getNumBands();
      for (int y = 0; y < image.getHeight(); y++) {
        for (int x = 0; x < image.getWidth(); x++) {
          for (int channel = 0; channel < 3; channel++) {
            int sample = image.getRaster().getSample(x, y, bands == 1 ? 0 : channel);
            bgr.getRaster().setSample(x, y, channel, sample);
          }
        }
      }
      return bgr;
    }
  }

  private static int largestDifference(BufferedImage actual, BufferedImage expected) {
    assertThat(actual.getWidth()).isEqualTo(expected.getWidth());
    assertThat(actual.getHeight()).isEqualTo(expected.getHeight());
    byte[] a = Pixels.bytes(actual);
    byte[] b = Pixels.bytes(expected);
    int largest = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs((a[i] & 0xff) - (b[i] & 0xff)));
    }
    return largest;
  }

  @ParameterizedTest
  @ValueSource(strings = {"cmyk.jpg", "cmyk.tif"})
  void convertsCmyk(String file) throws IOException {
    // The conversion depends on the printing profile: red stays red, dark stays dark.
    BufferedImage photo = Photos.decode(resource(file), file, Photo.Limits.defaults());
    int red = photo.getRGB(4, 4);
    assertThat(red >> 16 & 0xff).isGreaterThan(200);
    assertThat(red >> 8 & 0xff).isLessThan(80);
    int corner = photo.getRGB(0, 10);
    assertThat(corner >> 16 & 0xff).isLessThan(70);
  }

  @Test
  void ignoresTheColorProfileOfAnRgbPhoto() throws IOException {
    byte[] profile = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();
    byte[] segment =
        ByteBuffer.allocate(14 + profile.length)
            .put("ICC_PROFILE\0".getBytes(StandardCharsets.US_ASCII))
            .put(new byte[] {1, 1})
            .put(profile)
            .array();
    byte[] plain = resource("full-color.jpg");
    byte[] profiled = withSegment(plain, 0xe2, segment);
    Photo.Limits options = Photo.Limits.defaults();
    BufferedImage expected = Photos.decode(plain, "plain.jpg", options);
    BufferedImage actual = Photos.decode(profiled, "profiled.jpg", options);
    assertThat(largestDifference(actual, expected)).isZero();
    BufferedImage webp = Photos.decode(resource("profile.webp"), "profile.webp", options);
    assertThat(largestDifference(webp, reference("rgb.png"))).isZero();
  }

  /** Each orientation against a rotation and reflection of coordinates, from the EXIF standard. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void turnsAsTheOrientationSays(int tag) throws IOException {
    byte[] stored = resource("full-color.jpg");
    BufferedImage flat = Photos.decode(stored, "stored.jpg", Photo.Limits.defaults());
    byte[] tagged = withSegment(stored, 0xe1, exif(tag, null));
    BufferedImage upright = Photos.decode(tagged, "tagged.jpg", Photo.Limits.defaults());
    int right = flat.getWidth() - 1;
    int bottom = flat.getHeight() - 1;
    boolean swapped = tag >= 5;
    assertThat(upright.getWidth()).isEqualTo(swapped ? bottom + 1 : right + 1);
    for (int y = 0; y <= bottom; y++) {
      for (int x = 0; x <= right; x++) {
        // Where the stored pixel x, y is seen: the standard names the visual side of row 0 and
        // column 0.
        int u =
            switch (tag) {
              case 1, 4 -> x;
              case 2, 3 -> right - x;
              case 5, 8 -> y;
              default -> bottom - y;
            };
        int v =
            switch (tag) {
              case 1, 2 -> y;
              case 3, 4 -> bottom - y;
              case 5, 6 -> x;
              default -> right - x;
            };
        assertThat(upright.getRGB(u, v)).isEqualTo(flat.getRGB(x, y));
      }
    }
  }

  @Test
  void readsThePositionOnlyWhenAsked(@TempDir Path folder) throws IOException {
    Path photo = folder.resolve("here.jpg");
    LatLng here = new LatLng(-33.8568, 151.2153);
    Files.write(photo, withSegment(resource("baseline.jpg"), 0xe1, exif(1, here)));
    LatLng read = Exif.position(photo).orElseThrow();
    assertThat(read.latitude()).isCloseTo(here.latitude(), within(1e-6));
    assertThat(read.longitude()).isCloseTo(here.longitude(), within(1e-6));
    Path unknown = folder.resolve("unknown.jpg");
    Files.write(unknown, resource("baseline.jpg"));
    assertThat(Exif.position(unknown)).isEmpty();
    Files.write(unknown, withSegment(resource("baseline.jpg"), 0xe1, exif(1, new LatLng(0, 0))));
    assertThat(Exif.position(unknown)).isEmpty();
  }

  @Test
  void checksTheSizeBeforeItDecodes(@TempDir Path folder) throws IOException {
    // A header that promises 60000 x 60000 pixels, and nothing behind it.
    byte[] png = resource("rgb.png");
    ByteBuffer.wrap(png).putInt(16, 60_000).putInt(20, 60_000);
    CRC32 crc = new CRC32();
    crc.update(png, 12, 17);
    ByteBuffer.wrap(png).putInt(29, (int) crc.getValue());
    assertThatThrownBy(() -> Photos.decode(png, "huge.png", Photo.Limits.defaults()))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(
            "cannot read photo huge.png: 60000 x 60000 pixels, more than the 100000000 allowed:"
                + " make it smaller or raise maxPixels (--max-megapixels)");
    Path photo = folder.resolve("photo.jpg");
    Files.write(photo, resource("baseline.jpg"));
    Photo.Limits small = Photo.Limits.defaults().withMaxPixels(40 * 24 - 1);
    assertThatThrownBy(() -> Photos.read(photo, small))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageEndingWith(
            "photo.jpg: 40 x 24 pixels, more than the 959 allowed:"
                + " make it smaller or raise maxPixels (--max-megapixels)");
    assertThat(Photos.read(photo, small.withMaxPixels(40 * 24)).getWidth()).isEqualTo(40);
    assertThatThrownBy(() -> small.withMaxPixels(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void saysWhatIsWrongWithAFile(@TempDir Path folder) throws IOException {
    Path missing = folder.resolve("missing.jpg");
    assertThatThrownBy(() -> Photos.read(missing))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("cannot read photo " + missing + ": there is no such file");
    assertThatThrownBy(() -> Photos.read(folder))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("cannot read photo " + folder + ": it is a folder");
    Path empty = Files.createFile(folder.resolve("empty.jpg"));
    assertThatThrownBy(() -> Photos.read(empty))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("cannot read photo " + empty + ": the file is empty");
    Path text = Files.writeString(folder.resolve("text.jpg"), "no picture");
    assertThatThrownBy(() -> Photos.read(text))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(
            "cannot read photo " + text + ": not a JPEG, PNG, WebP, TIFF, GIF or BMP image");
    Path page = Files.writeString(folder.resolve("page.jpg"), "<html>not found</html>");
    assertThatThrownBy(() -> Photos.read(page))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(
            "cannot read photo "
                + page
                + ": it is a web page, such as a login or error page; download the file again");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "baseline.jpg",
        "progressive.jpg",
        "rgb.png",
        "raw.tif",
        "lzw.tif",
        "lossless.webp",
        "lossy.webp",
        "palette.gif",
        "rgb.bmp"
      })
  void refusesAPhotoCutShort(String file) throws IOException {
    byte[] whole = resource(file);
    // The last bytes are checksums and markers, and the pixels are there without them.
    for (int length = 1; length < whole.length * 4 / 5; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> Photos.decode(cut, "cut.jpg", Photo.Limits.defaults()))
          .as("the first %d of %d bytes", length, whole.length)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageStartingWith("cannot read photo cut.jpg: ");
    }
  }

  /** Taken for lengths, the zeros behind its end would be 65,536 tables of prefix codes. */
  @Test
  void givesUpOnADamagedFileInTime() throws IOException {
    byte[] damaged = resource("alpha.webp");
    damaged[0x19] = 0x5f;
    damaged[0x26] = (byte) 0xd4;
    damaged[0x54] = (byte) 0xdc;
    assertThatThrownBy(() -> Photos.decode(damaged, "x.webp", Photo.Limits.defaults()))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("a prefix code of the picture is incomplete");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void givesAPhotoOrAClearErrorWhateverTheDamage(long seed) throws IOException {
    Random random = new Random(seed);
    Photo.Limits small = Photo.Limits.defaults().withMaxPixels(10_000);
    for (String file : EVERY_FORMAT) {
      byte[] whole = resource(file);
      for (int round = 0; round < 50; round++) {
        byte[] damaged = Arrays.copyOf(whole, whole.length - random.nextInt(whole.length / 4));
        for (int i = random.nextInt(6); i >= 0; i--) {
          damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
        }
        try {
          BufferedImage photo = Photos.decode(damaged, "damaged", small);
          assertThat((long) photo.getWidth() * photo.getHeight()).isLessThanOrEqualTo(10_000);
        } catch (UncheckedIOException e) {
          assertThat(e).hasMessageStartingWith("cannot read photo damaged: ");
        }
      }
    }
  }

  static byte[] resource(String file) throws IOException {
    try (InputStream in = PhotosTest.class.getResourceAsStream("/photos/" + file)) {
      return in.readAllBytes();
    }
  }

  /** Inserts a segment after the start of a JPEG file. */
  static byte[] withSegment(byte[] jpeg, int marker, byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(jpeg, 0, 2);
    int length = content.length + 2;
    out.write(new byte[] {(byte) 0xff, (byte) marker, (byte) (length >> 8), (byte) length});
    out.write(content);
    out.write(jpeg, 2, jpeg.length - 2);
    return out.toByteArray();
  }

  /** An EXIF segment with an orientation and a position. */
  private static byte[] exif(int orientation, @Nullable LatLng position) {
    ByteBuffer out = ByteBuffer.allocate(200);
    out.put("Exif\0\0".getBytes(StandardCharsets.US_ASCII));
    out.put("MM".getBytes(StandardCharsets.US_ASCII)).putShort((short) 42).putInt(8);
    out.putShort((short) (position == null ? 1 : 2));
    out.putShort((short) 0x0112).putShort((short) 3).putInt(1);
    out.putShort((short) orientation).putShort((short) 0);
    if (position != null) {
      int gps = 8 + 2 + 2 * 12 + 4;
      out.putShort((short) 0x8825).putShort((short) 4).putInt(1).putInt(gps).putInt(0);
      out.putShort((short) 4);
      String north = position.latitude() < 0 ? "S" : "N";
      String east = position.longitude() < 0 ? "W" : "E";
      int values = gps + 2 + 4 * 12 + 4;
      ascii(out, 1, north);
      out.putShort((short) 2).putShort((short) 5).putInt(3).putInt(values);
      ascii(out, 3, east);
      out.putShort((short) 4).putShort((short) 5).putInt(3).putInt(values + 24).putInt(0);
      degrees(out, position.latitude());
      degrees(out, position.longitude());
    } else {
      out.putInt(0);
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  private static void ascii(ByteBuffer out, int tag, String letter) {
    out.putShort((short) tag).putShort((short) 2).putInt(2);
    out.put((byte) letter.charAt(0)).put(new byte[3]);
  }

  private static void degrees(ByteBuffer out, double degrees) {
    long micro = Math.round(Math.abs(degrees) * 1e6);
    out.putInt((int) micro).putInt(1_000_000).putInt(0).putInt(1).putInt(0).putInt(1);
  }
}
