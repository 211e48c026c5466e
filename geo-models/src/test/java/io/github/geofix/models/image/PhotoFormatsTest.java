package io.github.geofix.models.image;

import static io.github.geofix.models.image.PhotosTest.resource;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.PhotoLimits;
import io.github.geofix.models.internal.image.Pixels;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HexFormat;
import javax.imageio.IIOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Odd but honest files have one right value. */
class PhotoFormatsTest {
  private static final int W = 40;
  private static final int H = 24;

  /** Both filters, several segments and partitions, odd sizes. */
  @ParameterizedTest
  @ValueSource(strings = {"webp-q75", "webp-q30", "webp-simple-filter", "webp-segments"})
  void readsLossyWebpAsLibwebpDoes(String name) throws IOException {
    assertThat(Pixels.bytes(decode(resource(name + ".webp"))))
        .isEqualTo(Pixels.bytes(decode(resource(name + ".libwebp.png"))));
  }

  /** The start code, the size, the first and another partition's length. */
  @ParameterizedTest
  @CsvSource({
    "20, 1, the picture is no key frame",
    "23, 0, the picture is no key frame",
    "26, 60, the picture has 60 x 77 pixels, not 61 x 77",
    "22, 255, 'the first partition of the picture has '",
    "120, 255, a partition of the picture lies outside of it",
  })
  void refusesDamagedLossyWebp(int at, int value, String reason) throws IOException {
    byte[] file = resource("webp-simple-filter.webp");
    WebpChunk frame = WebpChunk.find(file, "VP8 ").orElseThrow();
    assertThat(Vp8Decoder.decode(file, frame, 61, 77).getWidth()).isEqualTo(61);
    file[at] = (byte) value;
    assertThatThrownBy(() -> Vp8Decoder.decode(file, frame, 61, 77))
        .isInstanceOf(IIOException.class)
        .hasMessageStartingWith(reason);
  }

  @Test
  void refusesLossyWebpThatEndsEarly() throws IOException {
    byte[] file = resource("webp-q75.webp");
    WebpChunk frame = WebpChunk.find(file, "VP8 ").orElseThrow();
    WebpChunk cut = new WebpChunk(frame.start(), frame.length() - 100);
    BufferedImage whole = decode(file);
    assertThatThrownBy(() -> Vp8Decoder.decode(file, cut, whole.getWidth(), whole.getHeight()))
        .isInstanceOf(IIOException.class)
        .hasMessageStartingWith("the picture ends in row ");
  }

  /** The four filters of an alpha channel that is not compressed (WebP container, ALPH). */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void honorsUncompressedAlphaOfWebp(int filter) throws IOException {
    byte[] lossy = resource("lossy.webp");
    byte[] alph = new byte[1 + W * H];
    alph[0] = (byte) (filter << 2);
    for (int y = 0; y < H; y++) {
      for (int x = 0; x < W; x++) {
        alph[1 + W * y + x] = (byte) (alpha(x, y) - predicted(filter, x, y));
      }
    }
    byte[] file =
        PhotoFiles.webp(
            PhotoFiles.webpExtended(0x10, W, H),
            PhotoFiles.webpChunk("ALPH", alph),
            Arrays.copyOfRange(lossy, 12, lossy.length));
    BufferedImage opaque = decode(lossy);
    BufferedImage photo = decode(file);
    for (int y = 0; y < H; y++) {
      for (int x = 0; x < W; x++) {
        int gray = opaque.getRGB(x, y) & 0xff;
        int onWhite = (gray * alpha(x, y) + 255 * (255 - alpha(x, y)) + 127) / 255;
        assertThat(photo.getRGB(x, y) & 0xff).as("%d, %d", x, y).isEqualTo(onWhite);
      }
    }
  }

  private static int alpha(int x, int y) {
    return (13 * x + 3 * y) % 256;
  }

  private static int predicted(int filter, int x, int y) {
    if (filter == 0 || (x == 0 && y == 0)) {
      return 0;
    }
    if (x == 0 || y == 0) {
      return x == 0 ? alpha(0, y - 1) : alpha(x - 1, 0);
    }
    int left = alpha(x - 1, y);
    int above = alpha(x, y - 1);
    return switch (filter) {
      case 1 -> left;
      case 2 -> above;
      default -> Math.max(0, Math.min(255, left + above - alpha(x - 1, y - 1)));
    };
  }

  @ParameterizedTest
  @CsvSource({"8, 1", "16, 2", "24, 3", "32, 4"})
  void readsGrayOfAnyDepthAsItIs(int bits, int bytes) {
    byte[] pixel = new byte[bytes];
    Arrays.fill(pixel, (byte) 93);
    BufferedImage photo = decode(PhotoFiles.grayTiff(8, 4, bits, 1, pixel));
    assertThat(photo.getRGB(3, 2)).isEqualTo(0xff5d5d5d);
    Arrays.fill(pixel, (byte) 0xff);
    photo = decode(PhotoFiles.grayTiff(8, 4, bits, 1, pixel));
    assertThat(photo.getRGB(3, 2)).isEqualTo(0xffffffff);
  }

  @ParameterizedTest
  @CsvSource({"16, 2, 2", "32, 2, 4", "32, 3, 4", "64, 3, 8"})
  void refusesSamplesWithoutARange(int bits, int format, int bytes) {
    byte[] tiff = PhotoFiles.grayTiff(8, 4, bits, format, new byte[bytes]);
    assertThatThrownBy(() -> decode(tiff))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("cannot read photo x: its samples are signed or floating-point")
        .hasMessageEndingWith("gdal_translate -ot Byte -scale");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "orientation-6-exif-chunk.png",
        "orientation-6-imagemagick.png",
        "orientation-6-xmp.png"
      })
  void turnsPngs(String file) throws IOException {
    BufferedImage photo = decode(resource(file));
    assertThat(photo.getWidth()).isEqualTo(30);
    assertThat(photo.getHeight()).isEqualTo(60);
  }

  @ParameterizedTest
  @ValueSource(strings = {"<tiff:Orientation>6</tiff:Orientation>", "<x tiff:Orientation=\"6\"/>"})
  void turnsAsXmpSaysWhereThereIsNoExif(String xmp) throws IOException {
    byte[] packet = PhotoFiles.ascii("http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + xmp);
    byte[] jpeg = PhotosTest.withSegment(resource("baseline.jpg"), 0xe1, packet);
    assertThat(decode(jpeg).getWidth()).isEqualTo(H);
    // EXIF goes first: its orientation swaps nothing, or swaps too.
    byte[] both = PhotosTest.withSegment(resource("turned.jpg"), 0xe1, packet);
    assertThat(decode(both).getWidth()).isEqualTo(decode(resource("turned.jpg")).getWidth());
    byte[] lossy = resource("lossy.webp");
    byte[] webp =
        PhotoFiles.webp(
            PhotoFiles.webpExtended(0x04, W, H),
            Arrays.copyOfRange(lossy, 12, lossy.length),
            PhotoFiles.webpChunk("XMP ", PhotoFiles.ascii(xmp)));
    assertThat(decode(webp).getWidth()).isEqualTo(H);
    byte[] png =
        PhotoFiles.withChunk(
            resource("rgb.png"),
            "zTXt",
            PhotoFiles.joined(
                PhotoFiles.ascii("Raw profile type xmp\0\0"),
                PhotoFiles.deflated(
                    PhotoFiles.ascii(
                        "\nxmp\n    "
                            + xmp.length()
                            + "\n"
                            + HexFormat.of().formatHex(PhotoFiles.ascii(xmp))
                            + "\n"))));
    assertThat(decode(png).getWidth()).isEqualTo(H);
  }

  @Test
  void putsTheFrameOfAGifOnItsCanvas() throws IOException {
    BufferedImage photo = decode(resource("gif-frame-smaller-than-canvas.gif"));
    assertThat(photo.getWidth()).isEqualTo(20);
    assertThat(photo.getHeight()).isEqualTo(10);
    for (int y = 0; y < 10; y++) {
      for (int x = 0; x < 20; x++) {
        boolean frame = x >= 5 && x < 9 && y >= 2 && y < 6;
        assertThat(photo.getRGB(x, y)).isEqualTo(frame ? 0xff000000 : 0xffffffff);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "heic | heic, mif1 | a HEIC image, which is not read: convert it to JPEG",
        "mif1 | mif1, heic | a HEIC image, which is not read: convert it to JPEG",
        "avif | mif1, miaf | an AVIF image, which is not read: convert it to PNG",
        "mif1 | mif1, avif | an AVIF image, which is not read: convert it to PNG",
        "isom | mp41       | a video: extract one of its frames",
      })
  void namesWhatPhonesWriteToday(String major, String brands, String message) {
    byte[] file =
        PhotoFiles.joined(
            new byte[] {0, 0, 0, 24},
            PhotoFiles.ascii("ftyp" + major + "\0\0\0\0" + brands.replace(", ", "")),
            new byte[200]);
    assertThatThrownBy(() -> decode(file))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("cannot read photo x: it is " + message);
  }

  private static BufferedImage decode(byte[] file) {
    return Photos.decode(file, "x", PhotoLimits.defaults());
  }
}
