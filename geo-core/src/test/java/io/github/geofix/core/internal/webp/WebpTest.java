package io.github.geofix.core.internal.webp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.hash.Hashing;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import javax.imageio.IIOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebpTest {
  private static final int ANIMATION = 2;
  private static final int ALPHA = 16;

  static List<String> files() {
    return WebpFiles.rows();
  }

  @ParameterizedTest
  @MethodSource("files")
  void decodesAsLibwebpDoes(String row) throws IIOException {
    String[] fields = row.split(",");
    Webp webp = Webp.of(WebpFiles.read(fields[0]));
    assertThat(webp.width()).isEqualTo(Integer.parseInt(fields[1]));
    assertThat(webp.height()).isEqualTo(Integer.parseInt(fields[2]));
    BufferedImage image = webp.decode();
    assertThat(image.getWidth()).isEqualTo(webp.width());
    assertThat(image.getHeight()).isEqualTo(webp.height());
    ByteBuffer rgba = ByteBuffer.allocate(4 * webp.width() * webp.height());
    for (int argb : argb(image)) {
      rgba.putInt(Integer.rotateLeft(argb, 8));
    }
    assertThat(Hashing.sha256().hashBytes(rgba.array())).hasToString(fields[3]);
  }

  private static int[] argb(BufferedImage image) {
    int width = image.getWidth();
    return image.getRGB(0, 0, width, image.getHeight(), null, 0, width);
  }

  /** The start code, the sizes, the first and another partition's length, a missing end. */
  @ParameterizedTest
  @CsvSource({
    "20, 1, the picture is no key frame",
    "23, 0, the picture is no key frame",
    "26, 0, the picture has 0 x 77 pixels",
    "22, 255, the first partition of the picture lies outside of it",
    "120, 255, a partition of the picture lies outside of it",
    "4, 255, it has 408 of its 519 bytes",
  })
  void refusesDamagedLossy(int at, int value, String reason) throws IIOException {
    byte[] file = WebpFiles.read("lossy-simple-filter.webp");
    assertThat(Webp.of(file).decode().getWidth()).isEqualTo(61);
    file[at] = (byte) value;
    assertRefused(file, reason);
  }

  @Test
  void refusesLossyThatEndsEarly() {
    byte[] content = WebpFiles.chunks(WebpFiles.read("lossy-q75.webp"));
    byte[] cut = Arrays.copyOfRange(content, 8, content.length - 100);
    assertRefused(WebpFiles.file(WebpFiles.chunk("VP8 ", cut)), "the picture ends in row ");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void unfiltersAlpha(int filter) throws IIOException {
    byte[] lossy = WebpFiles.read("lossy-q75.webp");
    Webp opaque = Webp.of(lossy);
    int width = opaque.width();
    int height = opaque.height();
    byte[] filtered = new byte[1 + width * height];
    filtered[0] = (byte) (filter << 2);
    for (int i = 0; i < width * height; i++) {
      int x = i % width;
      int y = i / width;
      filtered[1 + i] = (byte) (alpha(x, y) - predicted(filter, x, y));
    }
    byte[] file =
        WebpFiles.file(
            WebpFiles.extended(ALPHA, width, height),
            WebpFiles.chunk("ALPH", filtered),
            WebpFiles.chunks(lossy));
    int[] colors = argb(opaque.decode());
    int[] pixels = argb(Webp.of(file).decode());
    for (int i = 0; i < pixels.length; i++) {
      int alpha = alpha(i % width, i / width);
      assertThat(pixels[i]).isEqualTo(alpha << 24 | (colors[i] & 0xffffff));
    }
    int last = filtered.length - 1;
    assertRefused(
        WebpFiles.file(
            WebpFiles.extended(ALPHA, width, height),
            WebpFiles.chunk("ALPH", Arrays.copyOf(filtered, last)),
            WebpFiles.chunks(lossy)),
        "the alpha channel has %d of %d bytes".formatted(last - 1, last));
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

  @Test
  void refusesAlphaOfAnUnknownKind() {
    byte[] lossy = WebpFiles.read("lossy-simple-filter.webp");
    for (byte[] alpha : new byte[][] {{}, {2}, {3, 0}}) {
      assertRefused(
          WebpFiles.file(
              WebpFiles.extended(ALPHA, 61, 77),
              WebpFiles.chunk("ALPH", alpha),
              WebpFiles.chunks(lossy)),
          "the alpha channel is of an unknown kind");
    }
  }

  @Test
  void putsTheFirstFrameOnATransparentCanvas() throws IIOException {
    byte[] lossy = WebpFiles.read("lossy-simple-filter.webp");
    byte[] frame = WebpFiles.frame(4, 2, 61, 77, WebpFiles.chunks(lossy));
    byte[] background = WebpFiles.chunk("ANIM", new byte[] {1, 2, 3, -1, 0, 0});
    Webp webp =
        Webp.of(WebpFiles.file(WebpFiles.extended(ANIMATION, 70, 80), background, frame, frame));
    assertThat(webp.width()).isEqualTo(70);
    assertThat(webp.height()).isEqualTo(80);
    BufferedImage canvas = webp.decode();
    BufferedImage picture = Webp.of(lossy).decode();
    for (int y = 0; y < 80; y++) {
      for (int x = 0; x < 70; x++) {
        boolean isInside = x >= 4 && x < 65 && y >= 2 && y < 79;
        assertThat(canvas.getRGB(x, y)).isEqualTo(isInside ? picture.getRGB(x - 4, y - 2) : 0);
      }
    }
  }

  @Test
  void refusesPicturesThatDoNotFit() {
    byte[] picture = WebpFiles.chunks(WebpFiles.read("lossy-simple-filter.webp"));
    byte[] outside = WebpFiles.frame(10, 2, 61, 77, picture);
    byte[] larger = WebpFiles.frame(0, 0, 62, 77, picture);
    byte[] small = WebpFiles.frame(0, 0, 61, 77, picture);
    assertRefused(
        WebpFiles.file(WebpFiles.extended(ANIMATION, 70, 80), outside),
        "its first frame lies outside of its canvas");
    assertRefused(
        WebpFiles.file(WebpFiles.extended(ANIMATION, 70, 80), larger),
        "the picture has 61 x 77 pixels, not 62 x 77");
    assertRefused(
        WebpFiles.file(WebpFiles.extended(0, 62, 77), picture),
        "the picture has 61 x 77 pixels, not 62 x 77");
    assertRefused(
        WebpFiles.file(WebpFiles.extended(ANIMATION, 1 << 24, 1 << 24), small),
        "a canvas of 16777216 x 16777216 pixels");
    assertRefused(
        WebpFiles.file(WebpFiles.extended(ANIMATION, 61, 77), picture),
        "there is no picture in the file");
    assertRefused(
        WebpFiles.file(WebpFiles.extended(0, 61, 77), small), "there is no picture in the file");
    assertRefused(
        WebpFiles.file(WebpFiles.chunk("VP8X", new byte[9]), picture), "its header is cut short");
    assertRefused(new byte[] {'R', 'I', 'F', 'F'}, "not a WebP image");
  }

  private static void assertRefused(byte[] file, String reason) {
    assertThatThrownBy(() -> Webp.of(file).decode())
        .isInstanceOf(IIOException.class)
        .hasMessageStartingWith(reason);
  }
}
