package io.github.geofix.models.image;

import static io.github.geofix.models.image.PhotosTest.resource;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.Photo;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Odd but honest files have one right value. */
class PhotoFormatsTest {
  private static final int W = 40;
  private static final int H = 24;

  @Test
  void showsWebpOnWhite() throws IOException {
    byte[] lossy = resource("lossy.webp");
    byte[] alph = new byte[1 + W * H];
    for (int i = 0; i < W * H; i++) {
      alph[1 + i] = (byte) (7 * i);
    }
    byte[] file =
        PhotoFiles.webp(
            PhotoFiles.webpExtended(0x10, W, H),
            PhotoFiles.webpChunk("ALPH", alph),
            Arrays.copyOfRange(lossy, 12, lossy.length));
    BufferedImage opaque = decode(lossy);
    BufferedImage photo = decode(file);
    for (int i = 0; i < W * H; i++) {
      int gray = opaque.getRGB(i % W, i / W) & 0xff;
      int alpha = (7 * i) & 0xff;
      int onWhite = (gray * alpha + 255 * (255 - alpha) + 127) / 255;
      assertThat(photo.getRGB(i % W, i / W) & 0xff).as("%d", i).isEqualTo(onWhite);
    }
  }

  /** A frame of 12 x 6 pixels at 4, 2. */
  @Test
  void putsTheFrameOfAWebpOnItsCanvas() throws IOException {
    BufferedImage photo = decode(resource("animation.webp"));
    assertThat(photo.getWidth()).isEqualTo(20);
    assertThat(photo.getHeight()).isEqualTo(10);
    for (int y = 0; y < 10; y++) {
      for (int x = 0; x < 20; x++) {
        boolean frame = x >= 4 && x < 16 && y >= 2 && y < 8;
        assertThat(photo.getRGB(x, y)).isEqualTo(frame ? 0xffc81e0a : 0xffffffff);
      }
    }
  }

  /** The planes or colors, the image, the alpha and the canvas, before they are allocated. */
  @ParameterizedTest
  @CsvSource({
    "lossy.webp, 4320",
    "lossless.webp, 7680",
    "lossy-alpha.webp, 8640",
    "animation.webp, 2400",
  })
  void countsTheMemoryThatWebpTakes(String name, long bytes) throws IOException {
    byte[] file = resource(name);
    Photo.Limits enough = Photo.Limits.defaults().withMaxMemoryBytes(bytes);
    assertThat(Photos.decode(file, "x", enough)).isNotNull();
    Photo.Limits tooLittle = enough.withMaxMemoryBytes(bytes - 1);
    assertThatThrownBy(() -> Photos.decode(file, "x", tooLittle))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("make it smaller or raise maxMemoryBytes");
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
        "'crx ' | 'crx isom' | a camera raw file, which is not read: convert it to JPEG",
        "'jxl ' | 'jxl '   | a JPEG XL image, which is not read: convert it to PNG",
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
    return Photos.decode(file, "x", Photo.Limits.defaults());
  }
}
