package io.github.geofix.models.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Hides the color profile of JPEG and WebP files from readers that would apply it, which takes
 * longer than decoding. In other formats the profile leaves the samples alone.
 */
final class ColorProfile {
  private static final byte[] JPEG_PROFILE = ascii("ICC_PROFILE\0");
  private static final byte[] RIFF = ascii("RIFF");
  private static final byte[] WEBP = ascii("WEBP");
  private static final byte[] WEBP_PROFILE = ascii("ICCP");

  private static final int START_OF_SCAN = 0xda;
  private static final int APP2 = 0xe2;
  private static final int APP15 = 0xef;

  private ColorProfile() {}

  /** Returns the file itself if it has no such profile, or else a copy that hides it. */
  static byte[] hidden(byte[] file) {
    if (file.length > 2 && (file[0] & 0xff) == 0xff && (file[1] & 0xff) == 0xd8) {
      return hiddenInJpeg(file);
    }
    return startsWith(file, 0, RIFF) && startsWith(file, 8, WEBP) ? hiddenInWebp(file) : file;
  }

  /** Renames the segments with the profile to a kind that nothing reads. */
  private static byte[] hiddenInJpeg(byte[] file) {
    byte[] result = file;
    int at = 2;
    while (at + 10 <= file.length && (file[at] & 0xff) == 0xff) {
      int marker = file[at + 1] & 0xff;
      if (marker == 0xff) {
        at++;
        continue;
      }
      if (marker == START_OF_SCAN) {
        break;
      }
      if (isStartOfFrame(marker) && file[at + 9] == 4) {
        // Without its profile CMYK has no defined colors.
        return file;
      }
      if (marker == APP2 && startsWith(file, at + 4, JPEG_PROFILE)) {
        result = result == file ? file.clone() : result;
        result[at + 1] = (byte) APP15;
      }
      at += 2 + ((file[at + 2] & 0xff) << 8 | (file[at + 3] & 0xff));
    }
    return result;
  }

  private static boolean isStartOfFrame(int marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
  }

  private static byte[] hiddenInWebp(byte[] file) {
    ByteBuffer chunks = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    long at = 12;
    while (at + 8 <= file.length) {
      if (startsWith(file, (int) at, WEBP_PROFILE)) {
        byte[] result = file.clone();
        Arrays.fill(result, (int) at, (int) at + 4, (byte) 'x');
        return result;
      }
      long size = chunks.getInt((int) at + 4) & 0xffffffffL;
      at += 8 + size + size % 2;
    }
    return file;
  }

  private static boolean startsWith(byte[] file, int at, byte[] text) {
    return at + text.length <= file.length
        && Arrays.equals(file, at, at + text.length, text, 0, text.length);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
