package io.github.geofix.core.internal.webp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import javax.imageio.IIOException;
import org.junit.jupiter.api.Test;

/** Lossless pictures written bit by bit. */
class Vp8lDecoderTest {
  private static final int SIGNATURE = 0x2f;
  private static final int TRANSFORM = 1;
  private static final int PREDICTOR = 0;
  private static final int SUBTRACT_GREEN = 2;
  private static final int COLOR_INDEXING = 3;

  @Test
  void readsPixelsThatTakeNoBits() throws IIOException {
    Bits picture = header(3, 2).plain();
    picture.symbol(7).symbol(200).symbol(9).symbol(128).symbol(0);
    assertThat(decode(picture)).hasSize(6).containsOnly(0x80c80709);
  }

  @Test
  void takesUnassignedPredictorsForBlack() throws IIOException {
    // A block of 4 x 4 of mode 14, in green.
    Bits picture = header(2, 2).put(TRANSFORM, 1).put(PREDICTOR, 2).put(0, 3);
    picture.put(0, 1).symbol(14).symbol(0).symbol(0).symbol(0).symbol(0);
    picture.plain().symbol(0).symbol(0).symbol(0).symbol(0).symbol(0);
    // On the edges are black, its left and its upper neighbor.
    assertThat(decode(picture)).containsOnly(0xff000000);
    picture = header(2, 2).put(TRANSFORM, 1).put(PREDICTOR, 2).put(0, 3);
    picture.put(0, 1).symbol(14).symbol(0).symbol(0).symbol(0).symbol(0);
    picture.plain().symbol(1).symbol(0).symbol(0).symbol(0).symbol(0);
    assertThat(decode(picture)).containsExactly(0xff000100, 0xff000200, 0xff000200, 0xff000100);
  }

  @Test
  void takesIndicesBehindTheColorsForTransparent() throws IIOException {
    // Three colors, each 0x01020304 more than the one before; so two bits an index.
    Bits picture = header(6, 1).put(TRANSFORM, 1).put(COLOR_INDEXING, 2).put(2, 8);
    picture.put(0, 1).symbol(3).symbol(2).symbol(4).symbol(1).symbol(0);
    picture.plain().symbol(0b11_10_01_00).symbol(0).symbol(0).symbol(0).symbol(0);
    assertThat(decode(picture))
        .containsExactly(0x01020304, 0x02040608, 0x0306090c, 0, 0x01020304, 0x02040608);
  }

  @Test
  void refusesWhatTheFormatDoesNotHave() {
    assertRefused(new Bits().put(0x2e, 8).put(0, 32), "the picture is not lossless");
    assertRefused(new Bits().put(SIGNATURE, 8).put(0, 16), "the picture is not lossless");
    assertRefused(new Bits().put(SIGNATURE, 8).put(0, 29).put(1, 3), "the picture is of version 1");
    assertRefused(
        header(3, 2)
            .put(TRANSFORM, 1)
            .put(SUBTRACT_GREEN, 2)
            .put(TRANSFORM, 1)
            .put(SUBTRACT_GREEN, 2),
        "the picture has a transform twice");
    assertRefused(
        header(3, 2).put(0, 1).put(1, 1).put(12, 4), "the picture has a color cache of 12 bits");
  }

  @Test
  void refusesPrefixCodesThatAreNotComplete() {
    assertRefused(header(3, 2).plain().lengths(280, 255), "a prefix code of the picture is inc");
    assertRefused(header(3, 2).plain().lengths(280, 257), "a prefix code of the picture is inc");
    assertRefused(header(3, 2).plain().lengths(280, 0), "a prefix code of the picture is inc");
    assertRefused(header(3, 2).plain(), "a prefix code of the picture is incomplete");
    assertRefused(
        header(3, 2).plain().symbol(0).symbol(0).symbol(0).symbol(0).symbol(255),
        "a prefix code of the picture has a symbol 255");
    // More lengths than symbols: 2 + 1023 of them, as 2 + 2 * 4 bits state.
    Bits many = header(3, 2).plain().codeOfLengths().put(1, 1).put(4, 3).put(1023, 10);
    assertRefused(many, "a prefix code of the picture has 1025 lengths");
  }

  @Test
  void refusesRepetitionOfWhatLiesOutside() throws IIOException {
    String reason = "the picture repeats pixels that lie outside of it";
    assertThat(decode(repeating("0001"))).hasSize(6).containsOnly(0);
    // Before the first pixel, and over the end.
    assertRefused(repeating("1"), reason);
    assertRefused(repeating("00001"), reason);
  }

  /** Returns 6 x 1 pixels, of which 0 is a black one and 1 are three like that to the left. */
  private static Bits repeating(String symbols) {
    Bits picture = header(6, 1).plain();
    // Of the lengths 18 and 1 take a bit each: of 17, 18, 0 and 1 those have one of 1.
    picture.put(0, 1).put(0, 4).put(0, 3).put(1, 3).put(0, 3).put(1, 3).put(0, 1);
    // Black has a length of 1, 138 and 119 symbols none, and 258 has 1; then come no others.
    picture.put(0, 1).put(1, 1).put(127, 7).put(1, 1).put(108, 7).put(0, 1).put(1, 1).put(10, 7);
    picture.symbol(0).symbol(0).symbol(0).symbol(1);
    symbols.chars().forEach(symbol -> picture.put(symbol - '0', 1));
    return picture;
  }

  @Test
  void refusesPicturesThatEndEarly() throws IIOException {
    // A bit a pixel: green 0 or 1.
    Bits picture = header(8, 4).plain().pair(0, 1).symbol(0).symbol(0).symbol(0).symbol(0);
    assertRefused(picture, "the picture ends in row ");
    assertThat(decode(picture.put(-1, 31).put(1, 1))).hasSize(32).containsOnly(0x000100);
    assertRefused(
        header(64, 64).put(0, 2).put(1, 1).put(0, 3).put(0, 1).symbol(0).symbol(99),
        "a prefix code of the picture is incomplete");
  }

  /** A group of prefix codes in each of 65,536 blocks. */
  @Test
  void boundsTheTablesOfPrefixCodes() {
    Bits picture = header(1024, 1024).put(0, 2).put(1, 1).put(0, 3);
    // The number of a group is green and, above it, red, of 8 bits each, highest first.
    picture.put(0, 1).lengths(280, 256).lengths(256, 256).symbol(0).symbol(0).symbol(0);
    for (int group = 0; group < 1 << 16; group++) {
      picture.put(Integer.reverse(group) >>> 24, 8).put(Integer.reverse(group >> 8) >>> 24, 8);
    }
    for (int i = 0; i < 5 << 16; i++) {
      picture.pair(0, 1);
    }
    assertRefused(picture, "the picture has too many prefix codes for its size");
  }

  private static Bits header(int width, int height) {
    return new Bits().put(SIGNATURE, 8).put(width - 1, 14).put(height - 1, 14).put(0, 4);
  }

  private static int[] decode(Bits bits) throws IIOException {
    byte[] bytes = bits.bytes();
    WebpChunk picture = new WebpChunk(0, bytes.length);
    int[] size = Vp8lDecoder.size(bytes, picture);
    return Vp8lDecoder.decode(bytes, picture, Vp8lDecoder.HEADER_BYTES, size[0], size[1]);
  }

  private static void assertRefused(Bits bits, String reason) {
    assertThatThrownBy(() -> decode(bits))
        .isInstanceOf(IIOException.class)
        .hasMessageStartingWith(reason);
  }

  /** Bits, the lowest of each number first. */
  private static final class Bits {
    private final BitSet bits = new BitSet();
    private int length;

    Bits put(int number, int count) {
      for (int i = 0; i < count; i++) {
        bits.set(length++, (number >> i & 1) != 0);
      }
      return this;
    }

    /** No transform (any more), no color cache and no groups of prefix codes. */
    Bits plain() {
      return put(0, 3);
    }

    /** A code of one symbol. */
    Bits symbol(int symbol) {
      return put(1, 1).put(0, 1).put(1, 1).put(symbol, 8);
    }

    /** A code of two symbols. */
    Bits pair(int first, int second) {
      return put(1, 1).put(1, 1).put(1, 1).put(first, 8).put(second, 8);
    }

    /** A code in which a number of symbols from 0 on have a length of 8, and the others none. */
    Bits lengths(int symbols, int used) {
      codeOfLengths().put(0, 1);
      for (int i = 0; i < symbols; i++) {
        put(i < used ? 1 : 0, 1);
      }
      return this;
    }

    /** The start of a code: of its lengths 0 and 8 take a bit each. */
    Bits codeOfLengths() {
      put(0, 1).put(8, 4);
      for (int i = 0; i < 12; i++) {
        put(i == 2 || i == 11 ? 1 : 0, 3);
      }
      return this;
    }

    byte[] bytes() {
      byte[] bytes = new byte[(length + 7) / 8];
      byte[] set = bits.toByteArray();
      System.arraycopy(set, 0, bytes, 0, set.length);
      return bytes;
    }
  }
}
