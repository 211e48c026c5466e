package io.github.geofix.models.image;

/**
 * Hides the color profile of JPEG files from readers that would apply it, which takes longer than
 * decoding, and that of BMP files from the JDK's reader, which allocates as much as the file
 * claims. In other formats the profile leaves the samples alone.
 */
final class ColorProfile {
  private static final byte[] JPEG_PROFILE = MetadataBlocks.ascii("ICC_PROFILE\0");

  private static final byte[] BMP = MetadataBlocks.ascii("BM");

  /** A header of 14 bytes, then 56 of BITMAPV5HEADER. */
  private static final int BMP_COLOR_SPACE = 14 + 56;

  // Little-endian, so backwards.
  private static final byte[] BMP_LINKED = MetadataBlocks.ascii("KNIL");
  private static final byte[] BMP_EMBEDDED = MetadataBlocks.ascii("DEBM");
  private static final byte[] BMP_SRGB = MetadataBlocks.ascii("BGRs");

  private static final int START_OF_SCAN = 0xda;
  private static final int APP2 = 0xe2;
  private static final int APP15 = 0xef;

  private ColorProfile() {}

  /** Returns the file itself if it has no such profile, or else a copy that hides it. */
  static byte[] hidden(byte[] file) {
    if (file.length > 2 && (file[0] & 0xff) == 0xff && (file[1] & 0xff) == 0xd8) {
      return hiddenInJpeg(file);
    }
    if (MetadataBlocks.startsWith(file, 0, BMP)) {
      return hiddenInBmp(file);
    }
    return file;
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
      if (JpegHeader.isStartOfFrame(marker) && file[at + 9] == 4) {
        // Without its profile CMYK has no defined colors.
        return file;
      }
      if (marker == APP2 && MetadataBlocks.startsWith(file, at + 4, JPEG_PROFILE)) {
        result = result == file ? file.clone() : result;
        result[at + 1] = (byte) APP15;
      }
      at += 2 + ((file[at + 2] & 0xff) << 8 | (file[at + 3] & 0xff));
    }
    return result;
  }

  /** Marks colors as sRGB instead: bV5CSType of BITMAPV5HEADER. */
  private static byte[] hiddenInBmp(byte[] file) {
    if (file.length < BMP_COLOR_SPACE + 4
        || !(MetadataBlocks.startsWith(file, BMP_COLOR_SPACE, BMP_LINKED)
            || MetadataBlocks.startsWith(file, BMP_COLOR_SPACE, BMP_EMBEDDED))) {
      return file;
    }
    byte[] result = file.clone();
    System.arraycopy(BMP_SRGB, 0, result, BMP_COLOR_SPACE, 4);
    return result;
  }
}
